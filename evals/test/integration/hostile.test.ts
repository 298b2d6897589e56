import { spawn, type ChildProcess } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isHeld, runHostileSet, type HostileOptions, type HostileOutcome } from '../../src/hostile/run-hostile.ts';
import { openUntried } from '../../src/sandbox/open.ts';
import { findJailMaker } from '../../src/sandbox/process/jail.ts';
import { openProcessSandbox } from '../../src/sandbox/process/open.ts';
import type { GradeJob, Sandbox, SandboxTier } from '../../src/sandbox/sandbox.ts';

const options = { workers: 1, hashSeed: 0 };
const open = (tier: SandboxTier) => openUntried({ tier, ...options }, { e2b: {} });
const missingJail = (kind?: 'bubblewrap' | 'unshare') =>
  findJailMaker(kind).then(
    () => undefined,
    (error: Error) => error.message,
  );

async function outcomesIn(opening: Promise<Sandbox>, how: Partial<HostileOptions> = {}): Promise<HostileOutcome[]> {
  const sandbox = await opening;
  try {
    return await runHostileSet(sandbox, { timeoutMs: 600, ...how });
  } finally {
    await sandbox.close();
  }
}

const told = (outcomes: readonly HostileOutcome[]) =>
  outcomes
    .filter((one) => !isHeld(one))
    .map(({ language, name, status, detail, effects }) => ({ language, name, status, detail, effects }));

const tiers = [
  { name: 'process', least: 90, opening: () => open('process'), missing: await missingJail() },
  {
    name: 'JavaScript in process, by unshare',
    least: 40,
    opening: () => openProcessSandbox({ ...options, languages: ['javascript'] }, 'unshare'),
    missing: await missingJail('unshare'),
  },
  { name: 'pyodide', least: 50, opening: () => open('pyodide'), missing: undefined },
  { name: 'quickjs', least: 40, opening: () => open('quickjs'), missing: undefined },
];

describe('the hostile set', () => {
  for (const { name, least, opening, missing } of tiers)
    it.skipIf(missing)(
      `gets nothing by ${name}${missing ? ` (skipped: ${missing})` : ''}`,
      { timeout: 900_000 },
      async () => {
        const outcomes = await outcomesIn(opening());
        expect(outcomes.length).toBeGreaterThanOrEqual(least);
        expect(told(outcomes)).toEqual([]);
      },
    );

  it.skipIf(tiers[0]!.missing)(
    'has teeth: beside its tests a candidate lies and reads them, but neither gets out nor harms the next',
    { timeout: 900_000 },
    async () => {
      const outcomes = await outcomesIn(open('process'), { sameProcess: true, aims: ['false pass', 'next sample'] });
      const passed = outcomes.filter(({ falsePass }) => falsePass).map(({ name }) => name);
      expect(passed).toContain('an object equal to everything');
      expect(passed).toContain('reads the tests from the frames above');
      expect(passed.length).toBeGreaterThanOrEqual(8);
      expect(outcomes.filter(({ harmedNext, effects }) => harmedNext || effects.length > 0)).toEqual([]);
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'tells of what is left running, however it got away (looked up in /proc, so on Linux alone)',
    { timeout: 300_000 },
    async () => {
      const left: ChildProcess[] = [];
      const sandbox: Sandbox = {
        tier: 'quickjs',
        languages: ['javascript'],
        enforces: {
          network: false,
          hostFiles: false,
          memory: false,
          cpu: false,
          processes: false,
          openFiles: false,
          cannot: [],
        },
        versions: {},
        async grade({ program, calls }: GradeJob) {
          if (calls.includes('add')) return { status: program.includes('a - b') ? 'failed' : 'passed', gradeMs: 0 };
          for (const child of left.splice(0)) process.kill(-child.pid!, 'SIGKILL');
          const marker = /'(word-[0-9a-f]{16})'\], \{ detached/.exec(program)?.[1];
          const isFork = program.includes('a fork that') || program.includes('new Worker(');
          if (marker ?? (isFork && left.length === 0))
            left.push(spawn('sh', ['-c', 'sleep 60; true', marker ?? ''], { detached: true, stdio: 'ignore' }));
          return { status: 'failed', gradeMs: 0 };
        },
        probe: async () => [],
        close: async () => {},
      };
      const outcomes = await outcomesIn(Promise.resolve(sandbox)).finally(() => {
        for (const child of left) process.kill(-child.pid!, 'SIGKILL');
      });
      const effects = Object.fromEntries(told(outcomes).map((one) => [one.name, one.effects.join()]));
      expect(effects).toEqual({
        'a daemon that outlives it': expect.stringMatching(/^left running: sh -c sleep 60; true word-/),
        'a thread bomb': expect.stringMatching(/^left running: \d processes below/),
        'a thread that writes into answers': expect.stringMatching(/^left running: \d processes below/),
      });
    },
  );
});
