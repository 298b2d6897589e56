import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, seconds } from './lib/run.mjs';
import { countLine, readTally } from './lib/tally.mjs';
import { workers } from './lib/workers.mjs';
import { setUp } from './setup.mjs';

const startedAt = performance.now();
await setUp({ build: false });

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-check-'));
const tallyFile = join(scratch, 'tally.json');

// The longest first, so that the short ones fill the other lane.
const steps = [
  ['tests', `vitest run --project unit ${workers} --reporter=default --reporter=./scripts/tally-reporter.ts`],
  ['lint', 'oxlint --type-aware --deny-warnings'],
  ['types', 'tsc && tsc -p cloud/dashboard && tsc -p test/browser'],
  ['dead code', 'knip --no-progress'],
  ['format', 'oxfmt --check'],
];
const failed = [];

async function lane(queue) {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, command] = next;
    const stepStartedAt = performance.now();
    const { code, output } = await run(command, { env: { WHETSTONE_TALLY_FILE: tallyFile, NO_COLOR: '1' } });
    const tally = name === 'tests' && readTally(tallyFile);
    const remark = tally ? `   ${countLine(tally)}` : '';
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name.padEnd(10)} ${seconds(stepStartedAt).padStart(7)}${remark}`);
    if (code !== 0) failed.push({ name, command, output });
  }
}

// Two at a time: each of them already spreads over several cores.
const queue = [...steps];
await Promise.all([lane(queue), lane(queue)]);
rmSync(scratch, { recursive: true, force: true });

for (const { name, command, output } of failed) console.log(`\n── ${name}: ${command}\n${output.trim()}`);
console.log(
  `\n${failed.length === 0 ? 'All good' : `${failed.length} of ${steps.length} failed`} in ${seconds(startedAt)}`,
);
process.exit(failed.length === 0 ? 0 : 1);
