import { EvalRunRequest } from '@whetstone/shared/contract';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { inRepository } from '../../../test/support/repository-files.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import { configFromEnvironment } from '../../src/config.ts';
import { problems, recordedRun, writeRun } from '../support/recorded-run.ts';

const passed = 'passed' as const;
const failed = 'failed' as const;

let folder = '';
const at = (name: string) => join(folder, name);

/** Runs the command line as the binary does; answers what it said. */
async function evals(
  args: string[],
  { summaryFile, isColoured = false }: { summaryFile?: string; isColoured?: boolean } = {},
) {
  const said = { out: [] as string[], err: [] as string[] };
  const code = await runCommandLine(args, {
    terminal: {
      print: (text) => void said.out.push(text),
      complain: (text) => void said.err.push(text),
      write: () => {},
      isTty: false,
      isColoured,
      columns: 200,
    },
    signal: new AbortController().signal,
    config: () => configFromEnvironment({ HOME: folder, GITHUB_STEP_SUMMARY: summaryFile }),
  });
  return { code, out: said.out.join('\n'), err: said.err.join('\n') };
}

/** A made-up run of 164 problems: 120 pass, less what is `lost` from the start, more what is `gained` at the end. */
async function written(name: string, { lost = 0, gained = 0, errors = 0, cost = 0.01 } = {}) {
  return writeRun(
    recordedRun({
      directory: at(name),
      label: `model ${name}`,
      samples: problems(164, (i) => {
        const spent = { costUsd: cost, timeMs: 1_500 };
        if (i >= 164 - errors) return { status: 'error', detail: 'the endpoint answered 503', timeMs: 0 };
        if (i < lost) return { ...spent, status: failed, detail: 'AssertionError: expected 3' };
        return { ...spent, status: i < 120 + gained ? passed : failed };
      }),
    }),
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'whetstone-compare-'));
  await written('base');
  await written('same', { lost: 3, gained: 3 });
  await written('slightly', { lost: 6 });
  await written('noisy', { lost: 20, gained: 11 });
  await written('worse', { lost: 20, gained: 4 });
  await written('broken', { lost: 20, errors: 10 });
  await written('dear', { cost: 0.02 });
});
afterAll(() => rm(folder, { recursive: true }));

