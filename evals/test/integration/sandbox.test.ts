import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findJailMaker } from '../../src/sandbox/process/jail.ts';
import { openProcessSandbox } from '../../src/sandbox/process/open.ts';
import { openPyodideSandbox } from '../../src/sandbox/pyodide/open.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { alike, good, hunt, javascript, pythonCases, wrong, type SandboxCase } from '../support/sandbox-cases.ts';

interface Tier {
  name: string;
  open(options: SandboxOptions): Promise<Sandbox>;
  /** Why it cannot be tried on this machine. */
  missing?: string | undefined;
  /** Cases that mean something else there, each with its reason in a comment. */
  without?: readonly string[];
}

const missingJail = (kind: 'bubblewrap' | 'unshare') =>
  findJailMaker(kind).then(
    () => undefined,
    (error: Error) => error.message,
  );

const tiers: readonly Tier[] = [
  {
    name: 'process, by bubblewrap',
    open: (options) => openProcessSandbox(options, 'bubblewrap'),
    missing: await missingJail('bubblewrap'),
  },
  {
    name: 'process, by unshare',
    open: (options) => openProcessSandbox(options, 'unshare'),
    missing: await missingJail('unshare'),
  },
  {
    name: 'pyodide',
    open: openPyodideSandbox,
    without: [
      // There is no fork, so these cannot even begin.
      'a daemon that outlives it',
      'at most 32 processes',
      // It has files in memory that look like a system's; the tier's own probes look for those of the host.
      'no host file is there',
      'nothing can be written',
    ],
  },
];

for (const { name, open, missing, without = [] } of tiers)
  describe.skipIf(missing)(missing ? `${name} (skipped: ${missing})` : name, () => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await open({ workers: 1, hashSeed: 0 });
    });
    afterAll(() => sandbox.close());

    const languageCases = (cases: readonly SandboxCase[]) => cases.filter((one) => !without.includes(one.name));

    describe('Python', () => {
      for (const { name: title, job, expected, detail } of languageCases(pythonCases))
        it(`${title}: ${expected.join(' or ')}, and the next samples are unharmed`, async (context) => {
          context.skip(!sandbox.languages.includes('python'), 'this tier runs no Python');
          const verdict = await sandbox.grade(job);
          expect(expected, verdict.detail).toContain(verdict.status);
          if (detail) expect(verdict.detail).toMatch(detail);
          expect(await sandbox.grade(good.job)).toMatchObject({ status: 'passed' });
          expect(await sandbox.grade(wrong.job)).toMatchObject({ status: 'failed' });
        });

      it('finds the tests when it runs beside them, so that the hunt is a hunt', async (context) => {
        context.skip(!sandbox.languages.includes('python'), 'this tier runs no Python');
        expect(await sandbox.grade({ ...hunt.job, sameProcess: true })).toMatchObject({
          status: 'failed',
          weaker: true,
        });
      });

      it.each(alike)('comes to the same verdict as in one process: %j %j', async (program, tests) => {
        if (!sandbox.languages.includes('python')) return;
        const job = { ...good.job, program, tests, calls: ['f'] };
        const apart = await sandbox.grade(job);
        const beside = await sandbox.grade({ ...job, sameProcess: true });
        expect([apart.status, apart.weaker]).toEqual([beside.status, undefined]);
        expect(beside.weaker).toBe(true);
      });
    });

    // Pyodide is Python alone.
    if (name !== 'pyodide')
      describe('JavaScript', () => {
        for (const { name: title, job, expected } of languageCases(javascript))
          it(`${title}: ${expected.join(' or ')}`, async () => {
            const verdict = await sandbox.grade(job);
            expect(expected, verdict.detail).toContain(verdict.status);
          });
      });

    it('lets none of its probes out', async () => {
      const probes = await sandbox.probe();
      expect(probes.length).toBeGreaterThan(0);
      expect(probes.filter(({ escaped }) => escaped)).toEqual([]);
    });

    it('says what it runs with and what it cannot hold candidates to', () => {
      expect(Object.keys(sandbox.versions).length).toBeGreaterThan(0);
      for (const sentence of sandbox.enforces.cannot) expect(sentence).toMatch(/^[A-Z].*\.$/);
    });
  });
