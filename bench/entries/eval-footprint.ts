import { createClient } from '@whetstone/shared/client';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../cloud/src/platform/db/database.ts';
import { openDatabase } from '../../cloud/src/platform/db/open.ts';
import { publishedFolder } from '../evals/data.ts';
import { aDayOfBoards } from '../evals/day-of-boards.ts';
import { buildProduct } from '../harness/checkout.ts';
import { referenceNs } from '../harness/reference.ts';
import type { Entry } from '../harness/report.ts';
import { withServices, type Services } from '../servers/with-services.ts';

const rounds = 3;
const samples = 164;
const runsOfANight = 30;
const hasHumaneval = existsSync(join(publishedFolder, 'humaneval/HumanEval.jsonl.gz'));

/** What runs cost at services that bill by the message, the command and the byte. */
export const evalFootprint: Entry = {
  title: `A run of ${samples} problems in messages, commands and bytes, and a day of ${runsOfANight} nightly runs`,
  lasts: 'five minutes',
  async run() {
    await buildProduct();
    return withServices({ processes: 1, env: { WHETSTONE_DATASETS_DIR: publishedFolder } }, async (services) => {
      const surroundings = { clock: Date.now, log: { info: () => undefined, warn: () => undefined } };
      const database = await openDatabase({ url: services.databaseUrl }, surroundings);
      try {
        return await measure(services, database);
      } finally {
        await database.close();
      }
    });
  },
};

interface Traffic {
  published: number;
  delivered: number;
  commands: number;
  events: number;
}

async function measure(services: Services, database: Database) {
  const reference: number[] = [];
  // What only a first run brings: the version of the data set, its subject, pages of empty tables.
  await runOnce(services);
  await database.execute('vacuum full');
  const before = await bytesOf(database);
  const taken: Traffic[] = [];
  for (let round = 0; round < rounds; round++) {
    reference.push(referenceNs());
    const [sent, asked] = [services.qstash.sent.length, services.redis.commands.length];
    const events = await runOnce(services);
    const deliveries = services.qstash.sent.slice(sent);
    taken.push({
      published: new Set(deliveries.map(({ headers }) => headers['upstash-message-id'])).size,
      delivered: deliveries.length,
      commands: services.redis.commands.length - asked,
      events,
    });
  }
  const perRun = async () => ((await bytesOf(database)) - before) / rounds / 1_024;
  const asItLies = await perRun();
  await database.execute('vacuum full');
  const packed = await perRun();

  const day = await aDayOfBoards(database, services.redis);
  const ofRuns = runsOfANight * Math.max(...taken.map(({ commands }) => commands));
  const row = (name: string, of: (traffic: Traffic) => number) => ({ name, samples: taken.map(of) });
  const messages = 'QStash messages published';
  return {
    referenceNs: reference,
    tables: [
      {
        title: `Of each run of ${hasHumaneval ? 'HumanEval' : 'the starter set'}, ${samples} samples, solved by its reference`,
        unit: 'each',
        better: 'less' as const,
        base: messages,
        rows: [
          row(messages, ({ published }) => published),
          row('QStash deliveries', ({ delivered }) => delivered),
          row('Redis commands', ({ commands }) => commands),
          row('live events', ({ events }) => events),
        ],
      },
    ],
    notes: [
      `The database grows by ${asItLies.toFixed(0)} KiB a run, indexes, queue and events included; ${packed.toFixed(0)} KiB when vacuumed in full.`,
      `A day: ${runsOfANight} runs by schedule bring ${ofRuns} Redis commands themselves. Two machines whose boards are looked at every 5 s for 8 h (${day.polls.toLocaleString('en')} times) while these runs end, and whose readiness is asked every 10 s, bring ${day.commands}: ${day.byName}.`,
    ],
    bars: [
      {
        what: 'Redis commands of a day of nightly runs',
        actual: ofRuns + day.commands,
        kind: 'at most' as const,
        limit: 10_000,
        unit: 'commands',
      },
    ],
  };
}

/** How many events told of it. */
async function runOnce({ servers, adminKey, qstash }: Services): Promise<number> {
  const client = createClient({ baseUrl: servers[0]!.url, apiKey: adminKey, timeoutMs: 60_000 });
  const { runId } = await client.startEvalRun({
    dataset: hasHumaneval ? 'humaneval' : 'starter',
    subject: { kind: 'reference' },
    ...(!hasHumaneval && { samplesPerProblem: 10 }),
  });
  for (;;) {
    const { run } = await client.getEvalResults({ runId, limit: 1 });
    if (run.status === 'completed') return run.lastSeq;
    if (run.status !== 'queued' && run.status !== 'running') throw new Error(`the run ended as ${run.status}`);
    if (qstash.dead.size > 0) throw new Error('a message was given up');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Of all tables with what belongs to them. */
async function bytesOf(database: Database): Promise<number> {
  const { rows } = await database.execute(
    `select sum(pg_total_relation_size(pg_class.oid))::float8 as bytes
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where relkind = 'r' and nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`,
  );
  return (rows[0] as { bytes: number }).bytes;
}
