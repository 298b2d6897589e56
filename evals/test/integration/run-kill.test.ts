import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as setTimeoutAsync } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countedEndpoint } from '../../../test/support/counted-endpoint.ts';
import { startEvalsCli, type CliRun } from '../../../test/support/evals-cli.ts';
import type { RunSummary } from '../../src/run/summary.ts';

const problemCount = 100;
const killCount = 21;
const workers = 4;
const scratch = mkdtempSync(join(tmpdir(), 'whetstone-kill-'));
const datasetFile = join(scratch, 'doubling.jsonl');
const asks: string[] = [];
let onAsk = () => {};
/** Answers wait for it. */
let held: Promise<void> | undefined;
let endpoint: Awaited<ReturnType<typeof countedEndpoint>>;

beforeAll(async () => {
  writeFileSync(
    datasetFile,
    Array.from({ length: problemCount }, (_, i) =>
      JSON.stringify({
        task_id: `Own/${i}`,
        prompt: `def f${i}(x):\n    """The ${i}-fold of x."""\n`,
        entry_point: `f${i}`,
        canonical_solution: `    return ${i} * x\n`,
        test: `def check(candidate):\n    assert candidate(2) == ${2 * i}\n`,
      }),
    ).join('\n') + '\n',
  );
  endpoint = await countedEndpoint(
    (prompt) => {
      const i = Number(idOf(prompt));
      // Every fourth answer is wrong.
      return `\`\`\`python\ndef f${i}(x):\n    return ${i % 4 === 3 ? -1 : i} * x\n\`\`\``;
    },
    {
      delay: async () => {
        await setTimeoutAsync(5 + Math.random() * 40);
        await held;
      },
      onAsk: (prompt) => {
        asks.push(`Own/${idOf(prompt)}`);
        onAsk();
      },
    },
  );
}, 30_000);
afterAll(() => endpoint?.close());

const idOf = (prompt: string) => /def f(\d+)\(/.exec(prompt)?.[1];

const flags = (out: string) => [
  'run',
  `--dataset=${datasetFile}`,
  '--model=scripted',
  `--base-url=${endpoint.url}`,
  `--out=${out}`,
  `--workers=${workers}`,
  '--sandbox=process',
  '--no-cache',
  '--json',
  '--price-in=1',
  '--price-out=1',
];
const environment = { WHETSTONE_CACHE_DIR: join(scratch, 'cache') };
const start = (out: string, before?: readonly string[]): CliRun => startEvalsCli(flags(out), environment, before);

/** Whole lines only: what was not acknowledged is no line. */
function idsIn(out: string, name: string): string[] {
  const file = join(out, name);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { problemId: string }).problemId);
}

async function undisturbed(out: string): Promise<RunSummary> {
  const { code, stdout, stderr } = await start(out).ended;
  expect(stderr + code).toMatch(/0$/);
  return JSON.parse(stdout) as RunSummary;
}

