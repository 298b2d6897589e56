import type { Logger } from 'pino';
import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { defineJob, type JobDefinition } from '../../../platform/queue/job.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import { groupedBy } from '../../../platform/grouped-by.ts';
import { untilNoneIsLeft } from '../../../platform/until-none-is-left.ts';
import type { ComparePatches } from '../compare-patches.ts';
import { recount, recountFailures, rejudgeAll, type DescribeDetector } from './rank/recount.ts';
import { rankRepository } from './rank/repository.ts';
import {
  readersEdition,
  readForStore,
  type KnownHunk,
  type ReadingToWrite,
  type UnreadCorrection,
} from './readable.ts';
import type { ReadCorrection } from './reading.ts';
import { readingRepository } from './repository.ts';
import { dueRepository } from './due/repository.ts';
import { reclusterBucket } from './templates/recluster.ts';
import { templateRepository } from './templates/repository.ts';
import type { ParseTree } from './trees.ts';

export interface LearnDoors {
  database: Pick<Database, 'engine' | 'asProject' | 'asSystem'>;
  queue: Pick<Queue, 'send' | 'take'>;
  log: Pick<Logger, 'warn'>;
  read: ReadCorrection;
  compare: ComparePatches;
  parse: ParseTree;
  describeDetector: DescribeDetector;
  steadyMs: () => number;
  /** After this long what is left is left to another run. */
  cutAfterMs?: number;
  /** Default: that of the readers. */
  edition?: number;
}

export interface LearnJobs {
  jobs: JobDefinition[];
  /** Belongs into the transaction that stores corrections: they are read soon. */
  onCaptured: (tx: ProjectTx) => Promise<void>;
  /** Belongs into the transaction that decides on a correction or names its failure, after that was written. */
  onReviewed: (tx: ProjectTx, id: string) => Promise<void>;
  /** Belongs into the transaction that removes corrections. */
  onForgotten: (tx: ProjectTx) => Promise<void>;
}

const OfProject = z.object({ projectId: z.uuid() });
const bucketsAtOnce = 20;
const countedAtOnce = 100;
const bytesAtOnce = 16 * 2 ** 20;
/** A turn of the thread in which nothing else was done is shorter. */
const quietMs = 0.5;
const longestWaitMs = 50;

/**
 * Reads what was captured and counts what it says, some corrections to a transaction, so that a server that dies loses none: what is to
 * be done stands in the database.
 */
