import { createClient } from '@whetstone/shared/client';
import { formatApiKey, newApiKey } from '@whetstone/shared/keys';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import pg from 'pg';
import { randomFrom } from '../../bench/workload/random.ts';
import { surroundWithQStash } from '../../cloud/test/support/qstash-world.ts';
import { startReceiver } from '../../cloud/test/support/webhook-receiver.ts';
import { loadDataset } from '../../evals/src/index.ts';
import { listening } from '../support/listening.ts';
import { freshDatabase, startPostgres } from '../support/postgres.ts';
import { startServer } from '../support/server.ts';
import { ownDataset } from './support/own-dataset.ts';
import { recordedAnswers, scriptProblems } from './support/scripted-model.ts';
import { until } from './support/until.ts';

export interface EvalQueueReport {
  messages: number;
  deliveries: number;
  /** Of the same message, beyond its first. */
  repeated: number;
  /** By what was wrong with it: how it was answered. */
  forged: Record<string, Record<number, number>>;
  replayed: Record<number, number>;
  runs: number;
  samples: number;
  stored: number;
  /** Results and live events with a number that another one has, or numbers that are missing. */
  sequencesWrong: number;
  errors: number;
  regressions: string[];
  rollbacks: number;
  webhookEvents: number;
  /** Events that reached the receiver more often than once, or never. */
  webhookEventsWrong: number;
  failedMessages: number;
  dead: number;
}

const dataset = 'drill';
const forgeries = ['with another key', 'expired', 'for another address', 'of another body'] as const;

/**
 * From a run to a rolled back flag on two server processes, while QStash delivers everything three times, late, out of order,
 * and loses a fifth; and while somebody else sends what is signed wrongly or was there before.
 */
