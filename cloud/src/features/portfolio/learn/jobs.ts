import type { Logger } from 'pino';
import { z } from 'zod';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import type { Events } from '../../../platform/events/events.ts';
import { defineJob, type JobDefinition } from '../../../platform/queue/job.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import { foldSoon } from './fold-soon.ts';
import { foldOutcomes } from './fold.ts';
import { epochOpener, type OpenEpoch } from './open-epoch.ts';
import { pendingRepository } from './pending/repository.ts';
import { poolRepository } from './pool/repository.ts';
import { rebuildCells } from './rebuild.ts';
import { followPoolSetting, shareCounts } from './share-counts.ts';
import { stateRepository } from './state/repository.ts';
import { watchPrices } from './watch-prices.ts';

interface Dependencies {
  database: Pick<Database, 'engine' | 'asProject' | 'asSystem'>;
  events: Pick<Events, 'append'>;
  queue: Pick<Queue, 'send' | 'take'>;
  log: Pick<Logger, 'info' | 'warn'>;
}

export interface Learning {
  jobs: JobDefinition[];
  /** Belongs into the transaction that records outcomes and leaves them pending: they are counted soon. */
  onRecorded: (tx: ProjectTx) => Promise<void>;
  /** Has the cells made again, as after outcomes have gone. */
  wantRebuild: (tx: ProjectTx) => Promise<void>;
  openEpoch: OpenEpoch;
  /** Belongs into the transaction that changes with whom counts are shared. */
  followPoolSetting: typeof followPoolSetting;
  /** What others share with the project. */
  readPool: typeof poolRepository.read;
  stop: () => void;
}

const OfProject = z.object({ projectId: z.uuid() });

/** A lost message of a rebuild is sent again after as long. */
const overdueMs = 2 * 60_000;
const againMs = 5 * 60_000;

/**
 * Folds outcomes into cells, opens epochs, makes cells again, shares with pools. Its messages are the system's own: of a stream of
 * outcomes there are so many that they would hide a tenant's jobs from it.
 */
export function learnJobs({ database, events, queue, log }: Dependencies): Learning {
  // Where each message is counted and paid there are fewer.
  const isCounted = queue.take !== undefined;
  const everyMinutes = isCounted ? 5 : 1;
  const pauseMs = isCounted ? 30_000 : 2_000;
  const outcomesAtOnce = database.engine === 'pglite' ? 300 : 1_000;

  const wantRebuild = async (tx: ProjectTx) => {
    await stateRepository.lock(tx);
    await stateRepository.want(tx);
    const { projectId, now } = tx;
    await queue.send(rebuild, { projectId }, { tx, onceKey: `${projectId} ${now.toISOString()}` });
  };
  const dependencies = { database, events, wantRebuild, log };
  const openEpoch = epochOpener(dependencies);

  const fold = defineJob({
    name: 'portfolio.fold',
    input: OfProject,
    retries: { limit: 3, delayS: 2, backoff: 'exponential' },
    expireInMs: 5 * 60_000,
    concurrency: 2,
    async run({ projectId }, { signal }) {
      await foldOutcomes(dependencies, { projectId, signal, outcomesAtOnce });
    },
  });

  const rebuild = defineJob({
    name: 'portfolio.rebuild',
    input: OfProject,
    retries: { limit: 3, delayS: 20, backoff: 'exponential' },
    expireInMs: 14 * 60_000,
    async run({ projectId }, { signal }) {
      if (await rebuildCells(dependencies, { projectId, signal })) await queue.send(fold, { projectId });
    },
  });

  const foldOverdue = defineJob({
    name: 'portfolio.fold-overdue',
    input: z.object({}),
    schedule: { cron: `*/${everyMinutes} * * * *`, timeZone: 'UTC' },
    retries: { limit: 1, delayS: 10, backoff: 'fixed' },
    expireInMs: 5 * 60_000,
    async run(_, { signal }) {
      const { pending, overdue, nowMs } = await database.asSystem(async (tx) => ({
        nowMs: tx.now.getTime(),
        pending: await pendingRepository.projects(tx),
        overdue: await stateRepository.projectsWithOverdueRebuild(tx, new Date(tx.now.getTime() - overdueMs)),
      }));
      for (const projectId of overdue) {
        const onceKey = `${projectId} again ${Math.floor(nowMs / againMs)}`;
        await queue.send(rebuild, { projectId }, { onceKey });
      }
      for (const projectId of pending) {
        signal.throwIfAborted();
        await foldOutcomes(dependencies, { projectId, signal, outcomesAtOnce });
      }
    },
  });

  const share = defineJob({
    name: 'portfolio.share',
    input: z.object({}),
    schedule: { cron: '*/15 * * * *', timeZone: 'UTC' },
    retries: { limit: 1, delayS: 30, backoff: 'fixed' },
    expireInMs: 10 * 60_000,
    async run(_, { signal }) {
      await shareCounts({ database, signal });
    },
  });

  const prices = defineJob({
    name: 'portfolio.watch-prices',
    input: z.object({}),
    schedule: { cron: '23 2 * * *', timeZone: 'UTC' },
    retries: { limit: 2, delayS: 60, backoff: 'exponential' },
    expireInMs: 10 * 60_000,
    async run(_, { signal }) {
      await watchPrices({ database, openEpoch, log }, signal);
    },
  });

  const { onRecorded, stop } = foldSoon({
    send: (projectId) => queue.send(fold, { projectId }),
    afterMs: 50,
    pauseMs,
    onFailure: (error) => log.warn({ err: error }, 'cannot send for outcomes to be counted; the schedule will'),
  });
  return {
    jobs: [fold, rebuild, foldOverdue, share, prices],
    onRecorded,
    wantRebuild,
    openEpoch,
    followPoolSetting,
    readPool: poolRepository.read,
    stop,
  };
}
