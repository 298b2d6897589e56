import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithParent } from './lib/parent.mjs';
import { run } from './lib/run.mjs';
import { readTally, verdict } from './lib/tally.mjs';
import { setUp } from './setup.mjs';

endWithParent();
await setUp({ build: true, withJudges: true });

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-test-'));
const tallyFile = join(scratch, 'tally.json');
const command = ['vitest', 'run', '--reporter=default', '--reporter=./scripts/tally-reporter.ts'];
const ending = await run([...command, ...process.argv.slice(2)], {
  show: true,
  env: { WHETSTONE_TALLY_FILE: tallyFile },
});

const { good, lines } = verdict(readTally(tallyFile), ending);
rmSync(scratch, { recursive: true, force: true });
console.log(lines.join('\n'));
process.exitCode = good ? 0 : 1;
