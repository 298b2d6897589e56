import type { Recommendation, Verify } from '../contract/portfolio/index.ts';
import { boundedMap } from './bounded-map.ts';
import { compileCells, kindOf, type CompiledTable, type Kind } from './compiled.ts';
import { decide, indexRescues, type Situation } from './decide.ts';
import { drawsOf, propensityOf, type Draw } from './draw.ts';
import { estimateModels } from './estimate.ts';
import { pinFor, type Pin } from './filters.ts';
import type { Likeness } from './likeness.ts';
import { aboutTable, emptyReceipt, receiptFor } from './receipt.ts';
import type { RoutingTable } from './table.ts';
import type { TrialArm } from './trial.ts';

/** What is asked; units as in `GET /api/portfolio/recommend`. */
export interface TaskRequest extends Likeness {
  repoSize?: number | undefined;
  contextTokens?: number | undefined;
  maxCost?: number | undefined;
  maxTimeMs?: number | undefined;
  verify?: Verify | undefined;
}

export interface Chance {
  /** Whether this answer may be one to learn from: the budget for exploring allows it. A trial draws all the same. */
  mayExplore: boolean;
  /** Uniform on [0, 1). */
  random: () => number;
}

/** An answer before it has an id, and what else is remembered of it. */
export interface Decision {
  answer: Omit<Recommendation, 'recommendationId'>;
  /** The chance with which the incumbent would have been chosen. */
  incumbentPropensity: number | undefined;
  /** Where the lot of a trial chose the model: what came of it counts there. */
  trialArm: TrialArm | undefined;
}

export interface Recommender {
  readonly table: RoutingTable;
  /** How many figures of the table were corrupt and count for nothing. */
  readonly leftOut: number;
  /** The answer is kept for the next one who asks the same: not to be changed. */
  recommend(request: TaskRequest, chance: Chance): Decision;
}

/** Goes up with each change of how an answer is made from a table. */
export const policyVersion = '1';

export function compileTable(table: RoutingTable): Recommender {
  const compiled = compileCells(table);
  const rescues = indexRescues(compiled.rescues);
  const about = aboutTable(table, methodOf(compiled));
  const { enabled, share } = table.settings.exploration;
  const cached = boundedMap<Prepared>(mostDecisions);

  function prepare(kind: Kind, request: TaskRequest, pin: Pin | undefined): Prepared {
    const decided = decide(compiled, rescues, { kind, request, pin, estimates: estimateModels(compiled, kind) });
    if ('emptied' in decided) {
      const nothing = {
        answer: emptyReceipt(decided, pin !== undefined, about),
        incumbentPropensity: undefined,
        trialArm: undefined,
      };
      return { draw: () => nothing };
    }
    const [usual, exploring] = [0, enabled ? share : 0].map((learning) => {
      let drawn: Drawn | undefined;
      return () => (drawn ??= prepareDraws(decided, drawsOf(decided, learning)));
    });
    return { draw: ({ mayExplore, random }) => (mayExplore && enabled ? exploring! : usual!)().draw(random) };
  }

  function prepareDraws(situation: Situation, draws: readonly Draw[]): Drawn {
    const decisions = draws.map(({ model, chosen }) => {
      let made: Decision | undefined;
      return () =>
        (made ??= {
          answer: receiptFor(
            situation,
            situation.eligible.find((one) => one.model === model)!,
            {
              chosen,
              propensity: propensityOf(draws, model),
              about,
            },
          ),
          incumbentPropensity: situation.incumbent && propensityOf(draws, situation.incumbent.model),
          trialArm: chosen === 'trial' ? armOf(situation, model) : undefined,
        });
    });
    return {
      draw(random) {
        let left = draws.length === 1 ? 0 : random();
        for (const [i, { chance }] of draws.entries()) {
          left -= chance;
          if (left < 0) return decisions[i]!();
        }
        return decisions.at(-1)!();
      },
    };
  }

  return {
    table,
    leftOut: compiled.leftOut,
    recommend(request, chance) {
      const kind = kindOf(compiled, request);
      const pin = pinFor(compiled, request);
      return cached.get(keyOf(compiled, kind, request, pin), () => prepare(kind, request, pin)).draw(chance);
    },
  };
}

const armOf = ({ ids, trial }: Situation, model: number): TrialArm =>
  ids[model] === trial?.challenger ? 'challenger' : 'incumbent';

interface Prepared {
  draw: (chance: Chance) => Decision;
}

interface Drawn {
  draw: (random: () => number) => Decision;
}

/** Whatever an answer depends on but chance. */
const keyOf = (
  { table }: CompiledTable,
  { type, complexity, repo }: Kind,
  { maxCost, maxTimeMs, contextTokens, verify }: TaskRequest,
  pin: Pin | undefined,
) =>
  `${type} ${complexity} ${repo} ${maxCost} ${maxTimeMs} ${contextTokens} ${verify} ${pin && table.settings.pins.indexOf(pin)}`;

function methodOf({ table: { method }, leftOut }: CompiledTable): string {
  const isElsewhere = method.used === 'knn' || method.used === 'factorisation';
  const sentences = [
    `${isElsewhere ? 'cells' : method.used}: ${method.why}`,
    ...(isElsewhere ? [`(${method.used} needs the outcomes themselves, which a table does not have)`] : []),
    ...(leftOut > 0 ? [`(${leftOut} corrupt ${leftOut === 1 ? 'count is' : 'counts are'} left out)`] : []),
  ];
  return sentences.join(' ');
}

const mostDecisions = 4_096;
