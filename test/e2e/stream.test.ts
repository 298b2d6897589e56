import { createClient } from '@whetstone/shared/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { flagFollower } from '../support/flag-follower.ts';
import { startServer } from '../support/server.ts';
import { openStream } from '../support/sse-client.ts';

const rounds = 6;

it(`is followed across ${rounds} kills of the server without gap or repeat`, { timeout: 120_000 }, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'whetstone-stream-'));
  const follower = flagFollower();

  /** Takes what a server has to say until `isEnough`, or until it is gone. */
  async function follow({ url, adminKey }: Awaited<ReturnType<typeof startServer>>, isEnough: () => boolean) {
    const stream = await openStream(`${url}/api/flags/stream`, {
      key: adminKey(),
      lastEventId: follower.lastEventId(),
    });
    let taken = 0;
    await vi.waitUntil(
      () => {
        while (taken < stream.events.length) follower.take(stream.events[taken++]!);
        return stream.isEnded() || isEnough();
      },
      { timeout: 30_000, interval: 2 },
    );
    stream.cut();
  }

  for (let round = 0; round < rounds; round++) {
    const server = await startServer({ dataDir });
    const client = createClient({ baseUrl: server.url, apiKey: server.adminKey(), retries: 0 });
    const seenBefore = follower.revisions.length;
    const following = follow(server, () => false);
    const writing = (async () => {
      for (let i = 0; ; i++) await client.createFlag({ key: `r${round}-${i}`, rolloutPercentage: i % 100 });
    })().catch(() => undefined);
    // After events have come, since a kill before the stream's answer would test nothing; how many differs from round to
    // round, so that the kill finds writes and events at every stage.
    const enough = seenBefore + 2 + ((round * 5) % 11);
    await vi.waitUntil(() => follower.revisions.length >= enough, { timeout: 30_000, interval: 1 });
    await server.stop('SIGKILL');
    await Promise.all([following, writing]);
  }

  const last = await startServer({ dataDir });
  const { revision, flags } = await createClient({ baseUrl: last.url, apiKey: last.adminKey() }).getRuleset({});
  await follow(last, () => follower.confirmed() === revision);
  console.info(`${rounds} kills, ${revision} changes, ${follower.revisions.length} of them seen as events`);
  expect(follower.rulesets()).toBe(1);
  expect(follower.revisions).toEqual(
    Array.from({ length: follower.revisions.length }, (_, i) => revision - follower.revisions.length + i + 1),
  );
  expect(follower.revisions.length).toBeGreaterThan(rounds);
  expect(follower.flags()).toEqual(flags);
  expect(await last.stop()).toBe(0);
  await rm(dataDir, { recursive: true });
});
