import type { Likeness } from '@whetstone/shared/portfolio';
import { holm, pairedT, seededRandom } from '@whetstone/shared/stats';
import { surpriseOf } from './figures/calibration.ts';
import { expectingCounts } from './methods/cells.ts';
import { expecting } from './methods/expecting.ts';
import { fitFactors } from './methods/factorisation.ts';
import { fitNearest } from './methods/k-nearest.ts';
import type { Outcomes, ReplayTask } from './outcomes.ts';
import { countCells } from './product-table.ts';
import { foldsOf, shuffled } from './splits.ts';
import type { Expect } from './sweep.ts';
import { meanOf } from './versus.ts';

/** What one model made of one task; of several rows of the two the last one counts. */
export interface MethodRow {
  taskId: string;
  model: string;
  solved: boolean;
  /** US dollars; undefined is unknown. */
  costUsd?: number | undefined;
  likeness: Likeness;
  /** Lines of code. */
  repoSize?: number | undefined;
}

export interface MethodOptions {
  /** Of the folds, and of the sample where there are more tasks than `mostTasks`. */
  seed: number;
  /** Bounds the time: a sample of so many tasks is looked at. */
  mostTasks?: number;
  /** Waited for between steps of some tens of milliseconds, so that others get their turn. */
  pause: () => Promise<unknown>;
}

/** As `method` of the portfolio's report has it, and the shrinkage to use in the table. */
export interface MethodChoice {
  used: 'static' | 'cells' | 'knn' | 'factorisation';
  why: string;
  /** That were looked at. */
  tasks: number;
  shrinkage: number;
  candidates: MethodCandidate[];
}

export interface MethodCandidate {
  method: MethodChoice['used'];
  /** Mean over held-back outcomes, in nats. */
  logLoss: number | null;
  /** Success of its choices less that of the static table's, in points; null where no task was tried by two models. */
  gainPoints: number | null;
  /** 90 %, of `gainPoints`. */
  interval: [number, number] | null;
}

/**
 * The honest null: whether a method that looks at what a task is like beats one rate for each model, on outcomes held back in
 * five folds by task. It must surprise itself less (log-loss, paired by task, one-sided t-test, the candidates corrected by
 * Holm at .05), and what it would have chosen must have solved no less: so features that say nothing change the method in at
 * most one night of twenty. Few tasks stay with the static table.
 */
export async function chooseMethod(
  rows: readonly MethodRow[],
  { seed, pause, mostTasks = 2_000 }: MethodOptions,
): Promise<MethodChoice> {
  const random = seededRandom(seed);
  const { tasks: all, models } = outcomesOf(rows);
  const tasks = all.length > mostTasks ? shuffled(all, random).slice(0, mostTasks) : all;
  const steps = choosing({ models, tasks }, random);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await pause();
  }
}

