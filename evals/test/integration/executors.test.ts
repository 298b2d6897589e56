import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testData } from '../../../test/support/test-data.ts';
import { loadDataset } from '../../src/datasets/load.ts';
import type { FunctionProblem } from '../../src/problem.ts';
import { openProcessSandbox } from '../../src/sandbox/process/open.ts';
import { knownDifferences } from '../../src/sandbox/pyodide/known-differences.ts';
import { openPyodideSandbox } from '../../src/sandbox/pyodide/open.ts';
import type { Sandbox, Verdict } from '../../src/sandbox/sandbox.ts';
import { referenceSolver } from '../../src/solvers/reference.ts';
import { openSamples } from '../../src/solvers/samples.ts';
import { everySample } from '../support/every-sample.ts';
import { publishedFiles } from '../support/published-files.ts';
import { verdictsOf, type Grading } from '../support/verdicts-of.ts';

const { path: data, missing } = testData('evals');

/** Of each file, every so manieth sample goes through Pyodide, but where every sample was asked for. */
const pyodideEvery = everySample ? 1 : 12;

describe.skipIf(missing)(`verdicts between executors${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let native: Sandbox;
  let pyodide: Sandbox;
  beforeAll(async () => {
    native = await openProcessSandbox({ workers: 2, hashSeed: 0 });
    pyodide = await openPyodideSandbox({ workers: 2, hashSeed: 0 });
  });
  afterAll(() => Promise.all([native?.close(), pyodide?.close()]));

  const samplesOf = async (file: string) => {
    const name = publishedFiles.find((one) => one.file === file)!.dataset;
    const path = `${data}/samples/${file}.jsonl`;
    const dataset = await loadDataset(name === 'its own' ? path : name, { datasetsDir: data });
    return { dataset, solver: await openSamples(path, dataset) };
  };

  const differences = async (first: Grading, second: Grading) => {
    const found: string[] = [];
    let count = 0;
    for (const { file } of publishedFiles) {
      const { dataset, solver } = await samplesOf(file);
      const before = await verdictsOf(dataset, solver, first);
      const after = await verdictsOf(dataset, solver, second);
      expect(after.size).toBe(before.size);
      count += before.size;
      for (const [id, verdict] of before) {
        const other = after.get(id)!;
        if (isPassed(verdict) !== isPassed(other)) found.push(`${file} ${id}: ${verdict.status}, ${other.status}`);
      }
    }
    return { found, count };
  };

  it('are the same apart from the tests and beside them, for every recorded sample', async () => {
    const { found, count } = await differences(
      { sandbox: native, sameProcess: false },
      { sandbox: native, sameProcess: true },
    );
    expect(count).toBe(3373);
    expect(found).toEqual([]);
  }, 900_000);

  it(`are the same in Pyodide for ${everySample ? 'every one' : `one in ${pyodideEvery}`} of the recorded samples, by at least 99.9 %`, async () => {
    const only = (id: string) => Number(/\d+/.exec(id)) % pyodideEvery === 0;
    const { found, count } = await differences({ sandbox: native, only }, { sandbox: pyodide, only });
    expect(count).toBeGreaterThan(3373 / pyodideEvery / 1.5);
    const excepted = knownDifferences.map(({ problemId }) => problemId.replace('MBPP/', ''));
    const others = found.filter((row) => !excepted.includes(/(?:MBPP\/|mbpp_)(\d+)/.exec(row)?.[1] ?? ''));
    expect(others.length / count, others.join('\n')).toBeLessThanOrEqual(0.001);
  }, 1_800_000);

  it.each(['humaneval', 'mbpp', 'mbpp-sanitized', 'starter'])(
    'grades those of %s beside their tests whose references pass only there, and no others',
    async (name) => {
      const dataset = await loadDataset(name, { datasetsDir: data });
      const apart = await verdictsOf(dataset, referenceSolver(), { sandbox: native, sameProcess: false });
      const beside = await verdictsOf(dataset, referenceSolver(), { sandbox: native, sameProcess: true });
      expect(beside.size).toBe(dataset.problems.length);
      const cannotCross = [...apart].filter(
        ([id, verdict]) => verdict.status !== 'timeout' && isPassed(verdict) !== isPassed(beside.get(id)),
      );
      const declared = dataset.problems.filter((problem) => (problem as FunctionProblem).sameProcess);
      expect(cannotCross.map(([id]) => id)).toEqual(declared.map(({ id }) => id));
      const asDeclared = await verdictsOf(dataset, referenceSolver(), { sandbox: native });
      const weaker = [...asDeclared].filter(([, verdict]) => verdict.weaker);
      expect(weaker.map(([id, { status }]) => `${id} ${status}`)).toEqual(declared.map(({ id }) => `${id} passed`));
    },
    600_000,
  );
});

const isPassed = (verdict: Verdict | undefined) => verdict?.status === 'passed';
