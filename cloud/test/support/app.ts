import { createClient } from '@whetstone/shared/client';
import type { Role } from '@whetstone/shared/contract';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildApp, type Platform } from '../../src/app.ts';
import type { SampleRuns } from '../../src/features/evals/evals.ts';
import type { PrepareRun } from '../../src/features/evals/runs/start-run.ts';
import type { ExecutorConfig } from '../../src/features/evals/executor/config.ts';
import type { KeptDays } from '../../src/features/flags/exposures/kept.ts';
import { bootstrap } from '../../src/features/tenancy/bootstrap.ts';
import type { Cache } from '../../src/platform/cache/cache.ts';
import { inProcessCache } from '../../src/platform/cache/in-process.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import type { Embeddings } from '../../src/platform/embeddings/embeddings.ts';
import { openEvents } from '../../src/platform/events/open.ts';
import { openOutbound } from '../../src/platform/outbound/guarded-fetch.ts';
import { openQueue } from '../../src/platform/queue/open.ts';
import type { Vectors } from '../../src/platform/vectors/vectors.ts';
import type { QStashService } from './qstash-world.ts';
import type { Engine, Place } from './engines.ts';
import { silentLog } from './silent-log.ts';

/** Time as the server under test sees it: the real one, moved on by hand. */
export function testClock() {
  let aheadMs = 0;
  const clock = () => Date.now() + aheadMs;
  return { clock, advance: (byMs: number) => void (aheadMs += byMs) };
}

interface Options {
  place?: Place;
  /** Of an earlier start on the same place; only the very first one makes keys. */
  adminKey?: string;
  clock?: () => number;
  /** How long exposures are kept; default as the server's. */
  keep?: KeptDays;
  /** Sees every use of the database, to count them or to make them fail. */
  wrap?: (database: Database) => Database;
  /** Delivers its jobs; absent for the engine in the database. */
  qstash?: QStashService;
  /** As people reach it; by https, cookies are for https alone. */
  publicUrl?: string;
  /** Default: the memory of the process. */
  cache?: Cache;
  /** What texts mean, and which are near; default none. */
  embeddings?: Embeddings;
  vectors?: Vectors;
  /** Where calls lead that users ask for; default as the server's, with this machine allowed. */
  outbound?: Partial<Parameters<typeof openOutbound>[0]>;
  /** Starts runs of evals. */
  prepareRun?: PrepareRun;
  /** What a new project is seeded with. */
  sampleRuns?: SampleRuns;
  /** What runs of evals may use; default no model, no rented machine, no repository. */
  evals?: Partial<ExecutorConfig>;
  /** How documentation is taken; default as the server's. */
  /** Where documentation comes from; default nowhere. */
  knowledge?: Partial<Platform['knowledge']>;
  /** How corrections are read. */
  learning?: Platform['learning'];
}

/** The real app on a real engine, listening; with a client for every role and for a second tenant. */
export async function startApp(
  engine: Pick<Engine, 'place'>,
  {
    place,
    adminKey: given,
    clock = Date.now,
    keep = { usageDays: 400, exposureDays: 90 },
    wrap = (same) => same,
    publicUrl,
    cache = inProcessCache({ clock }),
    embeddings,
    vectors,
    outbound: outboundChange,
    prepareRun,
    sampleRuns,
    evals = {},
    knowledge,
    learning,
    qstash,
  }: Options = {},
) {
  const at = place ?? (await engine.place());
  const database = await openDatabase(at.choice, { clock, log: silentLog });
  const { keyFiles, projectId } = await bootstrap({ database, dataDir: at.directory });
  const events = openEvents({ database: wrap(database), directUrl: at.choice.url, clock, log: silentLog });
  const outbound = openOutbound({ allow: ['127.0.0.1'], ports: [80, 443], userAgent: 'Whetstone', ...outboundChange });
  const queue = await openQueue({ database, clock, log: silentLog, qstash });
  const said: string[] = [];
  const { app, work, ...built } = buildApp({
    database: wrap(database),
    events,
    queue,
    cache,
    outbound,
    embeddings,
    vectors,
    clock,
    log: silentLog,
    version: '0.0.0',
    keep,
    say: (line) => void said.push(line),
    publicUrl,
    sessionSecret: 'a fake secret that signs the cookies of tests',
    dashboardDir: join(at.directory, 'no-dashboard'),
    ...(prepareRun && { prepareRun }),
    ...(sampleRuns && { sampleRuns }),
    evals: {
      datasetsDir: join(at.directory, 'datasets'),
      reposDirs: [],
      cacheDir: join(at.directory, 'evals-cache'),
      openai: {},
      e2b: {},
      ...evals,
    },
    knowledge: { docDirs: [], modulesDirs: [], registryUrl: 'http://127.0.0.1:1', ...knowledge },
    ...(learning && { learning }),
  });
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
  const clientOf = (apiKey: string | undefined) => createClient({ baseUrl, apiKey, retries: 0, timeoutMs: 20_000 });
  const adminKey = given ?? (keyFiles ? (await readFile(keyFiles.admin, 'utf8')).trim() : undefined);
  const admin = clientOf(adminKey);

  const keyWith = async (role: Role, client = admin) => (await client.createKey({ name: `a ${role}`, role })).secret;
  return {
    app,
    baseUrl,
    database,
    events,
    queue,
    /** Background work rests unless a test begins it. */
    work,
    ...built,
    directory: at.directory,
    /** What stood on the terminal. */
    said,
    projectId,
    admin,
    adminKey: adminKey ?? '',
    clientOf,
    keyWith,
    /** A project of the same organisation: another tenant in every respect. */
    otherTenant: async (name: string) => {
      const { adminKey: key, id } = await admin.createProject({ name });
      return { client: clientOf(key.secret), key: key.secret, projectId: id };
    },
    call: (method: string, path: string, { key, body, headers = {} }: Call = {}) =>
      fetch(baseUrl + path, {
        method,
        headers: {
          ...(key ? { authorization: `Bearer ${key}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    close: async () => {
      await app.close();
      await Promise.all([events.stop(), cache.stop(), outbound.close()]);
      await database.close();
      if (!place) await at.remove();
    },
  };
}

interface Call {
  key?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
}

export type TestApp = Awaited<ReturnType<typeof startApp>>;
