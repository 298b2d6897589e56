import { createClient } from '@whetstone/shared/client';
import type { EvalRun, EvalRunRequest } from '@whetstone/shared/contract';
import { formatApiKey, newApiKey } from '@whetstone/shared/keys';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../bench/workload/random.ts';
import { freshDatabase, startPostgres } from '../support/postgres.ts';
import { startServer } from '../support/server.ts';
import { followOverRestarts, sequenceFigures, type SequenceFigures } from './support/live-follower.ts';
import { scriptProblems, startScriptedModel } from './support/scripted-model.ts';
import { until } from './support/until.ts';

export interface EvalKillRow extends SequenceFigures {
  what: string;
  kills: number;
  samples: number;
  /** Samples that the database holds, and those that its pages name twice. */
  stored: number;
  storedTwice: number;
  errors: number;
  status: EvalRun['status'];
  /** Whether verdicts and hash are those of a run that nobody disturbed. */
  isSame: boolean;
  /** Asks of the model beyond one per sample: what was under way when a process died. */
  askedAgain: number;
  connections: number;
  /** Processes of graders that outlived their server by more than a few seconds. */
  orphans: number;
  tookS: number;
}

interface Options {
  kills: number;
  samplesPerProblem: number;
  problems?: number;
  sandbox?: 'quickjs' | 'process';
  seed: number;
  latencyMs?: number;
}

type Client = ReturnType<typeof createClient>;

const clientOf = (url: string, apiKey: string) => createClient({ baseUrl: url, apiKey, retries: 0, timeoutMs: 20_000 });

const requestOf = ({ samplesPerProblem, problems, sandbox = 'quickjs' }: Options): EvalRunRequest => ({
  dataset: 'starter',
  subject: { kind: 'model', model: 'scripted', params: { maxTokens: 2_000 } },
  samplesPerProblem,
  timeoutMs: 20_000,
  workers: 4,
  sandbox,
  problems: scriptProblems.slice(0, problems),
});

