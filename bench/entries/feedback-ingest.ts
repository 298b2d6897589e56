import type { Input, WhetstoneContract } from '@whetstone/shared/contract';
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { freshDatabase, startPostgres } from '../../test/support/postgres.ts';
import { buildProduct } from '../harness/checkout.ts';
import { interleave, type Contender, type Rounds } from '../harness/measure.ts';
import { cpuMsOf } from '../harness/process-figures.ts';
import type { Entry, Table } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';
import { startHello, startWhetstone, type RunningServer } from '../servers/start-server.ts';

const rounds = 5;
const connections = 16;
/** Sent within the two seconds after which the server begins to read what came. */
const burst = 500;
const longRun = 1_500;

const onPostgres = 'whetstone on PostgreSQL, a burst';
const besideLearning = 'whetstone on PostgreSQL, without end';
const onPglite = 'whetstone on PGlite, a burst';
const hello = 'Fastify that takes the same and says hello';

interface Sample {
  correctionsPerSecond: number;
  /** CPU time of the server for one; on PGlite that is the database, too. */
  cpuMs: number;
}

/** From the request to the answer after the commit: one correction a request, each under its own key. */
export const feedbackIngest: Entry = {
  title: `Capturing corrections over HTTP: one a request, ${connections} connections`,
  lasts: 'two minutes',
  async run() {
    await buildProduct();
    const { adminUrl, stop } = await startPostgres();
    const bare = await startHello();
    try {
      const { url } = await freshDatabase(adminUrl);
      const says = { name: hello, sample: () => capture(bare, '', burst) };
      const first = await withServer({ DATABASE_URL: url }, (server) => [
        { name: onPostgres, sample: () => burstOn(server) },
        { name: besideLearning, sample: () => capture(server, server.adminKey, longRun) },
        says,
      ]);
      // One server at a time: what the other still has to learn would take the processors from it.
      const second = await withServer({}, (server) => [{ name: onPglite, sample: () => burstOn(server) }]);
      return report(first, second);
    } finally {
      await bare.stop();
      await stop();
    }
  },
};

type Server = Awaited<ReturnType<typeof startWhetstone>>;

const withServer = (env: Record<string, string>, contendersOn: (server: Server) => Contender<Sample>[]) =>
  withScratch(async (dataDir) => {
    const server = await startWhetstone(dataDir, env);
    try {
      const contenders = contendersOn(server);
      for (const { sample } of contenders) await sample();
      return await interleave(contenders, rounds);
    } finally {
      await server.stop();
    }
  });

async function burstOn(server: Server): Promise<Sample> {
  await untilAllIsLearned(server);
  return capture(server, server.adminKey, burst);
}

/** When it is idle, too: the end of a learning job writes after the last correction has been read. */
async function untilAllIsLearned({ url, pid, adminKey }: Server) {
  const headers = { authorization: `Bearer ${adminKey}` };
  const deadline = performance.now() + 120_000;
  while (performance.now() < deadline) {
    const before = cpuMsOf(pid);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const answer = await fetch(`${url}/api/feedback/patterns?limit=1`, { headers });
    const { waiting } = (await answer.json()) as { waiting?: number };
    if (waiting === 0 && cpuMsOf(pid) - before < 100) return;
  }
  throw new Error('it learns and learns');
}

async function capture({ url, pid }: RunningServer, adminKey: string, count: number): Promise<Sample> {
  const bodies = Array.from({ length: count }, (_, i) => JSON.stringify(correction(i)));
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const to = adminKey === '' ? url : `${url}/api/feedback/capture`;
  const sending = async () => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const status = await post(to, { agent, adminKey, body });
      if (status >= 300) throw new Error(`a correction was not taken: ${status}`);
    }
  };
  const [startedMs, cpuBeforeMs] = [performance.now(), cpuMsOf(pid)];
  await Promise.all(Array.from({ length: connections }, sending));
  const seconds = (performance.now() - startedMs) / 1_000;
  agent.destroy();
  return { correctionsPerSecond: count / seconds, cpuMs: (cpuMsOf(pid) - cpuBeforeMs) / count };
}

/** By `fetch` the client would take as much of the processors as the server. */
const post = (url: string, { agent, adminKey, body }: { agent: Agent; adminKey: string; body: string }) =>
  new Promise<number>((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${adminKey}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'idempotency-key': randomUUID(),
    };
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });

/** Forty lines of which a person changed four, as most are. */
function correction(i: number): Input<WhetstoneContract['captureFeedback']> {
  const line = (n: number) => `  const value${n} = compute(input${(n * 7 + i) % 13}, options);`;
  const agent = Array.from({ length: 40 }, (_, n) => line(n)).join('\n');
  const human = Array.from({ length: 40 }, (_, n) => (n >= 20 && n < 24 ? `  check(input${n});` : line(n))).join('\n');
  const path = `src/part-${i % 50}.ts`;
  return {
    taskId: `task-${randomUUID()}`,
    taskType: 'refactor',
    originalPatch: { files: [{ path, before: '', after: agent }] },
    correctedPatch: { files: [{ path, before: '', after: human }] },
    userComment: 'check what comes in before it is used',
    repoId: `acme/api-${i % 5}`,
    userId: `user-${i % 20}`,
    model: 'some-model-large',
    flags: { 'new-prompt': 'on' },
  };
}

function report(first: Rounds<Sample>, second: Rounds<Sample>) {
  const samples = (name: string, figure: keyof Sample) =>
    (name === onPglite ? second : first).of(name).map((sample) => sample[figure]);
  const table = (title: string, figure: keyof Sample, rest: Partial<Table>): Table => ({
    title,
    unit: 'a second',
    better: 'more',
    base: hello,
    rows: [onPostgres, besideLearning, onPglite, hello].map((name) => ({ name, samples: samples(name, figure) })),
    ...rest,
  });
  return {
    referenceNs: first.referenceNs,
    tables: [
      table('Corrections captured', 'correctionsPerSecond', {}),
      table("The server's CPU time for one", 'cpuMs', { unit: 'ms', better: 'less', cpuUnitNs: 1e6 }),
    ],
    notes: [
      'Client, server and PostgreSQL share the processors. On PGlite the database is inside the server, so its CPU time counts there.',
      `A burst is of ${burst}, when nothing waits to be learned; without end are ${longRun}, of which the server learns meanwhile, and its CPU time counts that.`,
      `The last row stores nothing and knows no keys: what the client and HTTP alone allow.`,
    ],
    bars: [
      {
        what: 'corrections a second on PostgreSQL, a burst, best of five',
        actual: Math.max(...samples(onPostgres, 'correctionsPerSecond')),
        kind: 'at least' as const,
        limit: 500,
        unit: 'a second',
      },
    ],
  };
}
