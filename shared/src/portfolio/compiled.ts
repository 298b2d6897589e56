import { soundFigures, soundRescue } from './sound.ts';
import { cellsOf, type Level } from './likeness.ts';
import type { CellFigures, RoutingTable, TableCell, TableRescue } from './table.ts';
import type { TaskRequest } from './recommender.ts';

/** What is known of each model in a cell, by the model's index. */
export type Row = readonly (CellFigures | undefined)[];

/** A table with its cells in reach, and without what cannot be. */
export interface CompiledTable {
  table: RoutingTable;
  /** The table's models, and after them those that only the settings name. */
  ids: string[];
  indexOf: ReadonlyMap<string, number>;
  /** By level and key. */
  own: ReadonlyMap<string, Row>;
  evals: ReadonlyMap<string, Row>;
  pool: ReadonlyMap<string, Row>;
  rescues: TableRescue[];
  shrinkage: number;
  usesCells: boolean;
  /** How many figures were corrupt. */
  leftOut: number;
}

export function compileCells(table: RoutingTable): CompiledTable {
  const ids = [...new Set([...table.models.map(({ id }) => id), ...namedIn(table)])];
  let leftOut = 0;
  const indexed = (cells: readonly TableCell[]) => {
    const rows = new Map<string, (CellFigures | undefined)[]>();
    for (const { level, key, figures } of cells) {
      const row = rows.get(rowOf(level, key)) ?? [];
      rows.set(rowOf(level, key), row);
      for (const one of figures) {
        if (soundFigures(one, table.models.length)) row[one.model] = one;
        else leftOut++;
      }
    }
    return rows;
  };
  const compiled = { own: indexed(table.cells), evals: indexed(table.evals), pool: indexed(table.pool) };
  const rescues = table.rescues.filter((rescue) => soundRescue(rescue, table.models.length));
  leftOut += table.rescues.length - rescues.length;
  return {
    table,
    ids,
    indexOf: new Map(ids.map((id, index) => [id, index])),
    ...compiled,
    rescues,
    shrinkage: Number.isFinite(table.shrinkage) ? Math.max(leastShrinkage, table.shrinkage) : usualShrinkage,
    usesCells: table.method.used !== 'static',
    leftOut,
  };
}

export const rowOf = (level: Level, key: string): string => `${level}:${key}`;

/** The rows of a task's own kind that anything is known of, '' where nothing is: whatever was asked, there are only so many. */
export interface Kind {
  type: string;
  complexity: string;
  repo: string;
}

export function kindOf({ own, evals, pool, usesCells }: CompiledTable, request: TaskRequest): Kind {
  const kind: Kind = { type: '', complexity: '', repo: '' };
  if (!usesCells) return kind;
  for (const { level, key } of cellsOf(request)) {
    const row = rowOf(level, key);
    if (level !== 'global' && (own.has(row) || evals.has(row) || pool.has(row))) kind[level] = row;
  }
  return kind;
}

const namedIn = ({ settings: { allow, pins, incumbent, trial } }: RoutingTable) => [
  ...(allow ?? []),
  ...pins.map(({ model }) => model),
  ...(incumbent === null ? [] : [incumbent]),
  ...(trial ? [trial.challenger, trial.incumbent] : []),
];

/** The nightly test never goes below, whatever it finds: cells that are shrunk less hurt. */
const leastShrinkage = 20;
const usualShrinkage = 50;
