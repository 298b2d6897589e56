import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.ts';
import { configFromEnvironment } from '../../src/config.ts';
import { readRun } from '../../src/run/read-run.ts';

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-run-cli-'));
const dataset = join(scratch, 'own.jsonl');
const rows = [
  // Passes; needs a module that only a preamble brings; needs longer than the limit; a reference that is wrong.
  { id: 'Own/0', body: '    return 2 * x\n', expected: 4 },
  { id: 'Own/1', body: '    return math.floor(x) * 2\n', expected: 4 },
  { id: 'Own/2', body: '    import time\n    while time.process_time() < 1.5: pass\n    return 2 * x\n', expected: 4 },
  { id: 'Own/3', body: '    return 3 * x\n', expected: 4 },
];
writeFileSync(
  dataset,
  rows
    .map(({ id, body, expected }) =>
      JSON.stringify({
        task_id: id,
        prompt: `def double(x):\n    """Twice x (${id})."""\n`,
        entry_point: 'double',
        canonical_solution: body,
        test: `def check(candidate):\n    assert candidate(2) == ${expected}\n`,
      }),
    )
    .join('\n') + '\n',
);

async function evals(...args: string[]) {
  const output = { stdout: '', stderr: '' };
  const code = await runCommandLine(args, {
    terminal: {
      print: (text) => void (output.stdout += `${text}\n`),
      complain: (text) => void (output.stderr += `${text}\n`),
      write: () => {},
      isTty: false,
      columns: 80,
    },
    signal: new AbortController().signal,
    config: () => configFromEnvironment({ HOME: scratch, WHETSTONE_CACHE_DIR: join(scratch, 'cache') }),
  });
  return { code, ...output };
}

const run = (...args: string[]) => evals('run', '--dataset', dataset, '--sandbox', 'process', ...args);
const summaryOf = async (out: string) => (await readRun(out)).summary;
const statusesOf = async (out: string) =>
  Object.fromEntries((await readRun(out)).results.map(({ problemId, status }) => [problemId, status]));

describe('whetstone-evals run', () => {
  it('grades references in a real sandbox and prints a table, or the summary alone', async () => {
    const out = join(scratch, 'reference');
    const { code, stdout } = await run('--reference', '--timeout-ms', '800', '--out', out);
    expect(code).toBe(0);
    expect(stdout).toContain('reference on own.jsonl, 4 problems x 1');
    const statuses = { 'Own/0': 'passed', 'Own/1': 'failed', 'Own/2': 'timeout', 'Own/3': 'failed' };
    expect(await statusesOf(out)).toEqual(statuses);

    const json = await run('--reference', '--timeout-ms', '800', '--out', out, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ passRate: 0.25, counts: { passed: 1, failed: 2, timeout: 1 } });
    expect(json.stderr).toContain('going on: 4 have their verdict');
  });

  it('tries the references of a data set before another subject, once, and names those that fail', async () => {
    const samples = join(scratch, 'samples.jsonl');
    const answers = rows.map(({ id }) => JSON.stringify({ task_id: id, completion: '    return 2 * x\n' }));
    writeFileSync(samples, `${answers.join('\n')}\n`);
    const out = join(scratch, 'samples');
    const { code, stderr } = await run('--samples', samples, '--timeout-ms', '700', '--out', out);
    expect(code).toBe(0);
    expect(stderr).toMatch(/own answer to Own\/2 does not pass here \(timeout/);
    const { referenceFailures, counts } = await summaryOf(out);
    expect(referenceFailures).toEqual(['Own/1', 'Own/2', 'Own/3']);
    expect(counts.passed).toBe(4);
    const files = join(scratch, 'cache/evals/references');
    expect(existsSync(files)).toBe(true);
  });

  it('runs the problems that are named, and drawn ones', async () => {
    const out = join(scratch, 'named');
    await run('--reference', '--problems', 'Own/0,Own/3', '--out', out);
    expect(Object.keys(await statusesOf(out)).sort()).toEqual(['Own/0', 'Own/3']);
    const drawn = join(scratch, 'drawn');
    await run('--reference', '--problems', 'Own/0,Own/1,Own/3', '--limit', '2', '--out', drawn);
    expect(Object.keys(await statusesOf(drawn))).toHaveLength(2);
  });

  it.each([
    [['--reference', '--samples', 'x'], '--model, --samples'],
    [[], 'Give one of'],
    [['--reference', '--workers', '0'], '--workers: expected a whole number from 1 on'],
    [['--reference', '--problems', 'Own/9'], 'no problem is called Own/9'],
    [['--model', 'm', '--budget-usd', '1', '--base-url', 'http://127.0.0.1:9/v1'], '--allow-unknown-price'],
    [['--reference', '--sandbox', 'cellar'], 'cellar'],
  ])('refuses %j with a sentence and exit code 2', async (args, sentence) => {
    const { code, stderr } = await run('--out', join(scratch, 'refused'), ...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(sentence) });
  });
});

describe('whetstone-evals regrade', () => {
  const first = join(scratch, 'to-regrade');

  it('grades the recorded answers again, with another limit and preamble, asking nobody', async () => {
    await run('--reference', '--timeout-ms', '800', '--out', first);
    const before = readFileSync(join(first, 'generations.jsonl'), 'utf8');
    const preamble = join(scratch, 'preamble.py');
    writeFileSync(preamble, 'import math\n');
    const out = join(scratch, 'regraded');
    const { code } = await evals('regrade', first, '--timeout-ms', '6000', '--preamble', preamble, '--out', out);
    expect(code).toBe(0);
    expect(await statusesOf(out)).toEqual({
      'Own/0': 'passed',
      'Own/1': 'passed',
      'Own/2': 'passed',
      'Own/3': 'failed',
    });
    const { manifest, record, summary } = await readRun(out);
    expect(manifest).toMatchObject({ timeoutMs: 6_000, preamble: { python: 'import math\n' } });
    expect(record.origin.regradeOf).toBe((await readRun(first)).record.manifestHash);
    expect(summary.reusedCount).toBe(4);
    expect(readFileSync(join(first, 'generations.jsonl'), 'utf8')).toBe(before);
  });

  it('comes to the same report when nothing is changed', async () => {
    const out = join(scratch, 'regraded-alike');
    await evals('regrade', first, '--out', out);
    expect((await summaryOf(out)).reportHash).toBe((await summaryOf(first)).reportHash);
  });

  it('refuses its own directory, a folder that is no run, and a data set that has changed', async () => {
    expect((await evals('regrade', first, '--out', first)).stderr).toContain('another directory');
    expect(await evals('regrade', scratch)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no run directory'),
    });
    const changed = join(scratch, 'changed.jsonl');
    writeFileSync(changed, readFileSync(dataset, 'utf8').replace('== 4', '== 5'));
    const { code, stderr } = await evals('regrade', first, '--dataset', changed, '--out', join(scratch, 'never'));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('SHA-256') });
  });
});
