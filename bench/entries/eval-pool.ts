import { runEval } from '@whetstone/evals';
import { madeRun } from '../evals/made-run.ts';
import { interleave, median } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';
import { join } from 'node:path';

const rounds = 5;
const problemCount = 164;
const workers = 50;
const latencies = [300, 1000] as const;

/**
 * A subject that takes exactly so long to answer: what is left over is the harness's. Verdicts are given by a function, so that
 * grading, which eval-grading measures, costs nothing.
 */
export const evalPool: Entry = {
  title: `${problemCount} problems of a model of fixed latency on ${workers} workers`,
  lasts: 'a minute',
  run: () =>
    withScratch(async (scratch) => {
      let count = 0;
      const contenders = latencies.map((latencyMs) => ({
        name: `latency ${latencyMs} ms`,
        sample: async () => {
          const startedAt = performance.now();
          const { counts } = await runEval(optionsFor(latencyMs, join(scratch, `run-${count++}`)));
          if (counts.passed !== problemCount) throw new Error(`${counts.passed} of ${problemCount} passed`);
          return (performance.now() - startedAt) / (Math.ceil(problemCount / workers) * latencyMs);
        },
      }));
      const measured = await interleave(contenders, rounds);
      return {
        referenceNs: measured.referenceNs,
        tables: [
          {
            title: `Wall time over the ideal, ceil(${problemCount} / ${workers}) x latency`,
            unit: 'x',
            better: 'less' as const,
            base: contenders[0]!.name,
            rows: contenders.map(({ name }) => ({ name, samples: measured.of(name) })),
          },
        ],
        notes: ['Answers and verdicts are on disk before the next step, as in any run.'],
        bars: contenders.map(({ name }) => ({
          what: name,
          actual: median(measured.of(name)),
          kind: 'at most' as const,
          limit: 1.15,
          unit: 'x',
        })),
      };
    }),
};

const optionsFor = (latencyMs: number, outDir: string) =>
  madeRun(problemCount, {
    solver: {
      subject: { kind: 'model', label: `waits ${latencyMs} ms` },
      async solve() {
        await new Promise((resolve) => setTimeout(resolve, latencyMs));
        return { answer: { kind: 'program', text: 'def f(): return 1' }, usage: {}, solveMs: latencyMs };
      },
    },
    grade: async () => ({ status: 'passed', gradeMs: 0 }),
    workers,
    outDir,
  });
