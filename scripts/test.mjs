import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithParent } from './lib/parent.mjs';
import { run } from './lib/run.mjs';
import { readTally, together, verdict } from './lib/tally.mjs';
import { setUp } from './setup.mjs';
import { workers } from './lib/workers.mjs';

endWithParent();
await setUp({ build: true, withJudges: true });

/** Two go on side by side, and whoever is done takes the next: the longest begin. Within one, what must be alone is. */
const projects = ['cloud', 'e2e', 'evals', 'browser', 'unit'].map((project) => ['--project', project]);
const sideBySide = 2;

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-test-'));
const given = process.argv.slice(2);
const waiting = (given.length > 0 ? [given] : projects).map((options, turn) => ({ options, turn }));
const endings = [];
await Promise.all(Array.from({ length: sideBySide }, inTurn));
const tallies = endings.map(({ tallyFile }) => readTally(tallyFile));
const { good, lines } = verdict(together(tallies), endings.find(({ code }) => code !== 0) ?? endings[0]);
rmSync(scratch, { recursive: true, force: true });
console.log(lines.join('\n'));
process.exitCode = good ? 0 : 1;

async function inTurn() {
  for (let next = waiting.shift(); next; next = waiting.shift()) endings.push(await runTests(next));
}

/** The first one owns the terminal; what another says comes whole, when it is done. */
async function runTests({ options, turn }) {
  const tallyFile = join(scratch, `tally-${turn}.json`);
  const command = [
    'vitest',
    'run',
    workers,
    '--reporter=default',
    '--reporter=./scripts/tally-reporter.ts',
    ...options,
  ];
  const ending = await run(command, { show: turn === 0, env: { WHETSTONE_TALLY_FILE: tallyFile } });
  if (turn > 0) console.log(ending.output);
  return { ...ending, tallyFile };
}
