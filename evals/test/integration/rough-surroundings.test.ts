import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startEvalsCli } from '../../../test/support/evals-cli.ts';

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-rough-'));
const environment = { WHETSTONE_CACHE_DIR: join(scratch, 'cache') };

/** A data set with these ids; every second answer of it is wrong. */
function datasetOf(name: string, ids: readonly string[]): string {
  const file = join(scratch, name);
  const rows = ids.map((id, i) => ({
    task_id: id,
    prompt: `def f${i}(x):\n    """The ${i}-fold of x."""\n`,
    entry_point: `f${i}`,
    canonical_solution: `    return ${i % 2 ? 'None' : `${i} * x`}\n`,
    test: `def check(candidate):\n    assert candidate(2) == ${2 * i}\n`,
  }));
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return file;
}

const dataset = datasetOf('own.jsonl', ['Own/0', 'Own/1']);
const samples = join(scratch, 'samples.jsonl');
writeFileSync(
  samples,
  ['Own/0', 'Own/1'].map((task_id) => `${JSON.stringify({ task_id, completion: '    return 0\n' })}\n`).join(''),
);
const run = (out: string, more: readonly string[], env: Record<string, string> = {}, before: readonly string[] = []) =>
  startEvalsCli(
    ['run', '--dataset', dataset, '--sandbox', 'process', '--out', join(scratch, out), ...more],
    { ...environment, ...env },
    before,
  ).ended;

describe('whetstone-evals', { timeout: 120_000 }, () => {
  it('finishes what it began, and keeps its exit code, though nobody reads what it says', async () => {
    const evals = ['--import', 'tsx', resolve(import.meta.dirname, '../../src/whetstone-evals.ts')];
    const deaf = async (...args: string[]) => {
      const child = spawn(process.execPath, [...evals, ...args], { env: { ...process.env, ...environment } });
      child.stdout.destroy();
      child.stderr.destroy();
      return await new Promise((ended) => child.once('exit', (code) => ended(code)));
    };
    const out = join(scratch, 'unread');
    expect(await deaf('run', '--dataset', dataset, '--sandbox', 'process', '--reference', '--out', out)).toBe(0);
    expect(readdirSync(out)).toContain('report.html');
    expect(await deaf('compare', out, out, '--gate', '--min-pass-rate', '100%')).toBe(1);
  });

  it('does not depend on its cache: a run goes on without it, and says so', async () => {
    const { code, stderr } = await run('no-cache', ['--samples', samples], { WHETSTONE_CACHE_DIR: samples });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/graded again next time: .*ENOTDIR/) });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'tells a user without a home folder what to set (skipped: not root)',
    async () => {
      // Started as another user's, which the password file does not know.
      const nobody = ['setpriv', '--reuid', '54321', '--regid', '54321', '--clear-groups', 'env', '-u', 'HOME'];
      const open = mkdtempSync(join(tmpdir(), 'whetstone-open-'));
      const { code, stderr } = await startEvalsCli(['datasets', 'list'], { TMPDIR: open }, [...nobody, 'TMPDIR=/tmp'])
        .ended;
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('WHETSTONE_CACHE_DIR') });
    },
  );

  it('takes ids of any shape', async () => {
    const ids = [
      'x'.repeat(300),
      'a/../../b',
      'two\nlines',
      '__proto__',
      'constructor',
      'half \uD83D of a pair',
      '</script><script>alert(1)</script>',
      '100%',
      ' blanks ',
    ];
    const odd = datasetOf('odd.jsonl', ids);
    const out = join(scratch, 'odd');
    const ended = await startEvalsCli(
      ['run', '--dataset', odd, '--sandbox', 'process', '--reference', '--out', out, '--json'],
      environment,
    ).ended;
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('bug') });
    expect(JSON.parse(ended.stdout)).toMatchObject({ counts: { passed: 5, failed: 4 } });
    const lines = readFileSync(join(out, 'results.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { problemId: string }).problemId).sort()).toEqual(ids.toSorted());
    expect(readFileSync(join(out, 'junit.xml'), 'utf8')).toContain('half \uFFFD of a pair');
  });

  it('grades a run again from another folder than it was begun in', async () => {
    const cli = (cwd: string, ...args: string[]) =>
      new Promise((ended) =>
        spawn(
          process.execPath,
          [
            '--import',
            resolve(import.meta.dirname, '../../../node_modules/tsx/dist/loader.mjs'),
            resolve(import.meta.dirname, '../../src/whetstone-evals.ts'),
            ...args,
          ],
          { cwd, env: { ...process.env, ...environment }, stdio: 'ignore' },
        ).once('exit', (code) => ended(code)),
      );
    const out = join(scratch, 'relative');
    expect(
      await cli(scratch, 'run', '--dataset', 'own.jsonl', '--sandbox', 'process', '--reference', '--out', out),
    ).toBe(0);
    const elsewhere = join(scratch, 'elsewhere');
    mkdirSync(elsewhere);
    expect(await cli(elsewhere, 'regrade', out, '--out', 'again')).toBe(0);
  });
});
