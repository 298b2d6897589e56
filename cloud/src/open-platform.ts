import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { openCache } from './platform/cache/open.ts';
import type { Database } from './platform/db/database.ts';
import { openEmbeddings } from './platform/embeddings/open.ts';
import { openEvents } from './platform/events/open.ts';
import { openOutbound } from './platform/outbound/guarded-fetch.ts';
import { openQueue } from './platform/queue/open.ts';
import { openVectors } from './platform/vectors/open.ts';
import { version } from './version.ts';

interface Surroundings {
  database: Database;
  sessionSecret: string;
  clock: () => number;
  log: Logger;
}

/** What the app stands on: the engines that the environment chose, beside the database. */
export async function openPlatform(config: Config, { database, sessionSecret, clock, log }: Surroundings) {
  const { publicUrl, dashboardDir, evals, keep, knowledge } = config;
  const events = openEvents({ database, directUrl: config.databaseDirectUrl, clock, log });
  const cache = openCache({ service: config.sharedCache, clock, log });
  const outbound = openOutbound({ ...config.outbound, userAgent: `Whetstone/${version}` });
  const queue = await openQueue({ database, clock, log, qstash: config.qstash, workers: config.jobWorkers });
  const embeddings = openEmbeddings({ endpoint: config.embeddings, clock, log });
  const { vectors, reason } = await openVectors({ embeddings, index: config.pinecone, database, clock, log });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const ports = { database, events, queue, cache, outbound, embeddings, vectors, noVectors: reason };
  const web = { publicUrl, sessionSecret, dashboardDir };
  const platform = { ...ports, clock, log, version, keep, say, ...web, evals, knowledge };
  return { platform, close: () => Promise.all([events.stop(), cache.stop(), outbound.close()]) };
}
