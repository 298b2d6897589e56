import type { RoutingTable } from './table.ts';

/** A table as it travels and lies on disk: plain JSON, at most 64 KiB gzipped with 24 models and 200 cells. */
export type PackedTable = Record<string, unknown>;

export function packTable(_table: RoutingTable): PackedTable {
  throw new Error('not built yet');
}

/** Throws a RangeError naming the member where it is no table; a corrupt cell alone is left out. */
export function unpackTable(_packed: unknown): RoutingTable {
  throw new Error('not built yet');
}
