import type { Recommendation, Verify } from '../contract/portfolio/index.ts';
import type { Likeness } from './likeness.ts';
import type { RoutingTable } from './table.ts';

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
}

export interface Recommender {
  readonly table: RoutingTable;
  recommend(request: TaskRequest, chance: Chance): Decision;
}

/** Goes up with each change of how an answer is made from a table. */
export const policyVersion = '1';

export function compileTable(table: RoutingTable): Recommender {
  return {
    table,
    recommend: () => {
      throw new Error('not built yet');
    },
  };
}
