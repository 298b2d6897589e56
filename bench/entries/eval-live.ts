import { createClient } from '@whetstone/shared/client';
import { openDatabase } from '../../cloud/src/platform/db/open.ts';
import { follow, type Follower } from '../../cloud/test/support/ws-client.ts';
import { buildProduct } from '../harness/checkout.ts';
import { median } from '../harness/measure.ts';
import { referenceNs } from '../harness/reference.ts';
import type { Entry } from '../harness/report.ts';
import { withServices, type Services } from '../servers/with-services.ts';

const rounds = 5;
/** Results wait for others as long as this before they are written (shard/store.ts). */
const gatheredForMs = 250;
const same = 'on the server that grades';
const other = 'on another server';

/** Real runs of the starter set, followed over WebSockets at two server processes that share PostgreSQL. */
export const evalLive: Entry = {
  title: 'From a graded sample to who follows the run, on two servers',
  lasts: 'a minute',
  async run() {
    await buildProduct();
    return withServices({ processes: 2 }, measure);
  },
};

async function measure(services: Services) {
  const { databaseUrl } = services;
  const log = { info: () => undefined, warn: () => undefined };
  const database = await openDatabase({ url: databaseUrl }, { clock: Date.now, log });
  try {
    const tookMs = { [same]: [] as number[], [other]: [] as number[] };
    const reference: number[] = [];
    const perRound = { [same]: [] as number[], [other]: [] as number[] };
    let events = 0;
    for (let round = 0; round < rounds; round++) {
      reference.push(referenceNs());
      const { runId, followers } = await oneRun(services);
      const { rows } = await database.execute(
        'select seq, extract(epoch from created_at)::float8 * 1000 as ms from eval_event where run_id = $1',
        [runId],
      );
      const writtenMs = new Map((rows as { seq: number; ms: number }[]).map(({ seq, ms }) => [seq, ms]));
      for (const [name, { messages, arrivedMs }] of [
        [same, followers[0]!],
        [other, followers[1]!],
      ] as const) {
        if (messages.length !== writtenMs.size)
          throw new Error(`${messages.length} of ${writtenMs.size} events came to the follower ${name}`);
        const took = messages.map(({ seq }, i) => performance.timeOrigin + arrivedMs[i]! - writtenMs.get(seq)!);
        tookMs[name].push(...took);
        perRound[name].push(median(took));
      }
      events += writtenMs.size;
    }
    return {
      referenceNs: reference,
      tables: [
        {
          title: 'From the begin of the transaction that keeps an event to its arrival, median of each run',
          unit: 'ms',
          better: 'less' as const,
          base: same,
          rows: [same, other].map((name) => ({ name, samples: perRound[name as typeof same] })),
        },
      ],
      notes: [
        ...([same, other] as const).map(
          (name) => `${name}: ${events} events, 99 of 100 within ${percentile(tookMs[name], 0.99).toFixed(0)} ms`,
        ),
        `A verdict waits at most ${gatheredForMs} ms for others before that; the bars count this for each.`,
      ],
      bars: ([same, other] as const).map((name) => ({
        what: `graded to followed ${name}, 99 of 100`,
        actual: gatheredForMs + percentile(tookMs[name], 0.99),
        kind: 'at most' as const,
        limit: 1_000,
        unit: 'ms',
      })),
    };
  } finally {
    await database.close();
  }
}

async function oneRun({ servers, adminKey }: Services): Promise<{ runId: string; followers: Follower[] }> {
  const client = createClient({ baseUrl: servers[0]!.url, apiKey: adminKey, timeoutMs: 60_000 });
  const { runId } = await client.startEvalRun({
    dataset: 'starter',
    subject: { kind: 'reference' },
    samplesPerProblem: 3,
    workers: 2,
  });
  const headers = { authorization: `Bearer ${adminKey}` };
  const followers: Follower[] = [];
  for (const { url } of servers) {
    const opened = await follow(`${url}/api/eval/live/${runId}`, { headers });
    if ('refused' in opened) throw new Error(`not let in: ${JSON.stringify(opened.refused)}`);
    followers.push(opened);
  }
  await Promise.all(followers.map(({ closed }) => closed));
  return { runId, followers };
}

const percentile = (samples: readonly number[], share: number) =>
  samples.toSorted((a, b) => a - b)[Math.min(samples.length - 1, Math.floor(samples.length * share))]!;
