import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inRepository } from '../support/repository-files.ts';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'whetstone-tally-'))));
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs a real test file under the reporter; what came of it. */
function tallyOf(source: string): unknown {
  writeFileSync(join(directory, 'a.test.ts'), source);
  const tally = join(directory, 'tally.json');
  const vitest = inRepository('node_modules/vitest/vitest.mjs');
  const reporter = `--reporter=${inRepository('scripts/tally-reporter.ts')}`;
  spawnSync(process.execPath, [vitest, 'run', '--root', directory, '--globals', reporter], {
    env: { ...process.env, WHETSTONE_TALLY_FILE: tally },
  });
  return JSON.parse(readFileSync(tally, 'utf8'));
}

function verdictOn(tally: unknown, ending: unknown): unknown {
  const tallyModule = JSON.stringify(inRepository('scripts/lib/tally.mjs'));
  const program = `
    import { verdict } from ${tallyModule};
    console.log(JSON.stringify(verdict(...JSON.parse(process.argv[1]))));`;
  const given = JSON.stringify([tally ?? null, ending]);
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', program, given], { encoding: 'utf8' }),
  );
}

function sumOf(tallies: unknown[]): unknown {
  const program = `
    import { together } from ${JSON.stringify(inRepository('scripts/lib/tally.mjs'))};
    console.log(JSON.stringify(together(JSON.parse(process.argv[1])) ?? null));`;
  const given = JSON.stringify(tallies);
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', program, given], { encoding: 'utf8' }),
  );
}

const clean = {
  passed: 3,
  failed: 0,
  failures: [],
  skipped: [],
  brokenSuites: [],
  unhandledErrors: 0,
  interrupted: false,
};

describe('the count of a test run', () => {
  it('tells passed, failed and skipped apart, and why each was skipped', { timeout: 30_000 }, () => {
    const tally = tallyOf(`
      it('passes', () => {});
      it('fails', () => expect(1).toBe(2));
      it('gives a reason', ({ skip }) => skip('no such engine here'));
      it.skip('gives none', () => {});
      it.todo('is to come');
      describe('broken', () => {
        beforeAll(() => { throw new Error('no'); });
        it('never runs', () => {});
      });`);
    expect(tally).toEqual({
      passed: 1,
      failed: 2,
      failures: [{ name: 'a.test.ts > fails', reason: 'expected 1 to be 2 // Object.is equality' }],
      skipped: [
        { name: 'a.test.ts > gives a reason', reason: 'no such engine here' },
        { name: 'a.test.ts > gives none', reason: 'no reason given' },
        { name: 'a.test.ts > is to come', reason: 'still to be written' },
        { name: 'a.test.ts > broken > never runs', reason: 'its suite failed to set up' },
      ],
      brokenSuites: ['a.test.ts > broken'],
      unhandledErrors: 0,
      interrupted: false,
    });
  });

  it('adds up over runners side by side, and is none when one of them left none', () => {
    const failures = [{ name: 'c > d', reason: 'expected 1 to be 2' }];
    const other = { ...clean, passed: 4, failed: 1, failures, skipped: [{ name: 'a > b', reason: 'no engine' }] };
    expect(sumOf([clean, other])).toEqual({ ...other, passed: 7 });
    expect(sumOf([clean, null])).toBe(null);
  });

  it('ends with the count, after the skips and their reasons', () => {
    const tally = { ...clean, skipped: [{ name: 'a > b', reason: 'no engine' }] };
    expect(verdictOn(tally, { code: 0, signal: null })).toEqual({
      good: true,
      lines: ['skipped: a > b: no engine', '3 passed, 0 failed, 1 skipped'],
    });
  });

  it('names what failed, right above the count', () => {
    const tally = { ...clean, failed: 1, failures: [{ name: 'c > d', reason: 'expected 1 to be 2' }] };
    expect(verdictOn(tally, { code: 1, signal: null })).toEqual({
      good: false,
      lines: ['failed: c > d: expected 1 to be 2', '3 passed, 1 failed, 0 skipped'],
    });
  });

  it('is not good when an error lay outside the tests, none ran, or the runner failed for reasons of its own', () => {
    const failures = [
      [
        { ...clean, unhandledErrors: 1 },
        { code: 1, signal: null },
      ],
      [
        { ...clean, passed: 0 },
        { code: 0, signal: null },
      ],
      [
        { ...clean, interrupted: true },
        { code: 0, signal: null },
      ],
      [clean, { code: 1, signal: null }],
      [
        { ...clean, failed: 1 },
        { code: 1, signal: null },
      ],
    ];
    for (const [tally, ending] of failures) expect(verdictOn(tally, ending)).toMatchObject({ good: false });
  });

  it('is not made up when the runner broke off', () => {
    expect(verdictOn(undefined, { code: null, signal: 'SIGKILL' })).toEqual({
      good: false,
      lines: ['The test runner ended without reporting (signal SIGKILL): nothing was counted.'],
    });
  });
});