describe('a run that is killed', () => {
  it('and begun again, loses nothing, asks nothing twice that it has, and comes to the same report', async () => {
    const reference = await undisturbed(join(scratch, 'undisturbed'));
    expect(reference.counts).toMatchObject({ passed: 75, failed: 25, error: 0, skipped: 0 });
    expect(asks).toHaveLength(problemCount);

    const out = join(scratch, 'killed');
    let kills = 0;
    let askedThoughKept = 0;
    let lostLines = 0;
    let summary: RunSummary | undefined;
    asks.length = 0;
    const before = { answers: [] as string[], verdicts: [] as string[] };
    while (!summary) {
      const asksBefore = asks.length;
      const run = start(out);
      // From before the first ask to some way into it; the endpoint's latency and the jitter put it anywhere between.
      let countdown = kills === killCount ? 0 : 1 + Math.floor(Math.random() * 8);
      const kill = () => setTimeout(() => run.child.kill('SIGKILL'), Math.random() * 30);
      if (kills % 6 === 5) setTimeout(kill, 300 + Math.random() * 900);
      onAsk = () => void (countdown > 0 && --countdown === 0 && kill());
      const { signal, code, stdout, stderr } = await run.ended;

      askedThoughKept += asks.slice(asksBefore).filter((id) => before.answers.includes(id)).length;
      const now = { answers: idsIn(out, 'generations.jsonl'), verdicts: idsIn(out, 'results.jsonl') };
      lostLines += before.answers.filter((id) => !now.answers.includes(id)).length;
      lostLines += before.verdicts.filter((id) => !now.verdicts.includes(id)).length;
      // No verdict without its answer.
      expect(now.verdicts.filter((id) => !now.answers.includes(id))).toEqual([]);
      Object.assign(before, now);
      if (signal === 'SIGKILL') kills += 1;
      else {
        expect(stderr + code).toMatch(/0$/);
        summary = JSON.parse(stdout) as RunSummary;
      }
    }
    onAsk = () => {};

    const repeatedAsks = asks.length - problemCount;
    console.info(
      `${kills} kills; ${asks.length} asks for ${problemCount} answers; report ${summary.reportHash.slice(0, 12)}`,
    );
    expect(kills).toBeGreaterThanOrEqual(killCount);
    expect({ lostLines, askedThoughKept }).toEqual({ lostLines: 0, askedThoughKept: 0 });
    expect(repeatedAsks).toBeLessThanOrEqual(kills * workers);
    for (const name of ['generations.jsonl', 'results.jsonl']) {
      expect(idsIn(out, name)).toHaveLength(problemCount);
      expect(new Set(idsIn(out, name)).size).toBe(problemCount);
    }
    expect(summary.reportHash).toBe(reference.reportHash);
    expect(summary.paidUsd).toBeCloseTo(reference.paidUsd!, 12);
  }, 600_000);
});

// A busy machine takes ten seconds to start the command line.
describe('a run directory', { timeout: 300_000 }, () => {
  it('is not shared: the second run is refused, naming the process of the first', async () => {
    const out = join(scratch, 'shared');
    let letGo = () => {};
    held = new Promise((go) => (letGo = go));
    const first = start(out);
    await new Promise<void>((asked) => (onAsk = asked));
    onAsk = () => {};
    const second = await start(out).ended;
    letGo();
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining(`process ${first.child.pid}`) });
    expect((await first.ended).code).toBe(0);
    expect(idsIn(out, 'results.jsonl')).toHaveLength(problemCount);
  });

  it('that is interrupted from the keyboard is left whole, says how to go on, and goes on', async () => {
    const out = join(scratch, 'interrupted');
    const first = start(out);
    let countdown = 20;
    onAsk = () => void (--countdown === 0 && first.child.kill('SIGINT'));
    const interrupted = await first.ended;
    onAsk = () => {};
    expect(interrupted).toMatchObject({ code: 3, stderr: expect.stringContaining(`--out ${out} goes on`) });
    const { counts } = JSON.parse(interrupted.stdout) as RunSummary;
    expect(counts).toMatchObject({ error: 0 });
    expect(counts.skipped).toBeGreaterThan(0);
    asks.length = 0;
    const { code, stdout } = await start(out).ended;
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as RunSummary).counts).toMatchObject({ passed: 75, failed: 25, skipped: 0 });
    expect(asks).toHaveLength(counts.skipped);
  });
});

const jail = (...mounts: string[]) => ['bwrap', '--dev-bind', '/', '/', ...mounts, '--'];
const noJail =
  spawnSync('bwrap', ['--dev-bind', '/', '/', '--', 'true']).status === 0 ? undefined : 'bubblewrap cannot start here';

describe.skipIf(noJail)(`a disk that refuses${noJail ? ` (skipped: ${noJail})` : ''}`, () => {
  const reference = (out: string, before: readonly string[]) =>
    startEvalsCli(
      ['run', '--dataset', datasetFile, '--reference', '--sandbox', 'process', '--out', out],
      environment,
      before,
    ).ended;

  it('because it is full ends the run with a sentence, and with room the same command goes on', async () => {
    const disk = mkdtempSync(join(scratch, 'disk-'));
    const { code, stderr } = await reference(join(disk, 'out'), jail('--size', '16384', '--tmpfs', disk));
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(/cannot write .*disk is full/) });
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('because it is read-only is told before anything is done', async () => {
    const disk = mkdtempSync(join(scratch, 'disk-'));
    const { code, stderr } = await reference(join(disk, 'out'), jail('--ro-bind', disk, disk));
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(/cannot write .*read-only/) });
  });
});
