import { createClient } from '@whetstone/shared/client';
import { parseApiKey } from '@whetstone/shared/keys';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspectOutbox, pendingRecords, type OutboxReport } from '../../mcp-server/src/offline/outbox/inspect.ts';
import { partitionOf } from '../../mcp-server/src/offline/ruleset-store.ts';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import { mcpEnv } from '../support/mcp-process.ts';
import { openProbe, type Probe } from '../support/mcp-probe.ts';
import { randomFrom } from '../../bench/workload/random.ts';
import { startServer, type TestServer } from '../support/server.ts';

export interface KillReport {
  rounds: number;
  serverKills: number;
  agentKills: number;
  answers: number;
  lostResponses: number;
  /** Records that lay on disk after some kill. */
  accepted: number;
  /** Of those, never taken by the server. */
  lost: number;
  deliveries: number;
  /** Exposures in the records that the server took, each record once, and what the server counted. */
  sent: number;
  counted: number;
  outbox: OutboxReport;
}

interface Options {
  /** At least; up to twice as many where a slow machine lost too few responses until then. */
  rounds: number;
  /** Of the responses to writes. */
  lossShare: number;
  seed: number;
}

const flag = 'kill-drill';
const agentsAtOnce = 3;

/**
 * Kills MCP servers that share one state directory, and the server behind them, at random moments and again and again,
 * while responses get lost. What was accepted must have been applied once when all is quiet again.
 */
export async function killDrill({ rounds, lossShare, seed }: Options): Promise<KillReport> {
  const random = randomFrom(seed);
  const [dataDir, stateDir] = [await scratch('data'), await scratch('state')];
  let server: TestServer | undefined = await startServer({ dataDir });
  const proxy = await startFaultyProxy(server.url);
  const apiKey = server.agentKey();
  await createClient({ baseUrl: server.url, apiKey: server.adminKey(), timeoutMs: 20_000 }).createFlag({
    key: flag,
    rolloutPercentage: 50,
  });
  const env = mcpEnv({ url: proxy.url, apiKey, stateDir });
  const outbox = join(stateDir, partitionOf({ url: proxy.url, selector: parseApiKey(apiKey)!.selector }), 'outbox');

  const accepted = new Set<string>();
  const taken = new Map<string, number>();
  let [answers, deliveries, serverKills] = [0, 0, 0];
  // In every other round no write is answered, so that records surely lie on disk when the kills come: on a fast
  // machine the others are mostly delivered by then.
  let isDeaf = false;
  proxy.loseAnswers(() => isDeaf || random() < lossShare);
  proxy.onWrite(({ key, body, status }) => {
    deliveries += 1;
    if (status === 200) taken.set(key, exposuresIn(body));
  });

  /** Asks until it is killed; every answer is of a task of its own, so that none hides behind another. */
  async function work(probe: Probe, name: string) {
    try {
      for (let task = 0; ; task++) {
        await probe.ask(flag, { userId: `user-${task % 7}`, taskId: `${name}-${task}` });
        answers += 1;
        await sleep(random() * 20);
      }
    } catch {
      // Killed.
    }
  }

  async function killServer() {
    await sleep(random() * 1_500);
    await server?.stop('SIGKILL');
    server = undefined;
    serverKills += 1;
  }

  async function round(number: number) {
    isDeaf = number % 2 === 1;
    const starting = server ?? startServer({ dataDir });
    const agents = await Promise.all(Array.from({ length: agentsAtOnce }, () => openProbe({ env })));
    const working = agents.map((probe, index) => work(probe, `${number}-${index}`));
    server = await starting;
    proxy.pointTo(server.url);
    const killing = agents.map(async (probe) => {
      await sleep(random() * 2_000);
      probe.kill('SIGKILL');
      await probe.exited;
    });
    await Promise.all([...killing, ...(random() < 0.5 ? [killServer()] : [])]);
    await Promise.all(working);
    for (const { id } of await pendingRecords(outbox)) accepted.add(id);
  }

  let gone = 0;
  const hasLostEnough = () => proxy.lost.count > rounds / 3;
  while (gone < rounds || (!hasLostEnough() && gone < 2 * rounds)) await round(gone++);

  proxy.loseAnswers(() => false);
  server ??= await startServer({ dataDir });
  proxy.pointTo(server.url);
  const last = await openProbe({ env });
  await last.ask(flag, { userId: 'user-1' });
  const deadlineMs = performance.now() + 120_000;
  while ((await inspectOutbox(outbox)).pending > 0 && performance.now() < deadlineMs) await sleep(100);
  await last.close();
  while ((await inspectOutbox(outbox)).pending > 0 && performance.now() < deadlineMs) {
    const sender = await openProbe({ env });
    await sleep(500);
    await sender.close();
  }

  const report = {
    rounds: gone,
    serverKills,
    agentKills: gone * agentsAtOnce,
    answers,
    lostResponses: proxy.lost.count,
    accepted: accepted.size,
    lost: [...accepted].filter((id) => !taken.has(id)).length,
    deliveries,
    sent: [...taken.values()].reduce((sum, count) => sum + count, 0),
    counted: (
      await createClient({ baseUrl: server.url, apiKey, timeoutMs: 20_000 }).getFlagUsage({
        key: flag,
        timeRange: '24h',
      })
    ).exposures,
    outbox: await inspectOutbox(outbox),
  };
  await server.stop();
  await proxy.stop();
  await Promise.all([dataDir, stateDir].map((directory) => rm(directory, { recursive: true })));
  return report;
}

const scratch = (what: string) => mkdtemp(join(tmpdir(), `whetstone-kill-${what}-`));

function exposuresIn(body: string) {
  const { exposures } = JSON.parse(body) as { exposures: { count?: number }[] };
  return exposures.reduce((sum, { count = 1 }) => sum + count, 0);
}
