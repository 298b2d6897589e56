import { rmSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { answerWith, scriptedRun, scriptedSolver, syntheticDataset } from '../../../test/support/scripted-run.ts';
import { runEval } from '../../src/run/run.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapMiB = () => {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

it('a run of 10,000 samples, and its resumption, hold no more than one of a thousand', async () => {
  const answerKiB = 8;
  const heaps: number[] = [];
  let graded = 0;
  const options = scriptedRun({
    dataset: syntheticDataset(2_500),
    samplesPerProblem: 4,
    workers: 50,
    solver: scriptedSolver(async (id, index) => answerWith(`passes ${id} ${index} `.padEnd(answerKiB * 1_024, 'x'))),
    onEvent: ({ type }) => {
      if (type === 'result' && ++graded % 3_000 === 1_000) heaps.push(heapMiB());
    },
  });
  const { counts, reportHash } = await runEval(options);
  expect(counts.passed).toBe(10_000);
  expect(heaps).toHaveLength(4);
  const growth = heaps.at(-1)! - heaps[0]!;
  // 9,000 answers are 70 MiB; names and places of samples are allowed.
  console.info(
    `heap after 1,000, 4,000, 7,000 and 10,000 samples: ${heaps.map((mib) => mib.toFixed(1)).join(', ')} MiB`,
  );
  expect(growth).toBeLessThan(15);

  // All answers are on disk and wait for nothing.
  const before = heapMiB();
  expect((await runEval(options)).reportHash).toBe(reportHash);
  expect(heapMiB() - before).toBeLessThan(15);
  rmSync(options.outDir, { recursive: true });
}, 300_000);
