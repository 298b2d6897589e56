import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { formatApiKey } from '@whetstone/shared/keys';
import { checkout } from '../harness/checkout.ts';
import { firstList, open, type Era, type Launch } from './session.ts';

const serverFile = join(checkout, 'mcp-server', 'dist', 'whetstone-mcp.js');

/** Well-formed, and of no server. */
const fakeKey = formatApiKey({ selector: 'FAKEfakeFAKE', secret: 'fake'.repeat(8) });

/** Nobody listens there: the first use finds that out at once. */
const nowhere = 'http://127.0.0.1:9';

interface Place {
  home: string;
  cacheDir: string;
  node?: string;
  url?: string;
  apiKey?: string;
}

export const whetstoneIn = ({
  home,
  cacheDir,
  node = process.execPath,
  url = nowhere,
  apiKey = fakeKey,
}: Place): Launch => ({
  command: node,
  args: [serverFile],
  env: { HOME: home, WHETSTONE_CACHE_DIR: cacheDir, WHETSTONE_URL: url, WHETSTONE_API_KEY: apiKey },
});

/** Starts it once, until it has put its compiled code aside. */
export async function prime(launch: Launch, era: Era): Promise<void> {
  const directory = launch.env!['WHETSTONE_CACHE_DIR']!;
  const session = open(launch);
  try {
    await firstList(session, era);
    for (let tries = 0; !kept(directory); tries++) {
      if (tries === 100) throw new Error('whetstone-mcp keeps no compiled code');
      await pause(100);
    }
    await session.end();
  } finally {
    await session.stop();
  }
}

const kept = (directory: string) =>
  existsSync(directory) && readdirSync(directory).some((name) => name.startsWith('code-') && !name.endsWith('.tmp'));
