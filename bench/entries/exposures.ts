import { contract, parseInput, type Input, type WhetstoneContract } from '@whetstone/shared/contract';
import { randomUUID } from 'node:crypto';
import { freshDatabase, startPostgres } from '../../test/support/postgres.ts';
import { buildProduct } from '../harness/checkout.ts';
import { cpuMicroseconds } from '../harness/cpu.ts';
import { interleave, type Rounds } from '../harness/measure.ts';
import { cpuMsOf } from '../harness/process-figures.ts';
import type { Entry, Table } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';
import { startWhetstone } from '../servers/start-server.ts';

const rounds = 5;
const batchesARound = 60;
const entriesABatch = 1_000;
const connections = 4;

const onPostgres = 'whetstone on PostgreSQL';
const onPglite = 'whetstone on PGlite';
const parsing = 'of it, parsing and checking the body';

interface Sample {
  entriesPerSecond: number;
  /** CPU time of the server for one batch; on PGlite that is the database, too. */
  cpuMs: number;
}

/** From the request to the answer after the commit, each batch under its own idempotency key. */
export const exposures: Entry = {
  title: `Taking in exposures over HTTP: ${entriesABatch.toLocaleString('en')} a request, ${connections} connections`,
  lasts: 'a minute',
  async run() {
    await buildProduct();
    return withPostgres((url) =>
      withServer(onPostgres, { DATABASE_URL: url }, (first) =>
        withServer(onPglite, {}, async (second) => {
          const contenders = [first, second, { name: parsing, sample: async () => parseAlone() }];
          for (const { sample } of contenders) await sample();
          return report(await interleave(contenders, rounds));
        }),
      ),
    );
  },
};

/** A throwaway server and an empty database of an ordinary owner. */
async function withPostgres<T>(work: (url: string) => Promise<T>): Promise<T> {
  const { adminUrl, stop } = await startPostgres();
  try {
    return await work((await freshDatabase(adminUrl)).url);
  } finally {
    await stop();
  }
}

interface Contender {
  name: string;
  sample: () => Promise<Sample>;
}

const withServer = <T>(name: string, env: Record<string, string>, work: (contender: Contender) => Promise<T>) =>
  withScratch(async (dataDir) => {
    const { url, pid, adminKey, stop } = await startWhetstone(dataDir, env);
    try {
      return await work({ name, sample: () => ingest(`${url}/api/flags/exposures`, pid, adminKey) });
    } finally {
      await stop();
    }
  });

async function ingest(url: string, pid: number, adminKey: string): Promise<Sample> {
  const bodies = Array.from({ length: batchesARound }, (_, i) => JSON.stringify(batchOf(i)));
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
  const sending = async () => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': randomUUID() },
        body,
      });
      const { accepted } = (await answer.json()) as { accepted?: number };
      if (accepted !== entriesABatch) throw new Error(`expected ${entriesABatch} accepted, got ${answer.status}`);
    }
  };
  const [startedMs, cpuBeforeMs] = [performance.now(), cpuMsOf(pid)];
  await Promise.all(Array.from({ length: connections }, sending));
  const seconds = (performance.now() - startedMs) / 1_000;
  return {
    entriesPerSecond: (batchesARound * entriesABatch) / seconds,
    cpuMs: (cpuMsOf(pid) - cpuBeforeMs) / batchesARound,
  };
}

/** What the server does with a body before it does anything with its entries. */
function parseAlone(): Sample {
  const body = JSON.stringify(batchOf(0));
  const { input } = contract.recordExposures;
  const before = process.cpuUsage();
  for (let i = 0; i < batchesARound; i++) parseInput(input, JSON.parse(body));
  const cpuMs = cpuMicroseconds(before) / 1_000 / batchesARound;
  return { entriesPerSecond: (entriesABatch * 1_000) / cpuMs, cpuMs };
}

const batchOf = (batch: number): Input<WhetstoneContract['recordExposures']> => ({
  exposures: Array.from({ length: entriesABatch }, (_, i) => ({
    flag: `flag-${i % 50}`,
    variant: i % 3 === 0 ? 'off' : 'on',
    flagVersion: 3,
    reason: 'SPLIT',
    ruleId: 'repos',
    userId: `user-${(batch * entriesABatch + i) % 5_000}`,
    repoId: 'acme/api',
    taskId: `task-${batch}-${i >> 3}`,
    taskType: 'refactor',
    agent: 'claude-code',
    model: 'some-model-large',
    firstAt: new Date(Date.now() - i * 1_000).toISOString(),
  })),
});

function report(measured: Rounds<Sample>) {
  const samples = (name: string, figure: keyof Sample) => measured.of(name).map((sample) => sample[figure]);
  const table = (title: string, figure: keyof Sample, names: string[], rest: Partial<Table>): Table => ({
    title,
    unit: 'a second',
    better: 'more',
    base: onPostgres,
    rows: names.map((name) => ({ name, samples: samples(name, figure) })),
    ...rest,
  });
  return {
    referenceNs: measured.referenceNs,
    tables: [
      table('Entries taken in', 'entriesPerSecond', [onPostgres, onPglite], {}),
      table(
        `The server's CPU time per ${entriesABatch.toLocaleString('en')} entries`,
        'cpuMs',
        [onPostgres, onPglite, parsing],
        {
          unit: 'ms',
          better: 'less',
          cpuUnitNs: 1e6,
        },
      ),
    ],
    notes: [
      'Client, server and PostgreSQL share the processors. On PGlite the database is inside the server, so its CPU time counts there.',
    ],
    bars: [
      {
        what: 'entries a second on PostgreSQL, best of five',
        actual: Math.max(...samples(onPostgres, 'entriesPerSecond')),
        kind: 'at least' as const,
        limit: 20_000,
        unit: 'a second',
      },
    ],
  };
}
