import { expect, it } from 'vitest';
import { openPool } from '../../src/sandbox/javascript/pool.ts';
import { quickjsPrograms } from '../../src/sandbox/quickjs/open.ts';
import type { GradeJob } from '../../src/sandbox/sandbox.ts';
import { right, wrong } from '../support/javascript-cases.ts';

/** Runs in the candidate's process before its program does, where it changes what the clock says. */
const preloaded = (text: string) => [`--import=data:text/javascript,${encodeURIComponent(text)}`];

const isReadyFrame = 'descriptor === 4 && frame.length === 4 && frame.readUInt32BE() === 0';
/** Every time it says that it is ready, an hour goes by. */
const standsReadyForAnHour = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const { now } = Date;
  const write = fs.writeSync;
  let aheadMs = 0;
  Date.now = () => now() + aheadMs;
  fs.writeSync = (descriptor, frame, ...rest) => {
    if (${isReadyFrame}) aheadMs += 3_600_000;
    return write(descriptor, frame, ...rest);
  };
  syncBuiltinESMExports();`;
/** Every look at the clock takes a second. */
const timeFlies = `
  let aheadMs = 0;
  const { now } = Date;
  Date.now = () => now() + (aheadMs += 1_000);`;

async function verdicts(clock: string, jobs: GradeJob[]) {
  const prepare = async (job: GradeJob) => ({ job });
  const pool = openPool({ ...quickjsPrograms(preloaded(clock)), reusable: true, prepare }, 1);
  try {
    const found = [];
    for (const job of jobs) found.push((await pool.grade(job)).status);
    return found;
  } finally {
    await pool.close();
  }
}

it('an interpreter that has stood ready for an hour grades like a new one', async () => {
  expect(await verdicts(standsReadyForAnHour, [right.job, wrong.job, right.job])).toEqual([
    'passed',
    'failed',
    'passed',
  ]);
});

it('a program that nobody stops is ended by its own process', async () => {
  const endless = { ...right.job, program: 'function f(x) { for (;;); }', timeoutMs: 60_000 };
  const [first, second] = await verdicts(timeFlies, [endless, right.job]);
  expect(first).toBe('failed');
  expect(second).toBe('passed');
});
