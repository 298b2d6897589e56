import type { RoutingTable, TableCell } from '../../src/portfolio/index.ts';
import { PortfolioSettings } from '../../src/contract/portfolio/models.ts';

const settingsOf = (settings: Record<string, unknown> = {}): PortfolioSettings => PortfolioSettings.parse(settings);

/** A table in which nothing is known yet. */
export const emptyTable = (ids: readonly string[], settings: Record<string, unknown> = {}): RoutingTable => ({
  version: '1',
  dataAt: undefined,
  settings: settingsOf(settings),
  models: ids.map((id) => ({ id, price: undefined, contextTokens: undefined, epoch: 0, epochWhy: undefined })),
  cells: [],
  evals: [],
  pool: [],
  rescues: [],
  shrinkage: 50,
  method: { used: 'cells', why: 'nothing was found to be better' },
  trialRuns: false,
});

/** An amount that is always the same. */
const always = (n: number, amount: number) => ({ n, mean: amount, median: amount, p90: amount });

export interface Known {
  n: number;
  solved: number;
  costUsd?: number;
  timeMs?: number;
}

/** @param known by the model's index. */
export const cell = (level: TableCell['level'], key: string, known: readonly (Known | undefined)[]): TableCell => ({
  level,
  key,
  figures: known.flatMap((one, model) =>
    one
      ? {
          model,
          n: one.n,
          solved: one.solved,
          cost: one.costUsd === undefined ? undefined : always(one.n, one.costUsd),
          time: one.timeMs === undefined ? undefined : always(one.n, one.timeMs),
        }
      : [],
  ),
});

/** Never explores, and would take the middle if it was to draw. */
export const noChance = { mayExplore: false, random: () => 0.5 };
