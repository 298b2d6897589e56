import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testData } from '../../../test/support/test-data.ts';
import { loadDataset } from '../../src/datasets/load.ts';
import { openProcessSandbox } from '../../src/sandbox/process/open.ts';
import type { Sandbox, Verdict } from '../../src/sandbox/sandbox.ts';
import { referenceSolver } from '../../src/solvers/reference.ts';
import { openSamples, publishedVerdicts } from '../../src/solvers/samples.ts';
import { filesOfMbpp, publishedFiles } from '../support/published-files.ts';
import { verdictsOf } from '../support/verdicts-of.ts';

const { path: data, missing } = testData('evals');
const options = { datasetsDir: data };

/** Rows of the table in docs/evals-agreement.md: `file problem published here`. */
const explained = readFileSync(resolve(import.meta.dirname, '../../../docs/evals-agreement.md'), 'utf8')
  .split('\n')
  .map((line) =>
    /^\| (\S+) +\| (\S+) +\| (passed|failed) +\| (passed|failed) +\| \S.*\|$/.exec(line)?.slice(1, 5).join(' '),
  )
  .filter((row) => row !== undefined);

describe.skipIf(missing)(`published data sets and verdicts${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openProcessSandbox({ workers: 2, hashSeed: 0 });
  });
  afterAll(() => sandbox?.close());

  it.each([
    ['humaneval', 164, []],
    ['mbpp', 974, ['MBPP/123']],
    ['mbpp-sanitized', 427, ['MBPP/123']],
  ])(
    'passes the references of %s',
    async (name, count, slow) => {
      const verdicts = await verdictsOf(await loadDataset(name, options), referenceSolver(), { sandbox });
      expect(verdicts.size).toBe(count);
      const others = [...verdicts].filter(([id, { status }]) => status !== 'passed' && !slow.includes(id));
      expect(others).toEqual([]);
    },
    300_000,
  );

  it('agrees with what others published, but for what the table explains', async () => {
    const found: string[] = [];
    const pools = new Map<string, { equal: number; all: number }>();
    for (const { file, dataset: name, rows } of publishedFiles) {
      const path = `${data}/samples/${file}.jsonl`;
      const dataset = await loadDataset(name === 'its own' ? path : name, options);
      const ours = await verdictsOf(dataset, await openSamples(path, dataset), { sandbox });
      const { verdicts } = await publishedVerdicts(path, dataset);
      expect([file, ours.size, verdicts.length]).toEqual([file, rows, rows]);
      const pool = pools.get(name === 'humaneval' ? name : 'mbpp') ?? { equal: 0, all: 0 };
      for (const { problemId, passed } of verdicts) {
        const { status } = ours.get(problemId)!;
        pool.all += 1;
        if ((status === 'passed') === passed) pool.equal += 1;
        else found.push(`${basename(file)} ${problemId} ${passed ? 'passed' : 'failed'} ${status}`);
      }
      pools.set(name === 'humaneval' ? name : 'mbpp', pool);
    }
    expect(found.toSorted()).toEqual(explained.toSorted());
    expect(pools.get('humaneval')).toEqual({ equal: 1469, all: 1476 });
    expect(pools.get('mbpp')).toEqual({ equal: 1878, all: 1897 });
  }, 600_000);

  it('comes to other verdicts by the asserts of MBPP only where they ask for something else', async () => {
    const moved: string[] = [];
    let equal = 0;
    for (const file of filesOfMbpp) {
      const path = `${data}/samples/${file}.jsonl`;
      const graded = async (name: string) => {
        const dataset = await loadDataset(name, options);
        return [dataset, await verdictsOf(dataset, await openSamples(path, dataset), { sandbox })] as const;
      };
      const [, byTheirs] = await graded(path);
      const [mbpp, byMbpp] = await graded('mbpp');
      const { verdicts } = await publishedVerdicts(path, mbpp);
      equal += verdicts.filter(({ problemId, passed }) => passed === isPassed(byMbpp.get(problemId))).length;
      for (const [id, verdict] of byMbpp)
        if (isPassed(verdict) !== isPassed(byTheirs.get(id))) moved.push(`${basename(file)} ${id}`);
    }
    expect(moved.toSorted()).toEqual(
      ['codellama MBPP/436', 'codellama MBPP/56', 'starcoder MBPP/349', 'starcoder MBPP/436'].map(
        (row) => `mbpp.seed.${row}`,
      ),
    );
    expect(equal).toBe(1483);
  }, 600_000);
});

const isPassed = (verdict: Verdict | undefined) => verdict?.status === 'passed';
