import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testData } from '../../../test/support/test-data.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import { configFromEnvironment } from '../../src/config.ts';
import { catalogue } from '../../src/datasets/catalogue.ts';
import { readRun } from '../../src/run/read-run.ts';

const { path: data, missing } = testData('evals');
const skipped = missing ? ` (skipped: ${missing})` : '';
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-imports-'));

async function evals(datasetsDir: string, ...args: string[]) {
  const output = { stdout: '', stderr: '' };
  const environment = {
    HOME: scratch,
    WHETSTONE_CACHE_DIR: join(scratch, 'cache'),
    WHETSTONE_DATASETS_DIR: datasetsDir,
  };
  const code = await runCommandLine(args, {
    terminal: {
      print: (text) => void (output.stdout += `${text}\n`),
      complain: (text) => void (output.stderr += `${text}\n`),
      write: () => {},
      isTty: false,
      columns: 80,
    },
    signal: new AbortController().signal,
    config: () => configFromEnvironment(environment),
  });
  return { code, ...output };
}

const own = join(scratch, 'own.jsonl');
writeFileSync(
  own,
  [0, 1, 2]
    .map((number) =>
      JSON.stringify({
        task_id: `HumanEval/${number}`,
        prompt: `def times${number}(x):\n    """${number} times x."""\n`,
        entry_point: `times${number}`,
        canonical_solution: `    return ${number} * x\n`,
        test: `def check(candidate):\n    assert candidate(2) == ${2 * number}\n`,
      }),
    )
    .join('\n') + '\n',
);

describe('results of EvalPlus', () => {
  // The second was published as passed and does not pass; the third has no row.
  const file = join(scratch, 'eval_results.json');
  const row = (number: number, body: string, base_status: string) => ({
    [`HumanEval/${number}`]: [
      {
        task_id: `HumanEval/${number}`,
        solution: `def times${number}(x):\n    return ${body}\n`,
        base_status,
        plus_status: 'fail',
        base_fail_tests: [],
        plus_fail_tests: [[1]],
      },
    ],
  });
  const results = { date: '2026-01-01 00:00', hash: '0', eval: { ...row(0, '0', 'pass'), ...row(1, '7', 'pass') } };
  writeFileSync(file, JSON.stringify(results));
  const statusesOf = async (out: string) =>
    Object.fromEntries((await readRun(out)).results.map(({ problemId, status }) => [problemId, status]));

  it('are graded again, and what they leave out is told', async () => {
    const out = join(scratch, 'evalplus');
    const run = await evals(scratch, 'run', '--dataset', own, '--samples', file, '--sandbox', 'process', '--out', out);
    expect(run.code).toBe(0);
    expect(await statusesOf(out)).toEqual({
      'HumanEval/0': 'passed',
      'HumanEval/1': 'failed',
      'HumanEval/2': 'failed',
    });
    expect(run.stdout).toMatch(/answers +to 2 of 3 problems; 1 have none in the file, and count as failed/);
  });

  it('are taken over as published, where that is asked for', async () => {
    const out = join(scratch, 'evalplus-published');
    const run = await evals(scratch, 'run', '--dataset', own, '--samples', file, '--published', file, '--out', out);
    expect(run.code).toBe(0);
    expect(await statusesOf(out)).toEqual({
      'HumanEval/0': 'passed',
      'HumanEval/1': 'passed',
      'HumanEval/2': 'failed',
    });
  });

  it('are refused with exit code 2, place and reason, before anything runs', async () => {
    const bad = join(scratch, 'bad.json');
    writeFileSync(bad, JSON.stringify(results).replace('"base_status":"pass"', '"base_status":"fine"'));
    const out = join(scratch, 'never');
    const { code, stderr } = await evals(scratch, 'run', '--dataset', own, '--samples', bad, '--out', out);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/bad\.json: eval\.HumanEval\/0\.0\.base_status/),
    });
  });
});

describe.skipIf(missing)(`predictions of SWE-bench-lite${skipped}`, () => {
  const files = `${data}/samples/swe-agent/swe-agent.cost_2_1`;

  it('replay to the published 28 of 300, with 29 that are absent and 26 that are empty', async () => {
    const out = join(scratch, 'swe-bench');
    const recorded = ['--samples', `${files}.all_preds.json`, '--published', `${files}.final_report.json`];
    const { code, stdout } = await evals(data, 'run', '--dataset', 'swe-bench-lite', ...recorded, '--out', out);
    expect(code).toBe(0);
    expect(stdout).toMatch(/samples +28 passed, 272 failed/);
    expect(stdout).toMatch(
      /to 245 of 300 problems; 29 have none in the file and 26 an empty patch, and count as failed/,
    );
    const { results, summary, manifest } = await readRun(out);
    expect(summary.counts).toMatchObject({ passed: 28, failed: 272, error: 0, skipped: 0 });
    const saying = (detail: string) => results.filter((result) => result.detail === detail).length;
    expect([saying('no sample in the file'), saying('the patch is empty')]).toEqual([29, 26]);
    expect(manifest.executor.tier).toBe('published');
  });

  it('are refused where nobody can judge them', async () => {
    const samples = ['--samples', `${files}.all_preds.json`];
    const { code, stderr } = await evals(
      data,
      'run',
      '--dataset',
      'swe-bench-lite',
      ...samples,
      '--sandbox',
      'process',
    );
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--published REPORT') });
  });
});

describe.skipIf(missing)(`datasets pull --from${skipped}`, () => {
  it.each(catalogue.map((entry) => [entry.name, entry] as const))(
    'takes the published file of %s, and stops at one byte more',
    async (name, entry) => {
      const dir = join(scratch, `sets-${name}`);
      const file = join(data, entry.file);
      const taken = await evals(dir, 'datasets', 'pull', name, '--from', file);
      const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
      expect({ code: taken.code, stdout: taken.stdout }).toEqual({
        code: 0,
        stdout: expect.stringContaining(`SHA-256 ${sha256} (as pinned)`),
      });
      expect(readFileSync(join(dir, entry.file)).equals(readFileSync(file))).toBe(true);

      const changed = join(scratch, `changed-${name}`);
      writeFileSync(changed, Buffer.concat([readFileSync(file), Buffer.from('\n')]));
      const refused = await evals(dir, 'datasets', 'pull', name, '--from', changed);
      expect({ code: refused.code, stderr: refused.stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/is not the .* that is known: its SHA-256 is [0-9a-f]{64}, expected/),
      });
      expect(readFileSync(join(dir, entry.file)).equals(readFileSync(file))).toBe(true);
    },
  );
});
