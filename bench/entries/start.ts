import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buildProduct, checkout } from '../harness/checkout.ts';
import { endWithUs, saying } from '../harness/children.ts';
import { interleave, median } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';

const rounds = 5;
const row = 'whetstone, second start';

/** From `npm start` to the line that says where the server is, when neither install, build nor data are new. */
export const start: Entry = {
  title: '`npm start` in an up-to-date checkout whose data directory exists',
  lasts: 'half a minute',
  async run() {
    await buildProduct();
    return withScratch(async (dataDir) => {
      await readyMs(dataDir);
      const measured = await interleave([{ name: row, sample: () => readyMs(dataDir) }], rounds);
      const samples = measured.of(row);
      return {
        referenceNs: measured.referenceNs,
        tables: [
          { title: 'Time until ready', unit: 'ms', better: 'less' as const, base: row, rows: [{ name: row, samples }] },
        ],
        notes: [],
        bars: [{ what: 'second start', actual: median(samples), kind: 'at most' as const, limit: 5_000, unit: 'ms' }],
      };
    });
  },
};

async function readyMs(dataDir: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: checkout,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', WHETSTONE_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = endWithUs(child);
  // The server lets go of its data directory after npm has ended: its pipes close when it has.
  const closed = once(child, 'close');
  try {
    await saying(child, /Whetstone ready on (\S+)\n/, 60_000);
    return performance.now() - startedAt;
  } finally {
    await stop();
    await closed;
  }
}