export function learnJobs({
  database,
  queue,
  log,
  read,
  compare,
  parse,
  describeDetector,
  steadyMs,
  cutAfterMs = 10 * 60_000,
  edition = readersEdition,
}: LearnDoors): LearnJobs {
  const readOne = readForStore({ read, parse });
  const atOnce = database.engine === 'pglite' ? 50 : 500;
  /** Of captures that come close together one message is sent. */
  const windowMs = queue.take ? 30_000 : 2_000;

  const job = defineJob({
    name: 'feedback.learn',
    input: OfProject,
    retries: { limit: 3, delayS: 20, backoff: 'exponential' },
    expireInMs: 14 * 60_000,
    async run({ projectId }, { signal }) {
      const cutAt = steadyMs() + cutAfterMs;
      const isTimeUp = () => signal.aborted || steadyMs() >= cutAt;
      const held = <T>(work: (tx: ProjectTx) => Promise<T>) =>
        database.asProject(projectId, async (tx) => {
          await readingRepository.hold(tx);
          return work(tx);
        });
      const steps = [
        () => held((tx) => readingRepository.unreadFormer(tx, edition, 1_000)),
        () => held((tx) => readingRepository.sumAgain(tx)),
        () => readSome(projectId, held, isTimeUp),
        () => held((tx) => readingRepository.settleReviewed(tx, 500)),
        () => held(reclusterSome),
        () => held(recountSome),
        () => held((tx) => rankRepository.linkHunks(tx, 1_000)),
        () => held(recountFailuresOnce),
      ];
      for (const step of steps) await untilNoneIsLeft(signal, async () => (isTimeUp() ? 0 : step()));
      signal.throwIfAborted();
      if (steadyMs() >= cutAt) await queue.send(job, { projectId }, { projectId });
      await held(async (tx) => {
        await rejudgeAll(tx);
        await rankRepository.learned(tx);
      });
    },
  });

  async function readSome(
    projectId: string,
    held: (work: (tx: ProjectTx) => Promise<void>) => Promise<void>,
    isTimeUp: () => boolean,
  ): Promise<number> {
    const { unread, hunks } = await database.asProject(projectId, async (tx) => {
      const found = await readingRepository.unread(tx, { corrections: atOnce, bytes: bytesAtOnce });
      return {
        unread: found,
        hunks: await readingRepository.hunksOf(
          tx,
          found.map(({ id }) => id),
        ),
      };
    });
    const hunksOfEach = groupedBy(hunks, ({ feedbackId }) => feedbackId);
    const readings: ReadingToWrite[] = [];
    for (const correction of unread) {
      if (isTimeUp()) break;
      await giveWay();
      readings.push(readSafely(correction, hunksOfEach.get(correction.id) ?? []));
    }
    if (readings.length > 0) await held((tx) => readingRepository.write(tx, readings, edition));
    return readings.length;
  }

  /** Requests are answered by the same thread, and come first: but what is captured all the time is read all the same. */
  async function giveWay() {
    const sinceMs = steadyMs();
    for (let beforeMs = sinceMs; ;) {
      await turn();
      const nowMs = steadyMs();
      if (nowMs - beforeMs < quietMs || nowMs - sinceMs >= longestWaitMs) return;
      beforeMs = nowMs;
    }
  }

  function readSafely(correction: UnreadCorrection, hunks: KnownHunk[]): ReadingToWrite {
    try {
      return readOne(correction, compare(correction.original, correction.corrected).files, hunks);
    } catch (error) {
      // One that cannot be read must not keep all others from being.
      log.warn({ err: error, feedbackId: correction.id }, 'a correction could not be read; nothing is learned from it');
      const nothing = { detectors: [], hunks: [], replaced: [], occurrences: [], places: [], edits: [] };
      return { id: correction.id, triage: 'unknown', correctedAt: correction.correctedAt, ...nothing };
    }
  }

  async function reclusterSome(tx: ProjectTx): Promise<number> {
    const buckets = await templateRepository.takeBuckets(tx, bucketsAtOnce);
    for (const bucket of buckets) await reclusterBucket(tx, bucket);
    return buckets.length;
  }

  async function recountSome(tx: ProjectTx): Promise<number> {
    const touched = await rankRepository.take(tx, countedAtOnce);
    if (touched.length > 0) await recount(tx, touched, describeDetector);
    return touched.length;
  }

  async function recountFailuresOnce(tx: ProjectTx): Promise<number> {
    if (!(await rankRepository.takeFailures(tx))) return 0;
    await recountFailures(tx);
    return 1;
  }

  /** By project: the last window at whose end it is learned from, as this process has committed. */
  const askedFor = new Map<string, number>();

  /** At the end of the window, when what it stands for has been committed. */
  async function learnSoon(tx: ProjectTx) {
    const window = Math.floor(tx.now.getTime() / windowMs);
    const { projectId } = tx;
    if (askedFor.get(projectId) === window) return;
    const startAfter = new Date((window + 1) * windowMs);
    await queue.send(job, { projectId }, { tx, projectId, onceKey: `learn ${window}`, startAfter });
    tx.afterCommit(() => void askedFor.set(projectId, window));
  }

  const mend = defineJob({
    name: 'feedback.learn-due',
    input: z.object({}),
    // What a transaction left that took longer than its window, and what another edition of the readers reads otherwise.
    schedule: { cron: '*/10 * * * *', timeZone: 'UTC' },
    retries: { limit: 1, delayS: 30, backoff: 'fixed' },
    expireInMs: 60_000,
    async run() {
      const { due, now } = await database.asSystem(async (tx) => ({
        due: await dueRepository.projects(tx, edition),
        now: tx.now,
      }));
      const window = Math.floor(now.getTime() / (10 * 60_000));
      for (const projectId of due) await queue.send(job, { projectId }, { projectId, onceKey: `due ${window}` });
    },
  });

  return {
    jobs: [job, mend],
    onCaptured: learnSoon,
    async onReviewed(tx, id) {
      await readingRepository.markReviewed(tx, id);
      await learnSoon(tx);
    },
    async onForgotten(tx) {
      await readingRepository.markForgotten(tx);
      await learnSoon(tx);
    },
  };
}
