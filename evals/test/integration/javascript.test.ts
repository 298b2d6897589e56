import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { assetPath } from '../../src/assets.ts';
import { openPool } from '../../src/sandbox/javascript/pool.ts';
import { probesOf } from '../../src/sandbox/javascript/probes.ts';
import { findJailMaker } from '../../src/sandbox/process/jail.ts';
import { openProcessSandbox } from '../../src/sandbox/process/open.ts';
import { openQuickjsSandbox } from '../../src/sandbox/quickjs/open.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { javascriptCases, right, seducingCases, typescriptCases, wrong } from '../support/javascript-cases.ts';

const options = { workers: 2, hashSeed: 0, languages: ['javascript', 'typescript'] as const };
const missingJail = (kind: 'bubblewrap' | 'unshare') =>
  findJailMaker(kind).then(
    () => undefined,
    (error: Error) => error.message,
  );

const tiers = [
  {
    name: 'process, by bubblewrap',
    open: () => openProcessSandbox(options, 'bubblewrap'),
    missing: await missingJail('bubblewrap'),
    hasNode: true,
  },
  {
    name: 'process, by unshare',
    open: () => openProcessSandbox(options, 'unshare'),
    missing: await missingJail('unshare'),
    hasNode: true,
  },
  { name: 'quickjs', open: () => openQuickjsSandbox(options), missing: undefined, hasNode: false },
];

/** All that we have started, and what that has, each told from a later process of the same id by when it was started. */
function descendants(): string[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [, parent, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ');
        return [{ pid, parent, startedAt: rest[17] }];
      } catch {
        return [];
      }
    });
  const found = all.filter(({ parent }) => parent === String(process.pid));
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid));
  return found.map(({ pid, startedAt }) => `${pid} ${startedAt}`);
}
const isRunning = (process_: string) => {
  const [pid, startedAt] = process_.split(' ');
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[19] === startedAt
    );
  } catch {
    return false;
  }
};

const noTest = (_title: string, _test: () => Promise<void>) => undefined;

for (const { name, open, missing, hasNode } of tiers)
  describe.skipIf(missing)(missing ? `JavaScript in ${name} (skipped: ${missing})` : `JavaScript in ${name}`, () => {
    /** For what a tier has and another has not: there is nothing to skip where there is nothing to try. */
    const [withNode, withoutNode] = hasNode ? [it, noTest] : [noTest, it];
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await open();
    });
    afterAll(() => sandbox.close());

    for (const { name: title, job, status, detail } of [...javascriptCases, ...seducingCases, ...typescriptCases])
      it(`${title}: ${status}`, async () => {
        const verdict = await sandbox.grade(job);
        expect(verdict.status, verdict.detail).toBe(status);
        if (detail) expect(verdict.detail).toMatch(detail);
        expect(verdict.weaker).toBeUndefined();
      });

    const unharmed = async () => {
      expect(await sandbox.grade(right.job)).toMatchObject({ status: 'passed' });
      expect(await sandbox.grade(wrong.job)).toMatchObject({ status: 'failed' });
    };

    it('lets none of its probes out', async () => {
      const probes = await sandbox.probe();
      expect(probes.length).toBeGreaterThanOrEqual(15);
      expect(probes.filter(({ escaped }) => escaped)).toEqual([]);
    });

    withNode('gives programs the modules of Node, and nothing to do harm with', async () => {
      const program =
        "import { inspect } from 'node:util'; import assert from 'assert'; export const f = (x) => inspect([x]);";
      expect(await sandbox.grade({ ...right.job, program, tests: 'assert.equal(f(1), "[ 1 ]")' })).toMatchObject({
        status: 'passed',
      });
    });

    withoutNode('says that it has no modules, and that tests cannot run beside their program', async () => {
      const program = "import { inspect } from 'node:util'; export const f = (x) => inspect([x]);";
      expect(await sandbox.grade({ ...right.job, program })).toMatchObject({
        status: 'failed',
        detail: /no module node:util/,
      });
      expect(await sandbox.grade({ ...right.job, sameProcess: true })).toMatchObject({ status: 'error' });
    });

    withNode('grades beside the program where asked, labels that weaker, and shows why it is', async () => {
      expect(await sandbox.grade({ ...right.job, sameProcess: true })).toMatchObject({
        status: 'passed',
        weaker: true,
      });
      expect(await sandbox.grade({ ...wrong.job, sameProcess: true })).toMatchObject({
        status: 'failed',
        weaker: true,
      });
      const liar =
        'try { const a = require("node:assert/strict"); for (const k of Object.keys(a)) a[k] = () => {}; } catch {} function f() { return 3; }';
      const job = { ...right.job, program: liar };
      expect(await sandbox.grade({ ...job, sameProcess: true })).toMatchObject({ status: 'passed', weaker: true });
      expect(await sandbox.grade(job)).toMatchObject({ status: 'failed' });
    });

    it('replaces a driver whose language its tests have changed, or in which they left something running', async () => {
      const changed = 'Array.prototype.at = () => 2; assert.equal(f(1), 2);';
      const running = 'assert.equal(f(1), 2); setInterval(() => { f(1); }, 1);';
      const open_ = 'f(() => new Promise(() => {})); assert.ok(true);';
      for (const tests of [changed, running, open_]) {
        const program = tests === open_ ? 'const f = async (g) => g();' : right.job.program;
        expect(await sandbox.grade({ ...right.job, program, tests })).toMatchObject({ status: 'passed' });
        for (let again = 0; again < 3; again++)
          expect(
            await sandbox.grade({ ...right.job, tests: 'assert.equal([1, 3].at(-1), 3); assert.equal(f(1), 2);' }),
          ).toMatchObject({ status: 'passed' });
      }
    });

    it('stops a grading when it is told to, and calls that no failure', async () => {
      const stop = new AbortController();
      const endless = sandbox.grade(
        { ...right.job, program: 'function f() { for (;;); }', timeoutMs: 600_000 },
        stop.signal,
      );
      setTimeout(() => stop.abort(), 300);
      expect(await endless).toMatchObject({ status: 'error', detail: 'stopped' });
      await unharmed();
    });

    it.skipIf(process.platform !== 'linux')('leaves no process behind', async () => {
      const endless = Array.from({ length: 3 }, () =>
        sandbox.grade({ ...right.job, program: 'function f() { for (;;); }', timeoutMs: 600_000 }),
      );
      await vi.waitFor(() => expect(descendants().length).toBeGreaterThan(3), { timeout: 20_000 });
      const before = descendants();
      await sandbox.close();
      expect((await Promise.all(endless)).map(({ status }) => status)).toEqual(['error', 'error', 'error']);
      await vi.waitFor(() => expect(before.filter(isRunning)).toEqual([]), { timeout: 20_000 });
    });
  });

it('tells by its probes of every hole, where nothing is built around Node', async () => {
  const half = (name: string) => ({
    argv: [process.execPath, assetPath(`sandbox/javascript/node-${name}.mjs`)] as [string, string],
  });
  const pool = openPool(
    { driver: half('driver'), candidate: half('candidate'), reusable: false, prepare: async (job) => ({ job }) },
    1,
  );
  try {
    const escaped = (await probesOf(pool.grade)).filter((probe) => probe.escaped).map(({ name }) => name);
    expect(escaped).toEqual(
      expect.arrayContaining([
        'reads the host’s files',
        'writes a file',
        'imports modules of Node by another way',
        'starts a program that reads the host’s files',
        'sees other processes',
        'connects to the host',
        'is heard by a listener of the host',
      ]),
    );
    expect(escaped).not.toContain('answers wrong');
  } finally {
    await pool.close();
  }
});
