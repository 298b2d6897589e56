import { median, ratioOf } from './measure.ts';
import type { Row, Table } from './report.ts';

export interface Line {
  name: string;
  median: number;
  best: number;
  ratio: number;
  /** The median in iterations of the reference loop. */
  loops: number | undefined;
  samples: number[];
}

export function summarise({ rows, base, better, cpuUnitNs }: Table, referenceNs: readonly number[]): Line[] {
  const { samples: baseSamples } = rows.find(({ name }) => name === base)!;
  const loopNs = median(referenceNs);
  return rows.map(({ name, samples }: Row) => ({
    name,
    median: median(samples),
    best: better === 'less' ? Math.min(...samples) : Math.max(...samples),
    ratio: ratioOf(samples, baseSamples),
    loops: cpuUnitNs === undefined ? undefined : (median(samples) * cpuUnitNs) / loopNs,
    samples,
  }));
}
