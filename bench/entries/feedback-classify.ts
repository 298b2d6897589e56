import { classify } from '@whetstone/shared/feedback';
import { diffLines } from 'diff';
import { cpuMicroseconds } from '../harness/cpu.ts';
import { interleave, median } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';

const rounds = 9;
const lines = 2_000;

interface Change {
  path: string;
  before: string;
  after: string;
}

/** Of 2,000 lines that all change: some in form alone, every tenth in what it says too. */
const changes: Record<string, Change> = {
  TypeScript: changeOf(
    'a.ts',
    (i) => `export const value${i} = await read('name ${i}', { limit: ${i}, isOpen: true });`,
    (i) =>
      `export const value${i} = await read("name ${i}", {\n  limit: ${i % 10 === 0 ? i + 1 : i},\n  isOpen: true\n})`,
  ),
  Python: changeOf(
    'a.py',
    (i) => `value_${i} = read('name ${i}', limit=${i}, is_open=True)`,
    (i) => `value_${i} = read(\n    "name ${i}",\n    limit=${i % 10 === 0 ? i + 1 : i},\n    is_open=True,\n)`,
  ),
};

function changeOf(path: string, before: (i: number) => string, after: (i: number) => string): Change {
  const text = (line: (i: number) => string) => `${Array.from({ length: lines }, (_, i) => line(i)).join('\n')}\n`;
  return { path, before: text(before), after: text(after) };
}

/** Telling form from content, beside a plain diff of lines, which says no more than that all of them changed. */
export const feedbackClassify: Entry = {
  title: 'Classifying a change of 2,000 lines',
  lasts: 'half a minute',
  async run() {
    const contenders = Object.entries(changes).flatMap(([language, change]) => [
      { name: `whetstone, ${language}`, sample: async () => milliseconds(() => classify(change)) },
      {
        name: `diffLines of diff, ${language}`,
        sample: async () => milliseconds(() => diffLines(change.before, change.after)),
      },
    ]);
    await interleave(contenders, 1);
    const measured = await interleave(contenders, rounds);
    const found = Object.values(changes).map(
      (change) => classify(change).stretches.filter(({ form }) => form === 'different').length,
    );
    return {
      referenceNs: measured.referenceNs,
      tables: Object.keys(changes).map((language) => ({
        title: `CPU time, ${language}`,
        unit: 'ms',
        better: 'less' as const,
        base: `whetstone, ${language}`,
        cpuUnitNs: 1e6,
        rows: [`whetstone, ${language}`, `diffLines of diff, ${language}`].map((name) => ({
          name,
          samples: measured.of(name),
        })),
      })),
      notes: [
        `Every statement is laid out anew and ${lines / 10} say something else: ${found.join(' and ')} were told apart.`,
      ],
      bars: Object.keys(changes).map((language) => ({
        what: `CPU, ${language}`,
        actual: median(measured.of(`whetstone, ${language}`)),
        kind: 'at most' as const,
        limit: 100,
        unit: 'ms',
      })),
    };
  },
};

function milliseconds(work: () => unknown): number {
  const since = process.cpuUsage();
  work();
  return cpuMicroseconds(since) / 1_000;
}
