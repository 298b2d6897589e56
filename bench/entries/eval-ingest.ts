import { shardStore } from '../../cloud/src/features/evals/runs/shard/store.ts';
import { writeBatch } from '../../cloud/src/features/evals/runs/shard/write.ts';
import type { Database } from '../../cloud/src/platform/db/database.ts';
import { openDatabase } from '../../cloud/src/platform/db/open.ts';
import { freshDatabase, startPostgres } from '../../test/support/postgres.ts';
import { layPlainRows, makeOpenRuns, resultOf, type OpenRuns } from '../evals/made-results.ts';
import { interleave, median } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';

const rounds = 10;
const runsPerRound = 225;
const problems = 500;
/** Shards that write at a time: fewer than the connections that the server opens. */
const writers = 8;
/** Found between two looks at anything else. */
const atOnce = 25;

const flush = 'as shards keep them';
const plain = 'one INSERT … SELECT of as many rows';

/** Results through the store and the transaction of a shard: rows, sums of the run, and the events that tell of them. */
export const evalIngest: Entry = {
  title: `Taking in ${(rounds * runsPerRound * problems).toLocaleString('en')} results`,
  lasts: 'three minutes',
  async run() {
    const { adminUrl, stop } = await startPostgres();
    const surroundings = { clock: Date.now, log: { info: () => undefined, warn: () => undefined } };
    try {
      const database = await openDatabase({ url: (await freshDatabase(adminUrl)).url }, surroundings);
      try {
        return await measure(database);
      } finally {
        await database.close();
      }
    } finally {
      await stop();
    }
  },
};

async function measure(database: Database) {
  const open = await makeOpenRuns(database, { problems, runs: 2 * rounds * runsPerRound });
  const waitsMs: number[] = [];
  const seconds = { [flush]: 0 };
  const rateOf = async (work: () => Promise<void>) => {
    const startedMs = performance.now();
    await work();
    const tookS = (performance.now() - startedMs) / 1_000;
    return { rate: (runsPerRound * problems) / tookS, tookS };
  };
  const contenders = [
    {
      name: flush,
      async sample() {
        const runs = open.take(runsPerRound);
        const { rate, tookS } = await rateOf(async () => {
          await Promise.all(Array.from({ length: writers }, () => writeRuns(database, open, runs, waitsMs)));
        });
        seconds[flush] += tookS;
        return rate;
      },
    },
    {
      name: plain,
      async sample() {
        const runs = open.take(runsPerRound);
        return (await rateOf(() => layPlainRows(database, open.projectId, runs, problems))).rate;
      },
    },
  ];
  const measured = await interleave(contenders, rounds);
  await expectAll(database, open, rounds * runsPerRound * problems);
  const sorted = waitsMs.toSorted((a, b) => a - b);
  const whole = (rounds * runsPerRound * problems) / seconds[flush];
  return {
    referenceNs: measured.referenceNs,
    tables: [
      {
        title: `Results a second in PostgreSQL, ${writers} shards at a time, a round of ${runsPerRound * problems} each`,
        unit: '/s',
        better: 'more' as const,
        base: plain,
        rows: contenders.map(({ name }) => ({ name, samples: measured.of(name) })),
      },
    ],
    notes: [
      `All ${(rounds * runsPerRound * problems).toLocaleString('en')} in ${seconds[flush].toFixed(0)} s. From verdict to commit under this pressure: median ${median(sorted).toFixed(0)} ms, 99 of 100 within ${sorted[Math.floor(sorted.length * 0.99)]!.toFixed(0)} ms.`,
      'The second row keeps no sums and tells nobody: the least that the database can do for as many rows of results.',
    ],
    bars: [
      {
        what: 'results a second, all rounds together',
        actual: whole,
        kind: 'at least' as const,
        limit: 5_000,
        unit: '/s',
      },
    ],
  };
}

/** One after the other, each from its first verdict to its last commit, until none is left. */
async function writeRuns(database: Database, { projectId, owner }: OpenRuns, runs: string[], waitsMs: number[]) {
  for (let runId = runs.pop(); runId !== undefined; runId = runs.pop()) {
    const claim = { runId, shard: 0, owner };
    const reportedMs = new Float64Array(problems);
    const store = shardStore({
      placeOf: (problemId) => Number(problemId.slice(1)),
      async write(batch) {
        await database.asProject(projectId, (tx) => writeBatch(tx, claim, batch, () => undefined));
        for (const { problem } of batch.results) waitsMs.push(performance.now() - reportedMs[problem]!);
      },
      onFailure: () => undefined,
    });
    for (let problem = 0; problem < problems; problem++) {
      if (problem % atOnce === 0) await new Promise((resolve) => setImmediate(resolve));
      reportedMs[problem] = performance.now();
      store.report(resultOf(problem));
    }
    await store.drain();
  }
}

async function expectAll(database: Database, { projectId }: OpenRuns, expected: number) {
  const { rows } = await database.execute(
    `select count(*)::integer as events, (select sum(passed + failed)::integer from eval_run) as judged
     from eval_event where project_id = $1 and type = 'result'`,
    [projectId],
  );
  const { events, judged } = rows[0] as { events: number; judged: number };
  if (events !== expected || judged !== expected)
    throw new Error(`expected ${expected} results, there are ${judged} and ${events} events`);
}
