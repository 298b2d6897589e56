import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openSamples, openUntried, programOf, type Dataset, type FunctionProblem } from '@whetstone/evals';
import { publishedDataset, samplesFolder } from '../evals/data.ts';
import { gradeAll, type Graded } from '../evals/grade-all.ts';
import { plainPython, type PlainJob } from '../evals/plain-python.ts';
import { interleave, ratioOf } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';

const rounds = 3;
const workers = 2;
const plain = 'python3 each, no sandbox';

/** Everything models once said, wrong and endless programs included. */
export const evalSamples: Entry = {
  title: 'Grading every recorded sample of HumanEval and MBPP, 2 workers',
  lasts: 'six minutes',
  async run() {
    const parts = await Promise.all([
      recorded('humaneval', 'ldb', /^humaneval/),
      recorded('humaneval', 'reflexion', /^humaneval/),
      recorded('mbpp', 'ldb', /^mbpp/),
    ]);
    const jobs = parts.flatMap(({ dataset, all }) => all.map((one) => plainJob(one, dataset)));
    const sandbox = await openUntried({ tier: 'process', workers, hashSeed: 0, languages: ['python'] }, { e2b: {} });
    const passed = new Map<string, number>();
    try {
      return await withScratch(async (scratch) => {
        const timed = (name: string, work: () => Promise<number>) => ({
          name,
          sample: async () => {
            const startedAt = performance.now();
            passed.set(name, await work());
            return performance.now() - startedAt;
          },
        });
        const contenders = [
          timed('whetstone', async () => {
            let sum = 0;
            for (const { dataset, all } of parts) sum += await gradeAll(all, sandbox, dataset, workers);
            return sum;
          }),
          timed(plain, () => plainPython(jobs, workers, scratch, 3000)),
        ];
        const measured = await interleave(contenders, rounds);
        return {
          referenceNs: measured.referenceNs,
          tables: [
            {
              title: `Wall time of ${jobs.length} samples`,
              unit: 'ms',
              better: 'less' as const,
              base: plain,
              rows: contenders.map(({ name }) => ({ name, samples: measured.of(name) })),
            },
          ],
          notes: [`Passed: ${[...passed].map(([name, count]) => `${name} ${count}`).join(', ')}.`],
          bars: [
            {
              what: 'in bulk',
              actual: ratioOf(measured.of('whetstone'), measured.of(plain)),
              kind: 'at most' as const,
              limit: 0.35,
              unit: 'x',
            },
          ],
        };
      });
    } finally {
      await sandbox.close();
    }
  },
};

async function recorded(name: string, folder: string, files: RegExp): Promise<{ dataset: Dataset; all: Graded[] }> {
  const dataset = await publishedDataset(name);
  const all: Graded[] = [];
  for (const file of readdirSync(join(samplesFolder, folder)).filter((each) => files.test(each))) {
    const solver = await openSamples(join(samplesFolder, folder, file), dataset);
    for (const problem of dataset.problems) {
      if (problem.kind !== 'function' || solver.samplesOf?.(problem) === 0) continue;
      const { answer } = await solver.solve(problem, 0, new AbortController().signal);
      if (answer.kind !== 'none') all.push({ problem, answer });
    }
  }
  return { dataset, all };
}

function plainJob(
  { problem, answer }: { problem: FunctionProblem; answer: Graded['answer'] },
  dataset: Dataset,
): PlainJob {
  const program = programOf(problem, answer, dataset.preamble.python);
  return { problem, program: typeof program === 'string' ? program : 'raise SystemExit(1)' };
}
