import { createClient } from '@whetstone/shared/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startServer } from '../support/server.ts';

const rounds = 30;

it(
  `loses no acknowledged write in ${rounds} kills, and reopens its database every time`,
  { timeout: 480_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'whetstone-kill-'));
    const acknowledged = new Map<string, number>();
    let lost: string[] = [];

    for (let round = 0; round < rounds; round++) {
      const server = await startServer({ dataDir });
      const client = createClient({ baseUrl: server.url, apiKey: server.adminKey(), retries: 0, timeoutMs: 20_000 });
      const present = await versionsIn(client);
      lost = [
        ...lost,
        ...[...acknowledged].filter(([key, version]) => (present.get(key) ?? 0) < version).map(([key]) => key),
      ];

      // Four writers, so that the kill finds some at every stage of a write; the moment differs from round to round.
      const writers = Array.from({ length: 4 }, (_, writer) => write(client, `r${round}-w${writer}`, acknowledged));
      await new Promise((resolve) => setTimeout(resolve, 20 + ((round * 37) % 200)));
      await server.stop('SIGKILL');
      await Promise.all(writers);
    }

    const last = await startServer({ dataDir });
    const present = await versionsIn(createClient({ baseUrl: last.url, apiKey: last.adminKey() }));
    lost = [
      ...lost,
      ...[...acknowledged].filter(([key, version]) => (present.get(key) ?? 0) < version).map(([key]) => key),
    ];
    await last.stop();
    await rm(dataDir, { recursive: true });
    console.info(
      `${rounds} kills, ${acknowledged.size} flags, ${sum(acknowledged.values())} acknowledged writes, ${lost.length} lost`,
    );
    expect(lost).toEqual([]);
    expect(sum(acknowledged.values())).toBeGreaterThan(rounds);
  },
);

type Client = ReturnType<typeof createClient>;

/** Creates flags and changes each once, until the server is gone. */
async function write(client: Client, prefix: string, acknowledged: Map<string, number>) {
  try {
    for (let i = 0; ; i++) {
      const key = `${prefix}-${i}`;
      const made = await client.createFlag({ key, rolloutPercentage: 50 });
      acknowledged.set(key, made.version);
      acknowledged.set(key, (await client.updateFlag({ ...made, enabled: false })).version);
    }
  } catch {
    // Killed: whether this last write counts is not known, and it was not acknowledged.
  }
}

async function versionsIn(client: Client) {
  const versions = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const page = await client.listFlags({ limit: 500, cursor });
    for (const { key, version } of page.items) versions.set(key, version);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return versions;
}

const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, n) => total + n, 0);