/** A server on its embedded engines dies again and again while a run goes on; so that the run ends as if nothing had been. */
export async function killedRunDrill(options: Options): Promise<EvalKillRow> {
  const random = randomFrom(options.seed);
  const model = await startScriptedModel({ latencyMs: options.latencyMs ?? 100 });
  const dataDir = await mkdtemp(join(tmpdir(), 'whetstone-eval-kills-'));
  let server = await startServer({ dataDir, env: model.env });
  try {
    const key = server.adminKey();
    const undisturbed = await wholeRun(clientOf(server.url, key), requestOf(options));
    const asksBefore = model.calls.length;
    const { runId } = await clientOf(server.url, key).startEvalRun(requestOf(options));
    const follower = followOverRestarts(runId, key);
    follower.pointTo(server.url);
    const startedMs = performance.now();
    let kills = 0;
    let orphans = 0;
    while (kills < options.kills) {
      // At any moment, also before anything has begun again; and in the middle of the work.
      if (random() < 0.4) await sleep(random() * 3_000);
      else {
        await newEvents(follower, 1 + Math.floor(random() * 4), 20_000);
        await sleep(random() * 400);
      }
      if (follower.messages().at(-1)?.type === 'done') break;
      follower.pointTo(undefined);
      const family = descendantsOf(server.pid);
      await server.stop('SIGKILL');
      kills += 1;
      server = await startServer({ dataDir, env: model.env });
      follower.pointTo(server.url);
      orphans += await outliving(family);
    }
    const client = clientOf(server.url, key);
    const row = await rowOf('one process, PGlite', client, runId, undisturbed, follower);
    const askedAgain = model.calls.length - asksBefore - row.samples;
    return { ...row, kills, orphans, askedAgain, tookS: (performance.now() - startedMs) / 1_000 };
  } finally {
    await server.stop();
    await model.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Two servers share a database; one of them dies again and again, and whoever follows at the other sees all, in order. */
export async function killedNeighbourDrill(options: Options): Promise<EvalKillRow> {
  const random = randomFrom(options.seed);
  const model = await startScriptedModel({ latencyMs: options.latencyMs ?? 100 });
  const postgres = await startPostgres();
  const key = formatApiKey(newApiKey(randomBytes));
  const { url } = await freshDatabase(postgres.adminUrl);
  const env = { ...model.env, DATABASE_URL: url, WHETSTONE_ADMIN_KEY: key };
  const steady = await startServer({ env });
  let other = await startServer({ env });
  try {
    const client = clientOf(steady.url, key);
    const undisturbed = await wholeRun(client, requestOf(options));
    const asksBefore = model.calls.length;
    const { runId } = await clientOf(other.url, key).startEvalRun(requestOf(options));
    const follower = followOverRestarts(runId, key);
    follower.pointTo(steady.url);
    const startedMs = performance.now();
    let kills = 0;
    let orphans = 0;
    while (kills < options.kills) {
      await newEvents(follower, 1 + Math.floor(random() * 3), 10_000);
      await sleep(random() * 2_000);
      if (follower.messages().at(-1)?.type === 'done') break;
      const family = descendantsOf(other.pid);
      await other.stop('SIGKILL');
      kills += 1;
      other = await startServer({ env });
      orphans += await outliving(family);
    }
    const row = await rowOf('one of two processes, PostgreSQL', client, runId, undisturbed, follower);
    const askedAgain = model.calls.length - asksBefore - row.samples;
    return { ...row, kills, orphans, askedAgain, tookS: (performance.now() - startedMs) / 1_000 };
  } finally {
    await Promise.all([steady.stop(), other.stop()]);
    await postgres.stop();
    await model.stop();
  }
}

export interface SeedKillRow {
  kills: number;
  runs: number;
  completed: number;
  samples: number;
  stored: number;
  storedTwice: number;
  regressions: number;
  flags: number;
  tookS: number;
}

/** The very first start, killed while it makes its samples. */
export async function killedSeedDrill({ kills: most, seed }: Pick<Options, 'kills' | 'seed'>): Promise<SeedKillRow> {
  const random = randomFrom(seed);
  const dataDir = await mkdtemp(join(tmpdir(), 'whetstone-seed-kills-'));
  const env = { WHETSTONE_SEED: 'demo' };
  let server = await startServer({ dataDir, env });
  const key = server.adminKey();
  const startedMs = performance.now();
  try {
    let kills = 0;
    const isSeeded = async () => (await seedRuns(clientOf(server.url, key))).filter(isCompleted).length >= 6;
    while (kills < most && !(await isSeeded())) {
      await sleep(300 + random() * 6_000);
      await server.stop('SIGKILL');
      kills += 1;
      server = await startServer({ dataDir, env });
    }
    const client = clientOf(server.url, key);
    await until('the sample runs', isSeeded, 300_000);
    await until('the regression', async () => (await client.listRegressions({})).items.some(isDecided), 120_000);
    const runs = await seedRuns(client);
    const stored = await Promise.all(runs.map(({ runId }) => storedSamples(client, runId)));
    return {
      kills,
      runs: runs.length,
      completed: runs.filter(isCompleted).length,
      samples: runs.reduce((sum, { sampleCount }) => sum + sampleCount, 0),
      stored: stored.reduce((sum, { keys }) => sum + keys.size, 0),
      storedTwice: stored.reduce((sum, { twice }) => sum + twice, 0),
      regressions: (await client.listRegressions({})).items.length,
      flags: (await client.listFlags({ limit: 100 })).items.length,
      tookS: (performance.now() - startedMs) / 1_000,
    };
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

const isCompleted = ({ status }: Pick<EvalRun, 'status'>) => status === 'completed';
const isDecided = ({ state }: { state: string }) => state !== 'suspected' && state !== 'confirming';

const seedRuns = async (client: Client) =>
  (await client.listEvalRuns({ limit: 100 })).items.filter(({ purpose }) => purpose === 'seed');

async function rowOf(
  what: string,
  client: Client,
  runId: string,
  undisturbed: Whole,
  follower: ReturnType<typeof followOverRestarts>,
): Promise<Omit<EvalKillRow, 'kills' | 'orphans' | 'askedAgain' | 'tookS'>> {
  const whole = await endOf(client, runId);
  await Promise.race([follower.ended, sleep(20_000)]);
  await follower.stop();
  return {
    what,
    ...sequenceFigures(follower.messages()),
    samples: whole.run.sampleCount,
    stored: whole.verdicts.size,
    storedTwice: whole.twice,
    errors: whole.run.counts.error,
    status: whole.run.status,
    isSame:
      whole.run.reportHash === undisturbed.run.reportHash &&
      [...undisturbed.verdicts].every(([sample, status]) => whole.verdicts.get(sample) === status),
    connections: follower.connections(),
  };
}

interface Whole {
  run: EvalRun;
  verdicts: Map<string, string>;
  twice: number;
}

async function wholeRun(client: Client, request: EvalRunRequest): Promise<Whole> {
  const { runId } = await client.startEvalRun(request);
  return endOf(client, runId);
}

async function endOf(client: Client, runId: string): Promise<Whole> {
  const look = () => client.getEvalResults({ runId, limit: 1 });
  await until('the end of the run', async () => !['queued', 'running'].includes((await look()).run.status), 300_000);
  const { keys, twice } = await storedSamples(client, runId);
  return { run: (await look()).run, verdicts: keys, twice };
}

/** Every sample that the server shows, with its verdict, over all pages. */
async function storedSamples(client: Client, runId: string) {
  const keys = new Map<string, string>();
  let twice = 0;
  let cursor: string | undefined;
  do {
    const page = await client.getEvalResults({ runId, limit: 100, ...(cursor !== undefined && { cursor }) });
    for (const { problemId, sampleIndex, status } of page.items) {
      const key = `${problemId}#${sampleIndex}`;
      if (keys.has(key)) twice += 1;
      keys.set(key, status);
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { keys, twice };
}

/** Waits until so many further events have arrived, or for as long as given. */
async function newEvents(follower: ReturnType<typeof followOverRestarts>, count: number, mostMs: number) {
  const from = follower.messages().length;
  for (const deadlineMs = performance.now() + mostMs; performance.now() < deadlineMs; await sleep(10))
    if (follower.messages().length >= from + count || follower.messages().at(-1)?.type === 'done') return;
}

/** Children and theirs; where there is no /proc, none. */
function descendantsOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  const children = readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

async function outliving(pids: number[]): Promise<number> {
  const isAlive = (pid: number) => {
    try {
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  };
  for (const deadlineMs = performance.now() + 3_000; performance.now() < deadlineMs; await sleep(50))
    if (!pids.some(isAlive)) return 0;
  return pids.filter(isAlive).length;
}
