import type {
  Handlers,
  knowledgeLibraries,
  knowledgeVerify,
  searchKnowledge,
  SourceKind,
} from '@whetstone/shared/contract';
import type { Logger } from 'pino';
import type { Ctx } from '../../context.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Embeddings } from '../../platform/embeddings/embeddings.ts';
import type { JobDefinition } from '../../platform/queue/job.ts';
import type { Queue } from '../../platform/queue/queue.ts';
import type { Vectors } from '../../platform/vectors/vectors.ts';
import { knowledgeAnswers } from './answers.ts';
import { catalogue, expectedOf, inCatalogue } from './catalogue/libraries.ts';
import { expireAbandoned, expireHistory, expireIngests } from './ingest/expire.ts';
import { ingestJobs } from './ingest/jobs.ts';
import { refreshJob } from './ingest/refresh.ts';
import { ingestStarter } from './ingest/start-ingest.ts';
import { libraryService } from './libraries/service.ts';
import { expireEmbeddings } from './meaning/expire.ts';
import { embedJobs } from './meaning/jobs.ts';
import { placeOf } from './meaning/meaning.ts';
import { expireCounts, expireServed } from './search/expire.ts';
import type { Standing } from './seed/repository.ts';
import { seedDocs } from './seed/seed-docs.ts';
import type { OpenSource } from './sources/source.ts';

interface Dependencies {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  queue: Pick<Queue, 'send'>;
  clock: () => number;
  log: Pick<Logger, 'warn'>;
  /** Uniform on [0, 1). */
  random: () => number;
  openSource: Record<SourceKind, OpenSource>;
  /** Throws where a folder lies in none that API calls may name. */
  checkDirectory: (path: string) => Promise<unknown>;
  /** Folders called `node_modules` of this server. */
  modulesDirs: readonly string[];
  /** Tells a person at the terminal which documentation of them there is now. */
  onSeeded: (docs: { taken: readonly Standing[]; failed: readonly Standing[] }) => void;
  /** That a project may start in a day (UTC), in the background or by hand. */
  ingestsPerDay?: number;
  /** After this long an ingest leaves the pages that are left to its next run. */
  cutAfterMs?: number;
  /** What segments in memory may take together. */
  mostSegmentBytes?: number;
  /** Absent where words alone are searched. */
  meaning?: { embeddings: Embeddings; vectors: Vectors } | undefined;
}

export interface KnowledgeSlice {
  handlers: Handlers<typeof knowledgeLibraries & typeof searchKnowledge & typeof knowledgeVerify, Ctx>;
  jobs: JobDefinition[];
  retentions: {
    what: string;
    purge: (nowMs: number, run: { signal: AbortSignal }) => Promise<number>;
  }[];
  /** Has what is installed beside the server taken, what is left of it. */
  seedDocs: (projectId: string) => Promise<void>;
  /** Writes down what was served last; before the database closes. */
  stop: () => Promise<unknown>;
}

/** Introduces the parts to each other: what is asked for is taken, and what was taken is looked at again. */
export function knowledgeSlice({
  database,
  queue,
  clock,
  log,
  random,
  openSource,
  checkDirectory,
  modulesDirs,
  onSeeded,
  ingestsPerDay = 50,
  // What is left of a run, four minutes, is for building the index of what was taken.
  cutAfterMs = 10 * 60_000,
  mostSegmentBytes,
  meaning,
}: Dependencies): KnowledgeSlice {
  const steadyMs = () => performance.now();
  const onRun = () => seed.onIngested();
  const embed = embedJobs({ database, queue, meaning, clock, steadyMs, cutAfterMs });
  const { job, mend } = ingestJobs({
    database,
    queue,
    openSource,
    clock,
    steadyMs,
    cutAfterMs,
    expectedOf,
    vectorsDue: embed.due,
    onRun,
  });
  const start = ingestStarter({ database, queue, job, ingestsPerDay });
  const seed = seedDocs({ database, queue, start, modulesDirs, onSeeded });
  const sourceOf = (library: string, version: string) => inCatalogue(library)?.sourceOf(version);
  const answers = knowledgeAnswers({
    database,
    clock,
    log,
    mostSegmentBytes,
    meaning,
    aliases: new Map(
      catalogue.flatMap(({ library, aliases }) => aliases.map((alias) => [alias.toLowerCase(), library])),
    ),
    wantVersion: async (projectId, library, version) => {
      const entry = inCatalogue(library);
      return entry && start.common(projectId, { library: entry.library, version, source: entry.sourceOf(version) });
    },
  });
  return {
    handlers: {
      ...libraryService({
        start,
        checkDirectory,
        random,
        vectorsDue: embed.due,
        place: meaning && placeOf(meaning),
      }),
      ...answers.handlers,
    },
    jobs: [job, mend, seed.job, refreshJob({ database, start, random, sourceOf }), embed.job, embed.mend],
    retentions: [
      { what: 'ended ingests', purge: (_, { signal }) => expireIngests({ database, signal }) },
      { what: 'former texts of pages', purge: (_, { signal }) => expireHistory({ database, signal }) },
      { what: 'embeddings that nothing used', purge: (_, { signal }) => expireEmbeddings({ database, signal }) },
      { what: 'abandoned ingests', purge: (_, { signal }) => expireAbandoned({ database, signal }) },
      { what: 'citations that were served', purge: (_, { signal }) => expireServed({ database, signal }) },
      { what: 'counts of citations', purge: (_, { signal }) => expireCounts({ database, signal }) },
    ],
    seedDocs: seed.start,
    stop: answers.stop,
  };
}
