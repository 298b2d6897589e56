import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { rollUpExposures } from '../../src/features/flags/exposures/roll-up.ts';
import { openDatabase } from '../../src/platform/db/open.ts';

/** Rolls up without end, a few entries at a time, and says how many batches that were; ends with who started it. */
const [url = ''] = process.argv.slice(2);
process.stdin.resume().on('end', () => process.exit());
const database = await openDatabase({ url }, { clock: Date.now, log: pino({ level: 'silent' }) });
for (;;) {
  const batches = await rollUpExposures({ database, entriesAtOnce: 3 });
  if (batches > 0) process.stdout.write(`${batches}\n`);
  else await sleep(5);
}
