import { createClient } from '@whetstone/shared/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startServer } from '../support/server.ts';

const rounds = 8;
const batchSize = 50;
type Client = ReturnType<typeof createClient>;

const batch = (name: string) =>
  Array.from({ length: batchSize }, (_, i) => ({
    taskId: `${name}-${i}`,
    attempt: 1,
    taskType: 'refactor',
    model: 'some-model',
    success: i % 2 === 0,
    timeMs: i,
  }));

it(
  `keeps every batch of outcomes that was answered, and none in part, over ${rounds} kills`,
  { timeout: 240_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'whetstone-kill-outcomes-'));
    const [begun, answered] = [new Set<string>(), new Set<string>()];

    /** Batch after batch, until the server is gone. */
    async function write(client: Client, prefix: string) {
      try {
        for (let i = 0; ; i++) {
          begun.add(`${prefix}-${i}`);
          await client.recordOutcomes({ outcomes: batch(`${prefix}-${i}`) });
          answered.add(`${prefix}-${i}`);
        }
      } catch {
        // Killed.
      }
    }

    for (let round = 0; round < rounds; round++) {
      const server = await startServer({ dataDir });
      const client = createClient({ baseUrl: server.url, apiKey: server.agentKey(), retries: 0 });
      const writers = Array.from({ length: 3 }, (_, writer) => write(client, `r${round}-w${writer}`));
      const before = answered.size;
      while (answered.size === before) await new Promise((resolve) => setTimeout(resolve, 5 + ((round * 37) % 100)));
      await server.stop('SIGKILL');
      await Promise.all(writers);
    }

    const last = await startServer({ dataDir });
    const client = createClient({ baseUrl: last.url, apiKey: last.agentKey() });
    // Sent once more under a key of its own, what is there is known.
    for (const name of begun) {
      const { results } = await client.recordOutcomes({ outcomes: batch(name) });
      const statuses = new Set(results.map(({ status }) => status));
      expect([...statuses], name).toHaveLength(1);
      if (answered.has(name)) expect([...statuses], name).toEqual(['known']);
    }
    await last.stop();
    await rm(dataDir, { recursive: true });
    expect(answered.size).toBeGreaterThanOrEqual(rounds);
  },
);
