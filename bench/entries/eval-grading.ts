import { openUntried, type FunctionProblem, type Sandbox } from '@whetstone/evals';
import { publishedDataset } from '../evals/data.ts';
import { gradeAll, type Graded } from '../evals/grade-all.ts';
import { plainPython } from '../evals/plain-python.ts';
import { interleave, ratioOf } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';

const rounds = 7;
const workers = 2;
const plain = 'python3 each, no sandbox';

/** What isolation costs: the references of HumanEval, right programs all, against the simplest harness without any. */
export const evalGrading: Entry = {
  title: 'Grading the 164 references of HumanEval, 2 workers',
  lasts: 'a minute',
  async run() {
    const dataset = await publishedDataset('humaneval');
    const all: Graded[] = dataset.problems.filter(isFunction).map((problem) => ({
      problem,
      answer: { kind: 'program', text: problem.reference ?? '' },
    }));
    const jobs = all.map(({ problem }) => ({ problem, program: problem.reference ?? '' }));
    const warm = await openPython();
    try {
      return await withScratch(async (scratch) => {
        const inTime = (work: () => Promise<number>) => async () => {
          const startedAt = performance.now();
          const passed = await work();
          if (passed !== all.length) throw new Error(`${passed} of ${all.length} passed`);
          return performance.now() - startedAt;
        };
        const grade = (sandbox: Sandbox) => gradeAll(all, sandbox, dataset, workers);
        const contenders = [
          { name: 'whetstone, warm', sample: inTime(() => grade(warm)) },
          {
            name: 'whetstone, cold',
            sample: inTime(async () => {
              const sandbox = await openPython();
              try {
                return await grade(sandbox);
              } finally {
                await sandbox.close();
              }
            }),
          },
          { name: plain, sample: inTime(() => plainPython(jobs, workers, scratch, dataset.timeoutMs)) },
        ];
        for (const { sample } of contenders) await sample();
        const measured = await interleave(contenders, rounds);
        const ratio = (name: string) => ratioOf(measured.of(name), measured.of(plain));
        return {
          referenceNs: measured.referenceNs,
          tables: [
            {
              title: 'Wall time',
              unit: 'ms',
              better: 'less' as const,
              base: plain,
              rows: contenders.map(({ name }) => ({ name, samples: measured.of(name) })),
            },
          ],
          notes: [
            'Cold is from nothing to the last verdict: jails and interpreters are started for it and ended after it.',
          ],
          bars: [
            { what: 'warm', actual: ratio('whetstone, warm'), kind: 'at most' as const, limit: 0.7, unit: 'x' },
            { what: 'cold', actual: ratio('whetstone, cold'), kind: 'at most' as const, limit: 1.5, unit: 'x' },
          ],
        };
      });
    } finally {
      await warm.close();
    }
  },
};

const openPython = () => openUntried({ tier: 'process', workers, hashSeed: 0, languages: ['python'] }, { e2b: {} });

const isFunction = (problem: { kind: string }): problem is FunctionProblem => problem.kind === 'function';
