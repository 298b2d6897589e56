import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isHeld, runHostileSet } from '../../src/hostile/run-hostile.ts';
import { openE2bSandbox } from '../../src/sandbox/e2b/open.ts';
import type { GradeJob } from '../../src/sandbox/sandbox.ts';
import { startE2bStandIn, type StandInOptions } from '../support/e2b-stand-in.ts';

const add: GradeJob = {
  language: 'python',
  program: 'def add(a, b): return a + b\n',
  setup: '',
  tests: 'assert add(2, 3) == 5',
  calls: ['add'],
  handles: [],
  timeoutMs: 3000,
};
const wrong = { ...add, program: 'def add(a, b): return a - b\n' };

// The stand-in runs machines as root, as E2B does: only root can be root in them.
const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)(
  `the e2b sandbox${isRoot ? '' : ' (skipped: the stand-in for its machines needs root)'}`,
  () => {
    const open: { close(): Promise<unknown> }[] = [];
    afterEach(async () => {
      for (const one of open.splice(0).reverse()) await one.close();
    });
    async function rented(options: StandInOptions & { workers?: number } = {}) {
      const standIn = await startE2bStandIn(options);
      open.push(standIn);
      const sandbox = await openE2bSandbox(
        { workers: options.workers ?? 1, hashSeed: 0, pauseMs: () => 1 },
        standIn.config,
      );
      open.push(sandbox);
      return { standIn, sandbox };
    }

    it('passes a right program and fails a wrong one, saying why', async () => {
      const { sandbox } = await rented();
      expect(await sandbox.grade(add)).toMatchObject({ status: 'passed' });
      expect(await sandbox.grade(wrong)).toMatchObject({
        status: 'failed',
        detail: expect.stringContaining('assert add(2, 3) == 5'),
      });
      expect(sandbox.versions['python']).toMatch(/^3\./);
    });

    it('ends what takes too long, and what it left running, before the next one', async () => {
      const { sandbox, standIn } = await rented();
      const loop = { ...add, program: 'import os\nos.fork()\nwhile True: pass\n', timeoutMs: 500 };
      expect(await sandbox.grade(loop)).toMatchObject({ status: 'timeout' });
      expect(await sandbox.grade(add)).toMatchObject({ status: 'passed' });
      expect(standIn.counts.create).toBe(1);
    });

    it('believes no object that equals everything, no exit and no forged word', async () => {
      const { sandbox } = await rented();
      const lies = [
        'class A:\n    def __eq__(self, o): return True\ndef add(a, b): return A()\n',
        'import os\nos._exit(0)\n',
        'import os\ndef add(a, b):\n    for d in range(64):\n        try: os.write(d, b\'{"status": "passed", "gradeMs": 1}\')\n        except OSError: pass\n    os._exit(0)\n',
      ];
      for (const program of lies) expect(await sandbox.grade({ ...add, program })).toMatchObject({ status: 'failed' });
      expect(await sandbox.grade(add)).toMatchObject({ status: 'passed' });
    });

    it('gives the hostile set nothing', { timeout: 600_000 }, async () => {
      const { sandbox } = await rented();
      const outcomes = await runHostileSet(sandbox, { timeoutMs: 600 });
      expect(outcomes.length).toBeGreaterThanOrEqual(50);
      expect(outcomes.filter((one) => !isHeld(one))).toEqual([]);
    });

    it('lets no candidate out: every probe is held', async () => {
      const { sandbox } = await rented();
      const results = await sandbox.probe();
      expect(results.length).toBeGreaterThan(3);
      expect(results.filter(({ escaped }) => escaped)).toEqual([]);
    });

    it('rents one machine per worker and gives all of them back', async () => {
      const { sandbox, standIn } = await rented({ workers: 3 });
      const verdicts = await Promise.all(Array.from({ length: 9 }, () => sandbox.grade(add)));
      expect(verdicts.map(({ status }) => status)).toEqual(Array(9).fill('passed'));
      expect(standIn.running()).toBe(3);
      await sandbox.close();
      expect(standIn.running()).toBe(0);
    });

    it('tries again when machines are refused, busy or cut off, and the verdicts stay right', async () => {
      const faults = ['refuse', 'busy', 'drop'] as const;
      const { sandbox } = await rented({
        fault: ({ kind, count }) => (kind === 'create' && count < 3 ? faults[count] : undefined),
      });
      expect(await sandbox.grade(add)).toMatchObject({ status: 'passed' });
      expect(await sandbox.grade(wrong)).toMatchObject({ status: 'failed' });
    });

    it('replaces a machine that is lost and grades its sample again', async () => {
      const { sandbox, standIn } = await rented();
      await sandbox.grade(add);
      await standIn.lose();
      expect(await sandbox.grade(wrong)).toMatchObject({ status: 'failed' });
      expect(standIn.counts.create).toBe(2);
    });

    it('calls it an error, never a failure, when no machine answers', async () => {
      let isDown = false;
      const { sandbox } = await rented({ fault: () => (isDown ? 'refuse' : undefined) });
      isDown = true;
      expect(await sandbox.grade(wrong)).toMatchObject({ status: 'error', detail: expect.stringContaining('e2b') });
      isDown = false;
      expect(await sandbox.grade(wrong)).toMatchObject({ status: 'failed' });
    });

    it('names the variable when there is no key, and says so when it is refused', async () => {
      const options = { workers: 1, hashSeed: 0, pauseMs: () => 1 };
      await expect(openE2bSandbox(options, {})).rejects.toThrow(/E2B_API_KEY/);
      const standIn = await startE2bStandIn();
      open.push(standIn);
      await expect(openE2bSandbox(options, { ...standIn.config, apiKey: 'fake' })).rejects.toMatchObject({
        code: 'unauthorized',
      });
    });

    it('runs a command in a folder and brings back what it left there', async () => {
      const { sandbox, standIn } = await rented();
      const folder = await mkdtemp(join(tmpdir(), 'whetstone-e2b-test-'));
      try {
        await writeFile(join(folder, 'in.txt'), 'hello');
        const job = { folder, env: { WHO: "o'brien" }, timeoutMs: 10_000, memoryMb: 512 };
        const command = 'tr a-z A-Z < in.txt > out.txt; echo "$WHO"; echo trouble >&2; exit 3';
        const result = await sandbox.exec?.({ ...job, command });
        expect(result).toMatchObject({ exitCode: 3, stdout: "o'brien\n", stderr: 'trouble\n', timedOut: false });
        expect(await readFile(join(folder, 'out.txt'), 'utf8')).toBe('HELLO');
        const late = await sandbox.exec?.({ ...job, command: 'sleep 60', timeoutMs: 500 });
        expect(late).toMatchObject({ timedOut: true });
        expect(standIn.running()).toBe(0);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  },
);
