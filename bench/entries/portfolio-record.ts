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
const batchesARound = 40;
const outcomesABatch = 500;
const connections = 4;

const onPostgres = 'whetstone on PostgreSQL';
const onPglite = 'whetstone on PGlite';
const parsing = 'of it, parsing and checking the body';

interface Sample {
  outcomesPerSecond: number;
  /** CPU time of the server for one batch; on PGlite that is the database, too. */
  cpuMs: number;
}

/** From the request to the answer after the commit: named outcomes, priced by their tokens, each batch under its own key. */
export const portfolioRecord: Entry = {
  title: `Recording outcomes over HTTP: ${outcomesABatch} a request, ${connections} connections`,
  lasts: 'two minutes',
  async run() {
    await buildProduct();
    const { adminUrl, stop } = await startPostgres();
    try {
      const { url } = await freshDatabase(adminUrl);
      return await withServer(onPostgres, { DATABASE_URL: url }, (first) =>
        withServer(onPglite, {}, async (second) => {
          const contenders = [first, second, { name: parsing, sample: async () => parseAlone() }];
          for (const { sample } of contenders) await sample();
          return report(await interleave(contenders, rounds));
        }),
      );
    } finally {
      await stop();
    }
  },
};

interface Contender {
  name: string;
  sample: () => Promise<Sample>;
}

const withServer = <T>(name: string, env: Record<string, string>, work: (contender: Contender) => Promise<T>) =>
  withScratch(async (dataDir) => {
    const { url, pid, adminKey, stop } = await startWhetstone(dataDir, env);
    try {
      return await work({ name, sample: () => record(`${url}/api/portfolio/outcomes`, pid, adminKey) });
    } finally {
      await stop();
    }
  });

async function record(url: string, pid: number, adminKey: string): Promise<Sample> {
  const bodies = Array.from({ length: batchesARound }, () => JSON.stringify(batch()));
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
  const sending = async () => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': randomUUID() },
        body,
      });
      const { results = [] } = (await answer.json()) as { results?: { status: string }[] };
      const recorded = results.filter(({ status }) => status === 'recorded').length;
      if (recorded !== outcomesABatch) throw new Error(`${recorded} of ${outcomesABatch} recorded: ${answer.status}`);
    }
  };
  const [startedMs, cpuBeforeMs] = [performance.now(), cpuMsOf(pid)];
  await Promise.all(Array.from({ length: connections }, sending));
  const seconds = (performance.now() - startedMs) / 1_000;
  return {
    outcomesPerSecond: (batchesARound * outcomesABatch) / seconds,
    cpuMs: (cpuMsOf(pid) - cpuBeforeMs) / batchesARound,
  };
}

/** What the server does with a body before it does anything with its outcomes. */
function parseAlone(): Sample {
  const body = JSON.stringify(batch());
  const { input } = contract.recordOutcomes;
  const before = process.cpuUsage();
  for (let i = 0; i < batchesARound; i++) parseInput(input, JSON.parse(body));
  const cpuMs = cpuMicroseconds(before) / 1_000 / batchesARound;
  return { outcomesPerSecond: (outcomesABatch * 1_000) / cpuMs, cpuMs };
}

const models = ['gpt-5-mini', 'claude-sonnet-4-5', 'some-model-large'];

function batch(): Input<WhetstoneContract['recordOutcomes']> {
  const name = randomUUID();
  return {
    outcomes: Array.from({ length: outcomesABatch }, (_, i) => ({
      taskId: `${name}-${i >> 1}`,
      attempt: (i & 1) + 1,
      taskType: 'refactor',
      model: models[i % models.length]!,
      success: i % 3 > 0,
      inputTokens: 40_000 + i,
      outputTokens: 2_000,
      cacheTokens: 30_000,
      timeMs: 90_000 + i,
      language: 'typescript',
      complexity: 'medium',
      repoId: `acme/api-${i % 5}`,
      flags: { 'new-prompt': 'on' },
    })),
  };
}

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
  const bar = (name: string, limit: number) => ({
    what: `outcomes a second with ${name}, best of five`,
    actual: Math.max(...samples(name, 'outcomesPerSecond')),
    kind: 'at least' as const,
    limit,
    unit: 'a second',
  });
  return {
    referenceNs: measured.referenceNs,
    tables: [
      table('Outcomes recorded', 'outcomesPerSecond', [onPostgres, onPglite], {}),
      table(`The server's CPU time per ${outcomesABatch} outcomes`, 'cpuMs', [onPostgres, onPglite, parsing], {
        unit: 'ms',
        better: 'less',
        cpuUnitNs: 1e6,
      }),
    ],
    notes: [
      'Client, server and PostgreSQL share the processors. On PGlite the database is inside the server, so its CPU time counts there, and so does what it learns from the outcomes meanwhile.',
    ],
    bars: [bar(onPostgres, 5_000), bar(onPglite, 1_000)],
  };
}
