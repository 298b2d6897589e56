import type { PortfolioSettings } from '../contract/portfolio/models.ts';
import type { Level } from './likeness.ts';

/** What an amount comes to in a cell. */
export interface AmountFigures {
  n: number;
  mean: number;
  median: number;
  p90: number;
}

/** A tally as it is asked: counts may be fractions where an older epoch's weight was cut. */
export interface CellFigures {
  /** Index in `models`. */
  model: number;
  n: number;
  solved: number;
  cost: AmountFigures | undefined;
  time: AmountFigures | undefined;
}

export interface TableCell {
  level: Level;
  key: string;
  figures: CellFigures[];
}

export interface TableModel {
  id: string;
  /** US dollars per million tokens; undefined where no price is known. */
  price: { input: number; output: number; cache: number | undefined } | undefined;
  contextTokens: number | undefined;
  epoch: number;
  /** Why the last epoch began, where there was more than one. */
  epochWhy: string | undefined;
}

export interface TableRescue {
  /** One or two indices in `models`, ascending. */
  failed: number[];
  model: number;
  n: number;
  solved: number;
  costN: number;
  costSum: number;
}

/** Everything that a recommendation needs; the cloud, the MCP server and the replay ask the same one. */
export interface RoutingTable {
  /** Another one whenever anything in the table is. */
  version: string;
  /** ISO-8601; of the newest outcome that counts. */
  dataAt: string | undefined;
  settings: PortfolioSettings;
  models: TableModel[];
  /** The project's own work. */
  cells: TableCell[];
  /** The project's own eval runs: where models start from. Levels global and type. */
  evals: TableCell[];
  /** Other projects, as far as the project shares with them: what its own cells are shrunk towards. Levels global and type. */
  pool: TableCell[];
  rescues: TableRescue[];
  /** How many observations the wider cell is worth to a narrower one; 50 unless the project's own data say otherwise. */
  shrinkage: number;
  /** Which method the nightly test left in use, and its sentence. */
  method: { used: 'static' | 'cells' | 'knn' | 'factorisation'; why: string };
  /** Whether a trial of `settings.trial` still runs. */
  trialRuns: boolean;
}
