import { createClient } from '@whetstone/shared/client';
import { WhetstoneError } from '@whetstone/shared/errors';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { demoFlags } from '../cloud/src/features/flags/demo-flags.ts';

const baseUrl = process.env['WHETSTONE_URL'] ?? 'http://127.0.0.1:8787';
const dataDir = process.env['WHETSTONE_DATA_DIR'] ?? resolve(import.meta.dirname, '../.whetstone');

/** Puts the sample flags into a running server; those that are there stay as they are. */
async function seed() {
  const apiKey = process.env['WHETSTONE_ADMIN_KEY'] ?? readFileSync(resolve(dataDir, 'admin.key'), 'utf8').trim();
  const client = createClient({ baseUrl, apiKey });
  for (const flag of demoFlags) {
    const made = await client.createFlag(flag).then(
      () => 'made',
      (error: unknown) => {
        if (error instanceof WhetstoneError && error.code === 'conflict') return 'was there';
        throw error;
      },
    );
    process.stdout.write(`${flag.key}: ${made}\n`);
  }
}

seed().catch((error: Error) => {
  process.stderr.write(
    `${error.message}\nIs the server running (npm start), and WHETSTONE_ADMIN_KEY or its data directory right?\n`,
  );
  process.exitCode = 1;
});