/** The same of a table of outcomes, in one go. */
export function chooseAmong(outcomes: Outcomes, random: () => number): MethodChoice {
  const steps = choosing(outcomes, random);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function* choosing({ tasks, models }: Outcomes, random: () => number): Generator<undefined, MethodChoice> {
  if (tasks.length < leastTasks)
    return {
      used: 'static',
      why: `${tasks.length} tasks have outcomes, and ${leastTasks} are needed to tell methods apart`,
      tasks: tasks.length,
      shrinkage: usualShrinkage,
      candidates: [],
    };
  const heldBack = yield* holdBack(tasks, models, random);
  const shrinkage = mostLikely(heldBack.cells);
  const static_ = heldBack.static;
  const found = candidateNames.map((method) => {
    const verdicts = method === 'cells' ? heldBack.cells.get(shrinkage)! : heldBack[method];
    return { method, ...against(verdicts, static_) };
  });
  const corrected = holm(found.map(({ p }) => p));
  const better = found
    .filter(({ gainPoints }, index) => corrected[index]! <= level && (gainPoints ?? 0) >= 0)
    .toSorted((a, b) => a.logLoss - b.logLoss)[0];
  return {
    used: better?.method ?? 'static',
    why: better ? whyBetter(better, meanLoss(static_), tasks.length) : whyStatic(tasks.length),
    tasks: tasks.length,
    shrinkage,
    candidates: [
      { method: 'static', logLoss: meanLoss(static_), gainPoints: null, interval: null },
      ...found.map(({ p: _, ...candidate }) => candidate),
    ],
  };
}

/** Of one task: the mean surprise at its outcomes, and whether the method's choice among those that tried it solved it. */
interface Verdict {
  surprise: number;
  /** Undefined where there was nothing to choose. */
  solved: number | undefined;
}

interface HeldBack {
  static: Verdict[];
  cells: Map<number, Verdict[]>;
  knn: Verdict[];
  factorisation: Verdict[];
}

function* holdBack(
  tasks: readonly ReplayTask[],
  models: readonly string[],
  random: () => number,
): Generator<undefined, HeldBack> {
  const heldBack: HeldBack = {
    static: [],
    cells: new Map(shrinkages.map((shrinkage) => [shrinkage, []])),
    knn: [],
    factorisation: [],
  };
  for (const { train, test } of foldsOf(tasks, folds, random)) {
    const counts = countCells(train, models);
    const judge = (into: Verdict[], expect: Expect) => into.push(...test.map((task) => verdictOf(task, expect)));
    yield;
    judge(heldBack.static, expectingCounts(counts, { models, used: 'static', shrinkage: usualShrinkage }));
    for (const [shrinkage, verdicts] of heldBack.cells) {
      yield;
      judge(verdicts, expectingCounts(counts, { models, used: 'cells', shrinkage }));
    }
    yield;
    judge(heldBack.knn, expecting(fitNearest, models.length)(train));
    yield;
    judge(heldBack.factorisation, expecting(fitFactors, models.length)(train));
  }
  return heldBack;
}

function verdictOf(task: ReplayTask, expect: Expect): Verdict {
  const { chances } = expect(task);
  const tried = task.results.flatMap((result, model) => (result ? [{ chance: chances[model]!, ...result }] : []));
  const most = Math.max(...tried.map(({ chance }) => chance));
  const chosen = tried.find(({ chance }) => chance === most);
  return {
    surprise: meanOf(tried.map(surpriseOf)),
    solved: tried.length > 1 && chosen ? Number(chosen.solved) : undefined,
  };
}

function against(verdicts: readonly Verdict[], others: readonly Verdict[]) {
  const fewer = verdicts.map(({ surprise }, index) => others[index]!.surprise - surprise);
  const gains = verdicts.flatMap(({ solved }, index) =>
    solved === undefined ? [] : [solved - others[index]!.solved!],
  );
  const test = pairedT(gains, { alpha: 0.1 });
  return {
    logLoss: meanLoss(verdicts),
    gainPoints: gains.length === 0 ? null : 100 * meanOf(gains),
    interval: test ? ([100 * test.interval[0], 100 * test.interval[1]] satisfies [number, number]) : null,
    p: pairedT(fewer)?.p.gain ?? 1,
  };
}

function mostLikely(cells: HeldBack['cells']): number {
  const [first] = [...cells].toSorted(([, a], [, b]) => meanLoss(a) - meanLoss(b));
  return first?.[0] ?? usualShrinkage;
}

const meanLoss = (verdicts: readonly Verdict[]) => meanOf(verdicts.map(({ surprise }) => surprise));

type Found = Omit<MethodCandidate, 'logLoss'> & { logLoss: number };

const whyBetter = ({ method, logLoss, gainPoints }: Found, ofStatic: number, tasks: number) =>
  `${methodNames[method]} foretold ${tasks} tasks better than one rate for each model (log-loss ${logLoss.toFixed(3)} against ${ofStatic.toFixed(3)})` +
  (gainPoints === null ? '' : `, and its choices solved ${gainPoints.toFixed(1)} points more`);

const whyStatic = (tasks: number) =>
  `on ${tasks} tasks nothing that looks at what a task is like was surely better than one rate for each model`;

const methodNames = {
  static: 'one rate for each model',
  cells: 'cells by kind of task and repository',
  knn: 'the nearest tasks',
  factorisation: 'factorisation',
} as const;

const candidateNames = ['cells', 'knn', 'factorisation'] as const;
const folds = 5;
const leastTasks = 50;
const level = 0.05;
const usualShrinkage = 50;
/** Below 20 cells hurt, whatever held-back outcomes say. */
const shrinkages = [50, 20, 100, 200] as const;

function outcomesOf(rows: readonly MethodRow[]): Outcomes {
  const models = new Map<string, number>();
  const tasks = new Map<string, ReplayTask>();
  for (const { taskId, model, solved, costUsd, likeness, repoSize } of rows) {
    const index = models.get(model) ?? models.size;
    models.set(model, index);
    const task = tasks.get(taskId) ?? { id: taskId, likeness, repoSize, issueChars: undefined, results: [] };
    tasks.set(taskId, task);
    task.results[index] = { solved, costUsd, timeMs: undefined };
  }
  return { models: [...models.keys()], tasks: [...tasks.values()] };
}
