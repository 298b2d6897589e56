import { anyAtRandom, always, oracle } from './baselines.ts';
import { chooseAmong } from './choose-method.ts';
import { countViolations } from './count-violations.ts';
import { measureCoverage } from './measure-coverage.ts';
import { measureMethod } from './measure-method.ts';
import {
  choiceFigures,
  measurePlans,
  recommendedOnce,
  recommendedUnderCaps,
  type PlanAim,
  type PlanFigures,
} from './measure-recommended.ts';
import { expectingCells } from './methods/cells.ts';
import { expecting } from './methods/expecting.ts';
import { fitFactors } from './methods/factorisation.ts';
import { fitNearest } from './methods/k-nearest.ts';
import { expectOracle } from './methods/oracle.ts';
import type { ReplayTask } from './outcomes.ts';
import { estimatingBy, type Product } from './product-choice.ts';
import { countCells, countTasks, tableOf } from './product-table.ts';
import { bestOf, cheapestOf, dearestHabitOf, singlesOf } from './singles.ts';
import { shuffled, type Split } from './splits.ts';
import { versus } from './versus.ts';

export interface SplitOptions {
  models: readonly string[];
  margin: number;
  /** Index of the model that savings are also held against; the dearest of the good ones where none is named. */
  incumbent: number | undefined;
  random: () => number;
}

/** What training decided, for people to read. */
export interface SplitChoices {
  best: string;
  incumbent: string;
  used: string;
}

/** Every figure of one split, and what training decided in it. */
export function replaySplit(split: Split<ReplayTask>, { models, margin, incumbent, random }: SplitOptions) {
  const { train, test } = split;
  const singles = singlesOf(train, models.length);
  const best = bestOf(singles)!.model;
  const cheapest = cheapestOf(singles)?.model ?? best;
  const habit = incumbent ?? dearestHabitOf(singles, margin)?.model ?? best;
  const method = chooseAmong({ tasks: train, models }, random);
  const used = method.used === 'static' ? 'static' : 'cells';
  const { shrinkage } = method;
  const product: Product = { models, table: tableOf(countTasks(train, models), models, { used, shrinkage }) };
  const cells = estimatingBy(product, 'cells');
  const once = recommendedOnce(test, product, margin);
  const alternative = { best, models: models.length, random };
  const plans = measureAims(test, product, { best, margin });
  const figures = {
    choices: {
      best: choiceFigures(test, always(test, best), best),
      cheapest: choiceFigures(test, always(test, cheapest), best),
      random: choiceFigures(test, anyAtRandom(test), best),
      oracle: choiceFigures(test, oracle(test), best),
      static: choiceFigures(test, recommendedOnce(test, estimatingBy(product, 'static'), margin), best),
      cells: choiceFigures(test, recommendedOnce(test, cells, margin), best),
      recommended: choiceFigures(test, once, best),
    },
    versusIncumbent: choiceFigures(test, once, habit),
    underCaps: recommendedUnderCaps(split, product, margin),
    underCapsWithoutMargin: recommendedUnderCaps(split, product, 0),
    methods: {
      static: measureMethod(split, {
        ...alternative,
        fit: expectingCells({ models, used: 'static', shrinkage }),
      }),
      cells: measureMethod(split, {
        ...alternative,
        fit: expectingCells({ models, used: 'cells', shrinkage }),
      }),
      recommended: measureMethod(split, { ...alternative, fit: expectingCells({ models, used, shrinkage }) }),
      nearest: measureMethod(split, { ...alternative, fit: expecting(fitNearest, models.length) }),
      factorisation: measureMethod(split, { ...alternative, fit: expecting(fitFactors, models.length) }),
      oracle: measureMethod(split, { ...alternative, fit: () => expectOracle }),
    },
    plans,
    joint: { perfect: jointly(plans.halfPerfect), tenth: jointly(plans.halfTenth) },
    coverage: { recommended: measureCoverage(test, product), cells: measureCoverage(test, cells) },
    shuffledPoints: shuffledPoints(split, product, { margin, random }),
    pinsAndCaps: countViolations(train, cells, { states: statesPerSplit, random }),
  };
  const choices: SplitChoices = { best: models[best]!, incumbent: models[habit]!, used: method.used };
  return { figures, choices };
}

const statesPerSplit = 20;

const perfect = { falseAccept: 0, falseReject: 0 };
const tenth = { falseAccept: 0.1, falseReject: 0.1 };
const fifth = { falseAccept: 0.2, falseReject: 0.1 };

function measureAims(
  test: readonly ReplayTask[],
  product: Product,
  { best, margin }: { best: number; margin: number },
) {
  const save: PlanAim = { goal: 'save', costShare: 1 };
  const solve: PlanAim = { goal: 'solve', costShare: 1 };
  const half: PlanAim = { goal: 'solve', costShare: 0.5 };
  const measured = (verifier: typeof perfect, aim: PlanAim) =>
    measurePlans(test, product, { best, verifier, aim, margin });
  return {
    savePerfect: measured(perfect, save),
    saveTenth: measured(tenth, save),
    saveFifth: measured(fifth, save),
    solvePerfect: measured(perfect, solve),
    solveTenth: measured(tenth, solve),
    halfPerfect: measured(perfect, half),
    halfTenth: measured(tenth, half),
  };
}

/** 1 where accuracy is over 80 %, saving over 20 %, and the gain what the name says: the targets at once. */
function jointly({ accuracy, saving, gain }: PlanFigures) {
  const at = (least: number) =>
    accuracy === undefined || saving === undefined || gain === undefined
      ? undefined
      : Number(accuracy > 0.8 && saving > 0.2 && gain >= least);
  return { gain10: at(0.1), gain5: at(0.05), notWorse: at(-0.01) };
}

/** Features that say nothing must cost nothing: cells on features dealt out anew, in points over the static table. */
function shuffledPoints(
  { train, test }: Split<ReplayTask>,
  product: Product,
  { margin, random }: { margin: number; random: () => number },
): number {
  const dealt = (tasks: readonly ReplayTask[]) => {
    const likenesses = shuffled(tasks, random).map(({ likeness }) => likeness);
    return tasks.map((task, index) => ({ ...task, likeness: likenesses[index]! }));
  };
  const { models, table } = product;
  const cells: Product = {
    models,
    table: tableOf(countCells(dealt(train), models), models, { used: 'cells', shrinkage: table.shrinkage }),
  };
  return versus(
    recommendedOnce(dealt(test), cells, margin),
    recommendedOnce(test, estimatingBy(product, 'static'), margin),
  ).points;
}
