import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithParent } from './lib/parent.mjs';
import { run } from './lib/run.mjs';
import { readTally, together, verdict } from './lib/tally.mjs';
import { setUp } from './setup.mjs';

endWithParent();
await setUp({ build: true, withJudges: true });

/** What can go on side by side: none waits for the limits of another, and what must be alone among its like is. */
const lanes = [['unit', 'cloud'], ['e2e'], ['browser', 'evals']].map((projects) =>
  projects.flatMap((project) => ['--project', project]),
);

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-test-'));
const given = process.argv.slice(2);
const endings = await Promise.all((given.length > 0 ? [given] : lanes).map(runLane));
const tallies = endings.map(({ tallyFile }) => readTally(tallyFile));
const { good, lines } = verdict(together(tallies), endings.find(({ code }) => code !== 0) ?? endings[0]);
rmSync(scratch, { recursive: true, force: true });
console.log(lines.join('\n'));
process.exitCode = good ? 0 : 1;

/** The first one owns the terminal; what another says comes whole, when it is done. */
async function runLane(options, lane) {
  const tallyFile = join(scratch, `tally-${lane}.json`);
  const command = ['vitest', 'run', '--reporter=default', '--reporter=./scripts/tally-reporter.ts', ...options];
  const ending = await run(command, { show: lane === 0, env: { WHETSTONE_TALLY_FILE: tallyFile } });
  if (lane > 0) console.log(ending.output);
  return { ...ending, tallyFile };
}
