import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './measure.ts';
import { isHeld, type Report } from './report.ts';
import { summarise } from './summary.ts';

const folder = join(import.meta.dirname, '..', 'results');

interface Run {
  entry: string;
  report: Report;
  referenceNs: number[];
  startedAt: Date;
  /** Average number of busy or waiting threads in the minute before the entry ran, and in its last minute. */
  load: { before: number; after: number };
}

/** Keeps what was measured beside what is needed to judge it; nothing that tells whose machine it was. */
export function writeResult({ entry, report, referenceNs, startedAt, load }: Run): void {
  const { tables, bars, notes } = report;
  const result = {
    entry,
    date: startedAt.toISOString(),
    commit: commit(),
    machine: machine(),
    load,
    referenceNs: { median: median(referenceNs), samples: referenceNs },
    bars: bars.map((bar) => ({ ...bar, held: isHeld(bar) })),
    tables: tables.map((table) => ({ ...table, rows: summarise(table, referenceNs) })),
    notes,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${entry}.json`), `${JSON.stringify(result, rounded, 2)}\n`);
}

export const loadNow = (): number => Math.round(loadavg()[0]! * 100) / 100;

const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value);

const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
});

/** With `-dirty` behind it when the sources differ; absent outside a repository. */
function commit(): string | undefined {
  try {
    const command = ['describe', '--always', '--dirty', '--exclude', '*'];
    return execFileSync('git', command, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
