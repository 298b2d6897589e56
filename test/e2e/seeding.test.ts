import { createClient } from '@whetstone/shared/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { isRunning, processesBelow } from '../../evals/test/support/processes.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** The whole of it is seconds of two idle cores; others may be at work beside us. */
const patience = { timeout: 400_000, interval: 100 };
const env = { WHETSTONE_SEED: 'demo' };

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'whetstone-seeding-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const start = async () => {
  const server = await startServer({ dataDir, env });
  onTestFinished(async () => void (await server.stop('SIGKILL')));
  return server;
};
const clientOf = (server: TestServer) => createClient({ baseUrl: server.url, apiKey: server.adminKey() });
const seeded = async (server: TestServer) =>
  (await clientOf(server).listEvalRuns({ limit: 50 })).items.filter(({ purpose }) => purpose === 'seed').toReversed();
/** What grades, grades now. */
const gradersOf = (server: TestServer) =>
  vi.waitUntil(() => {
    const below = processesBelow(server.pid);
    return below.length > 0 && below;
  }, patience);
const allGone = (pids: readonly number[]) =>
  vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 20_000, interval: 50 });

describe.skipIf(process.platform !== 'linux')('the first start', { timeout: 900_000 }, () => {
  it('makes its sample runs, whatever ends the server meanwhile, and leaves no process behind', async () => {
    const first = await start();
    await vi.waitFor(async () => expect((await seeded(first))[2]?.doneCount).toBeGreaterThan(0), patience);
    const underWay = await gradersOf(first);
    await first.stop('SIGKILL');
    await allGone(underWay);

    const second = await start();
    expect(await seeded(second)).toHaveLength(3);
    await vi.waitFor(async () => expect(await seeded(second)).toHaveLength(4), patience);
    const graders = await gradersOf(second);
    expect(await second.stop()).toBe(0);
    await allGone(graders);
  });

  it('shows a leaderboard, and a subject that got worse: found, proven, and its flag rolled back', async () => {
    const server = await start();
    const client = clientOf(server);
    await vi.waitFor(async () => {
      const [regression] = (await client.listRegressions({})).items;
      expect(regression?.rollback?.outcome).toBe('rolled_back');
    }, patience);

    const runs = await seeded(server);
    const figures = runs.map(({ subject, status, counts }) => [subject.label, status, counts.passed, counts.error]);
    expect(figures).toEqual([
      ['reference', 'completed', 27, 0],
      ['weakened-a (sample input)', 'completed', 25, 0],
      ['weakened-b (sample input)', 'completed', 22, 0],
      ['weakened-c (sample input)', 'completed', 15, 0],
      ['weakened-a (sample input)', 'completed', 25, 0],
      ['weakened-a (sample input)', 'completed', 17, 0],
    ]);
    const board = await client.getLeaderboard({ dataset: 'starter' });
    expect(board.items.map(({ subject }) => subject.label)).toContain('weakened-c (sample input)');
    const { items } = await client.listRegressions({});
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      state: 'alert',
      severity: 'critical',
      evidence: { before: { n: 81 }, after: { n: 81 } },
    });

    const flag = await client.getFlagHistory({ key: 'answer-style', limit: 1 });
    expect(flag.items[0]).toMatchObject({ action: 'variant_rolled_back', actor: { kind: 'system' } });
    expect(flag.items[0]!.reason).toContain('weakened-a (sample input) on starter');
    expect(server.output()).toContain('Made 6 sample eval runs, 6 completed');
    await server.stop();
  });
});