export async function evalQueueDrill({ problems, seed }: { problems: number; seed: number }): Promise<EvalQueueReport> {
  const random = randomFrom(seed);
  const own = await ownDataset(scriptProblems.slice(0, problems));
  const world = await surroundWithQStash({ faults: { copies: 3, dropRate: 0.2, delayMs: 300 }, pauseFactor: 0.1 });
  const { standIn, service } = world;
  const receiver = await startReceiver();
  const postgres = await startPostgres();
  const { url } = await freshDatabase(postgres.adminUrl);
  const key = formatApiKey(newApiKey(randomBytes));
  const env = {
    DATABASE_URL: url,
    WHETSTONE_ADMIN_KEY: key,
    WHETSTONE_PUBLIC_URL: service.publicUrl,
    WHETSTONE_SESSION_SECRET: 'a fake secret that signs the cookies of drills',
    WHETSTONE_DATASETS_DIR: own.datasetsDir,
    WHETSTONE_OUTBOUND_ALLOW: '127.0.0.1',
    WHETSTONE_OUTBOUND_PORTS: new URL(receiver.url).port,
    QSTASH_URL: service.url,
    QSTASH_TOKEN: service.token,
    QSTASH_CURRENT_SIGNING_KEY: service.currentSigningKey,
    QSTASH_NEXT_SIGNING_KEY: service.nextSigningKey,
  };
  const ports = [await freePort(), await freePort()];
  const servers = [];
  for (const port of ports) servers.push(await startServer({ env: { ...env, PORT: `${port}` } }));
  // As superuser: what it counts is of all tenants.
  const database = new pg.Client(Object.assign(new URL(postgres.adminUrl), { pathname: new URL(url).pathname }).href);
  await database.connect();
  try {
    const addresses = ports.map((port) => `http://127.0.0.1:${port}`);
    for (const address of addresses) world.join(address);
    const client = createClient({ baseUrl: addresses[0]!, apiKey: key, retries: 0, timeoutMs: 20_000 });
    const loaded = await loadDataset(own.folder, { datasetsDir: own.datasetsDir });
    await client.createWebhook({ url: `${receiver.url}/hook`, events: [] });
    await client.putEvalSettings({ rerunSamples: 1 });
    const flag = { key: 'new-prompt', variant: 'on' };
    await client.createFlag({ key: flag.key, rolloutPercentage: 100 });

    const forged: EvalQueueReport['forged'] = {};
    const replayed: Record<number, number> = {};
    async function interfere() {
      const known = standIn.sent.filter(() => random() < 0.2).slice(-10);
      for (const delivery of known) {
        count(replayed, (await standIn.replay(delivery)).status);
        for (const fault of forgeries)
          count((forged[fault] ??= {}), (await standIn.forge(delivery.url, delivery.body, fault)).status);
      }
    }
    async function measured(weakened: number, carried?: typeof flag) {
      const { runId } = await client.startEvalRun({
        dataset,
        subject: recordedAnswers(loaded, weakened),
        sandbox: 'quickjs',
        workers: 4,
        timeoutMs: 30_000,
        ...(carried && { flag: carried }),
      });
      const isOver = async () => (await client.getEvalResults({ runId, limit: 1 })).run.status === 'completed';
      await until('the end of a run', isOver, 240_000, interfere);
    }
    await measured(0);
    await measured(problems - 1, flag);
    const found = async () => (await client.listRegressions({})).items;
    const isRolledBack = async () => (await found()).some(({ rollback }) => rollback !== null);
    await until('the rollback', isRolledBack, 240_000, interfere);
    await interfere();

    const scalar = async (text: string) =>
      Number(((await database.query(text)).rows[0] as { value: string | number }).value);
    const isQuiet = async () =>
      (await scalar(`select count(*) as value from webhook_delivery where state = 'waiting'`)) === 0;
    await until('the last webhook', isQuiet, 60_000, interfere);
    const told = await database.query<{ id: string }>('select id from webhook_delivery');
    const perEvent = new Map<string, number>();
    for (const { headers } of receiver.at('/hook'))
      perEvent.set(headers['webhook-id']!, (perEvent.get(headers['webhook-id']!) ?? 0) + 1);
    const runs = (await client.listEvalRuns({ limit: 100 })).items;
    const history = (await client.getFlagHistory({ key: flag.key })).items;
    const ids = standIn.sent.map(({ headers }) => headers['upstash-message-id']);
    return {
      messages: new Set(ids).size,
      deliveries: ids.length,
      repeated: ids.length - new Set(ids).size,
      forged,
      replayed,
      runs: runs.length,
      samples: runs.reduce((sum, { sampleCount }) => sum + sampleCount, 0),
      stored: await scalar('select count(*) as value from eval_result'),
      sequencesWrong: await scalar(`select count(*) as value from (
        select run.id from eval_run as run left join eval_event as event on event.run_id = run.id group by run.id, run.event_seq
        having count(event.seq) <> run.event_seq or max(event.seq) <> run.event_seq
          or count(*) filter (where event.type = 'result') <> run.sample_count
          or count(*) filter (where event.type = 'done') <> 1) as wrong`),
      errors: runs.reduce((sum, { counts }) => sum + counts.error, 0),
      regressions: (await found()).map(({ state, severity, rollback }) => `${state} ${severity} ${rollback?.outcome}`),
      rollbacks: history.filter(({ action }) => action === 'variant_rolled_back').length,
      webhookEvents: told.rows.length,
      webhookEventsWrong:
        told.rows.filter(({ id }) => perEvent.get(id) !== 1).length +
        [...perEvent.keys()].filter((id) => !told.rows.some((row) => row.id === id)).length,
      failedMessages: (await client.listJobs({ limit: 200 })).items.filter(({ state }) => state === 'failed').length,
      dead: standIn.dead.size,
    };
  } finally {
    await database.end();
    await Promise.all(servers.map((server) => server.stop()));
    await world.stop();
    await receiver.stop();
    await postgres.stop();
    await own.remove();
  }
}

/** The server says its public address, not the one it listens on. */
async function freePort() {
  const { port, stop } = await listening(createServer());
  await stop();
  return port;
}

const count = (counts: Record<number, number>, status: number) => void (counts[status] = (counts[status] ?? 0) + 1);
