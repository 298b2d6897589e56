/** What an entry found out. */
export interface Report {
  tables: Table[];
  bars: Bar[];
  notes: string[];
}

export interface Table {
  title: string;
  unit: string;
  better: 'less' | 'more';
  /** The name of the row that the ratios divide by. */
  base: string;
  /** Ours first. */
  rows: Row[];
  /** Where it is CPU time: nanoseconds in one unit, so that the figures can be told in iterations of the reference loop. */
  cpuUnitNs?: number;
}

export interface Row {
  name: string;
  samples: number[];
}

/** A promise of ours. */
export interface Bar {
  what: string;
  actual: number;
  kind: 'at most' | 'at least';
  limit: number;
  unit: string;
}

export const isHeld = ({ actual, kind, limit }: Bar): boolean =>
  kind === 'at most' ? actual <= limit : actual >= limit;

export interface Entry {
  title: string;
  /** Roughly, for who waits. */
  lasts: string;
  run: () => Promise<Report & { referenceNs: number[] }>;
}