describe('compare', () => {
  it('says in 80 columns what two runs differ by, without colours where there is no terminal', async () => {
    const { code, out, err } = await evals(['compare', at('base'), at('worse')]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('separated: B is worse by 9.8 points');
    expect(out).toContain('164 paired: 20 lost, 4 gained');
    expect(out).toMatch(/exact McNemar: p = \.0015 two-sided, p = \.0008 for a drop/);
    expect(out).toContain('  - p1   failed: AssertionError: expected 3');
    expect(out).toContain('and 5 more: --list 20, or --json');
    expect(out).toContain('subject.label: model base -> model worse');
    const long = out.split('\n').filter((line) => line.length > 80 && !line.includes(folder));
    expect(long).toEqual([]);
    expect(out).not.toContain('\u001b');
    const coloured = await evals(['compare', at('base'), at('worse')], { isColoured: true });
    expect(coloured.out).toContain('\u001b[31m');
  });

  it('does not call runs equal that it cannot separate', async () => {
    const { out } = await evals(['compare', at('base'), at('same')]);
    expect(out).toMatch(/no separation detected at this sample size \(could have seen a drop of >= 3\.7\s+points\)/);
  });

  it('prints JSON alone with --json, every problem included, and warnings on stderr', async () => {
    const { code, out, err } = await evals(['compare', at('base'), at('broken'), '--json']);
    expect(code).toBe(0);
    const { comparisons } = JSON.parse(out) as { comparisons: Record<string, unknown>[] };
    expect(comparisons).toHaveLength(1);
    expect(comparisons[0]).toMatchObject({
      problems: 154,
      counts: { both: 100, onlyFirst: 20, onlySecond: 0, neither: 34 },
      missing: { b: { errors: 10, skipped: 0, samples: 164 } },
      test: { name: 'exact McNemar', p: { drop: expect.closeTo(2 ** -20, 15) as number } },
    });
    expect(comparisons[0]!['lost']).toHaveLength(20);
    expect(err).toContain('warning: B has no verdict on 10 of 164 samples: 10 by errors of infrastructure');
  });

  it('adjusts what each of several has to show', async () => {
    const { out } = await evals(['compare', at('base'), at('worse'), at('same'), at('noisy')]);
    expect(out.match(/adjusted by Holm/g)).toHaveLength(3);
    expect(out).toContain('p = .0046 two-sided');
  });

  it('is the same every time, and heeds its seed', async () => {
    const args = ['compare', at('base'), at('worse'), '--json'];
    const [once, again, other] = [await evals(args), await evals(args), await evals([...args, '--seed', '2'])];
    expect(again.out).toBe(once.out);
    expect(other.out).not.toBe(once.out);
  });

  it('shows nothing that a candidate printed as more than text', async () => {
    const hostile =
      '\u001b]0;owned\u0007 \u001b[2J<img src=x onerror=alert(1)> | ![x](http://127.0.0.1/x) @everyone\nnext `code`';
    await writeRun(recordedRun({ directory: at('h1'), samples: { p1: passed, p2: passed } }));
    await writeRun(
      recordedRun({ directory: at('h2'), samples: { p1: { status: failed, detail: hostile }, p2: passed } }),
    );
    const summaryFile = at('hostile.md');
    const { out } = await evals(['compare', at('h1'), at('h2')], { summaryFile });
    expect(out).not.toContain('\u001b');
    expect(out).not.toMatch(/owned|\[2J/);
    expect(out.split('\n').filter((line) => line.startsWith('next'))).toEqual([]);
    const markdown = await readFile(summaryFile, 'utf8');
    const row = markdown.split('\n').find((line) => line.startsWith('| p1 '))!;
    expect(row).not.toMatch(/<img|[^\\]!\[|[^\\]`|@everyone/);
    expect(markdown).not.toContain('\u001b');
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
  });
});

describe('compare refuses', () => {
  it.each<[what: string, args: () => string[], code: number, said: RegExp]>([
    ['a folder that is no run', () => [at('base'), folder], 2, /is no run directory/],
    ['one run alone', () => [at('base')], 2, /missing required argument 'B'/],
    [
      'limits without the gate',
      () => [at('base'), at('same'), '--max-drop', '3', '--strict'],
      2,
      /--max-drop, --strict: only --gate heeds/,
    ],
    [
      'a drop that is no number',
      () => [at('base'), at('same'), '--gate', '--max-drop', 'lots'],
      2,
      /--max-drop: expected a number from 0 to 100, got "lots"/,
    ],
    ['a negative drop', () => [at('base'), at('same'), '--gate', '--max-drop=-5'], 2, /--max-drop/],
    [
      'a rate that could be meant as either',
      () => [at('base'), at('same'), '--gate', '--min-pass-rate', '80'],
      2,
      /such as \.8, or 80%/,
    ],
    ['an alpha of 0', () => [at('base'), at('same'), '--alpha', '0'], 2, /--alpha/],
    ['a list of what is no number', () => [at('base'), at('same'), '--list', 'all'], 2, /--list/],
  ])('%s', async (_, args, code, said) => {
    const result = await evals(['compare', ...args()]);
    expect(result.err).toMatch(said);
    expect(result).toMatchObject({ code, out: '' });
  });

  it('a run that was cut off, unless that is allowed', async () => {
    await writeRun(
      recordedRun({
        directory: at('cut'),
        samples: problems(100, () => passed),
        unfinished: Object.keys(problems(164, () => 0)).slice(100),
      }),
    );
    const refused = await evals(['compare', at('base'), at('cut')]);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toContain('has no result for 64 of 164 problems (p101, p102, p103, …)');
    const allowed = await evals(['compare', at('base'), at('cut'), '--allow-partial']);
    expect(allowed.code).toBe(0);
    expect(allowed.out).toContain('warning: B has no result for 64 problems, left out');
  });

  it('runs of two data sets', async () => {
    await writeRun(
      recordedRun({ directory: at('other'), samples: problems(164, () => passed), sha256: 'f'.repeat(64) }),
    );
    const { code, err } = await evals(['compare', at('base'), at('other'), '--allow-partial']);
    expect(code).toBe(2);
    expect(err).toContain('different data sets');
  });

  it('a manifest that was changed by hand', async () => {
    await written('forged');
    const file = join(at('forged'), 'manifest.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('model forged', 'model base'));
    const { code, err } = await evals(['compare', at('base'), at('forged')]);
    expect(code).toBe(2);
    expect(err).toContain('changed by hand');
  });
});

describe('the gate', () => {
  it.each<[name: string, args: string[], code: number, said: string]>([
    ['same', [], 0, 'gate: passed'],
    ['worse', [], 1, 'gate: failed'],
    ['worse', ['--max-drop', '15'], 0, 'gate: suspect'],
    ['worse', ['--alpha', '0.0001'], 0, 'gate: suspect'],
    ['slightly', [], 0, 'gate: suspect'],
    ['slightly', ['--strict'], 1, 'gate: suspect'],
    ['noisy', [], 0, 'gate: suspect'],
    ['broken', [], 3, 'gate: undecidable'],
    ['broken', ['--max-error-rate', '10%'], 1, 'gate: failed'],
    ['dear', [], 0, 'gate: passed'],
    ['dear', ['--max-cost-increase', '50'], 1, 'gate: failed'],
    ['same', ['--min-pass-rate', '.9'], 1, 'gate: failed'],
    ['same', ['--min-pass-rate', '70%'], 0, 'gate: passed'],
  ])('of %s with %j ends with %d', async (name, args, code, said) => {
    const result = await evals(['compare', at('base'), at(name), '--gate', ...args]);
    expect(result.out).toContain(said);
    expect(result.code).toBe(code);
  });

  it('fails when one of several does, and says which as JSON', async () => {
    const { code, out } = await evals([
      'compare',
      at('base'),
      at('same'),
      at('worse'),
      at('broken'),
      '--gate',
      '--json',
    ]);
    expect(code).toBe(1);
    const { gate } = JSON.parse(out) as { gate: { verdict: string; decisions: { verdict: string }[] } };
    expect(gate.verdict).toBe('fail');
    expect(gate.decisions.map(({ verdict }) => verdict)).toEqual(['pass', 'fail', 'undecidable']);
  });

  it('appends to the summary of a GitHub step, and complains where that cannot be written', async () => {
    const summaryFile = at('summary.md');
    await writeFile(summaryFile, 'earlier step\n');
    await evals(['compare', at('base'), at('worse'), '--gate', '--json'], { summaryFile });
    const markdown = await readFile(summaryFile, 'utf8');
    expect(markdown).toMatch(/^earlier step\n### model worse against model base on made-up\n/);
    expect(markdown).toContain('**gate: failed**');
    expect(markdown).toContain('<summary>Lost (20)</summary>');
    expect(markdown.split('\n').filter((line) => /^\| p\d+ \|/.test(line))).toHaveLength(24);
    const { code, err } = await evals(['compare', at('base'), at('worse')], { summaryFile: folder });
    expect(code).toBe(3);
    expect(err).toContain('GITHUB_STEP_SUMMARY');
    const gated = await evals(['compare', at('base'), at('worse'), '--gate'], { summaryFile: folder });
    expect(gated).toMatchObject({ code: 1, err: expect.stringContaining('GITHUB_STEP_SUMMARY') });
  });

  it('is the exit code of the process', async () => {
    const ended = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', inRepository('evals/src/whetstone-evals.ts'), 'compare', at('base'), at('worse'), '--gate'],
      { cwd: inRepository('.'), env: { PATH: process.env['PATH'], HOME: folder } },
    ).catch((error: { code: number; stdout: string; stderr: string }) => error);
    expect(ended).toMatchObject({ code: 1, stderr: '' });
    expect(ended.stdout).toContain('gate: failed');
    expect(ended.stdout).not.toContain('\u001b');
  });
});

describe('the example workflow', () => {
  const Workflow = z.object({
    on: z.record(z.string(), z.unknown()),
    permissions: z.record(z.string(), z.enum(['read', 'write'])),
    jobs: z.record(
      z.string(),
      z.object({
        'runs-on': z.string(),
        'timeout-minutes': z.number(),
        steps: z.array(
          z.object({ uses: z.string().optional(), run: z.string().optional(), if: z.string().optional() }),
        ),
      }),
    ),
  });

  it('is YAML of the right shape, asks for no right to write, and compares as the command line understands it', async () => {
    const text = await readFile(inRepository('docs/examples/evals-gate.yml'), 'utf8');
    const { jobs, permissions } = Workflow.parse(parse(text));
    expect(Object.values(permissions)).not.toContain('write');
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    for (const { uses, run } of steps) expect(uses === undefined).toBe(run !== undefined);
    const line = steps.map(({ run }) => run ?? '').find((run) => run.includes(' compare '))!;
    const words = line.trim().split(/\s+/).slice(2);
    const args = words.map((word) =>
      word === 'runs/baseline' ? at('base') : word === 'runs/candidate' ? at('worse') : word,
    );
    expect(args.slice(0, 4)).toEqual(['compare', at('base'), at('worse'), '--gate']);
    expect(await evals(args)).toMatchObject({ code: 1, err: '' });
  });

  it('has another one whose run the server would take', async () => {
    const { jobs, permissions } = Workflow.parse(
      parse(await readFile(inRepository('docs/examples/evals-cloud-gate.yml'), 'utf8')),
    );
    expect(Object.values(permissions)).not.toContain('write');
    const [say, gate] = Object.values(jobs).flatMap((job) => job.steps.flatMap(({ run }) => run ?? []));
    const folder = at('cloud-gate');
    await mkdir(join(folder, 'prompts'), { recursive: true });
    await writeFile(join(folder, 'prompts/solve.md'), 'Answer with code alone.');
    const env = {
      PATH: process.env['PATH'],
      LABEL: 'a label',
      TAG: 'main',
      EVALS_MODEL: 'a-model',
      GITHUB_SHA: '0123abc',
    };
    await promisify(execFile)('bash', ['-c', say!], { cwd: folder, env });
    const request: unknown = JSON.parse(await readFile(join(folder, 'request.json'), 'utf8'));
    expect(EvalRunRequest.parse(request)).toMatchObject({
      tags: ['main'],
      subject: { guidance: 'Answer with code alone.' },
    });
    expect(gate).toBe('sh .github/evals-cloud-gate.sh < request.json');
  });
});
