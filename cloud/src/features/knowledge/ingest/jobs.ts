import { WhetstoneError, type ErrorCode } from '@whetstone/shared/errors';
import { z } from 'zod';
import { defineJob, type JobDefinition, type JobRun } from '../../../platform/queue/job.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import { held, HoldLost, type Held } from './held.ts';
import { ingest, type IngestDoors } from './ingest.ts';
import { ingestRepository } from './repository.ts';
import { doorOf, type Door, type Owner } from './scope.ts';

const Message = z.object({ ingestId: z.uuid() });
export type IngestMessage = z.infer<typeof Message>;

export interface IngestJobDoors extends IngestDoors {
  queue: Pick<Queue, 'send'>;
  /** Told whenever a run is over, however it ended. */
  onRun?: () => Promise<void>;
}

const retries = { limit: 4, delayS: 20, backoff: 'exponential' } as const;

/** Whoever was not heard of for this long is taken for dead. */
const silenceMs = 90_000;
const beatMs = 10_000;
/** Longer than all retries of a message take. */
const strandedMs = 2 * 3_600_000;

/** What another try may mend. */
const passing: readonly ErrorCode[] = ['unavailable', 'rate_limited', 'internal'];

/** Takes documentation, run by run; whatever dies in between, the next run goes on. */
export function ingestJobs(doors: IngestJobDoors) {
  const { database, queue } = doors;

  const job: JobDefinition<IngestMessage> = defineJob({
    name: 'knowledge.ingest',
    input: Message,
    retries,
    expireInMs: 14 * 60_000,
    // A slow site must not keep a package from being taken; more would only share the memory.
    concurrency: 2,
    run: ({ ingestId }, run) => runOnce(ingestId, run.projectId ?? null, run),
  });

  async function runOnce(ingestId: string, owner: Owner, run: JobRun) {
    const door = doorOf(database, owner);
    const row = await door((tx) => ingestRepository.claim(tx, ingestId, new Date(tx.now.getTime() - silenceMs)));
    if (!row) return comeAgain(door, ingestId, owner);
    const own = held(door, { ingestId, attempt: row.attempts });
    const gone = new AbortController();
    const stopBeating = beating(own, gone);
    const signal = AbortSignal.any([run.signal, gone.signal]);
    try {
      const ended = await ingest(doors, row, own, signal);
      if (ended === 'done') return;
      await door(async (tx) => {
        await ingestRepository.release(tx, own.hold, 'goes on in a moment');
        await queue.send(job, { ingestId }, { tx, projectId: run.projectId });
      });
    } catch (error) {
      if (error instanceof HoldLost || gone.signal.aborted) return;
      await settle(door, own, error, run);
    } finally {
      await stopBeating();
      await doors.onRun?.();
    }
  }

  /** It has ended, or somebody else works on it, who may be dead: then this message is the one that takes it up. */
  async function comeAgain(door: Door, ingestId: string, owner: Owner) {
    await door(async (tx) => {
      const row = await ingestRepository.find(tx, ingestId);
      if (!row || row.endedAt || !row.beatAt) return;
      const startAfter = new Date(row.beatAt.getTime() + silenceMs + 1_000);
      await queue.send(job, { ingestId }, { tx, projectId: owner ?? undefined, startAfter });
    });
  }

  const mend = defineJob({
    name: 'knowledge.mend',
    input: z.object({}),
    schedule: { cron: '52 * * * *', timeZone: 'UTC' },
    retries: { limit: 3, delayS: 60, backoff: 'exponential' },
    expireInMs: 60_000,
    async run() {
      const stranded = await database.asSystem((tx) =>
        ingestRepository.stranded(tx, new Date(tx.now.getTime() - strandedMs)),
      );
      for (const { id, owner } of stranded) await queue.send(job, { ingestId: id }, { projectId: owner ?? undefined });
    },
  });

  return { job, mend };
}

/** What becomes of an ingest whose run failed: another try where that may help, else its end, with the reason. */
async function settle(door: Door, { hold }: Held, error: unknown, { attempt, signal }: JobRun) {
  const isKnown = error instanceof WhetstoneError;
  const mayPass = !isKnown || passing.includes(error.code);
  if (mayPass && (signal.aborted || attempt <= retries.limit)) {
    const why = isKnown ? error.message : 'a mistake in the server';
    await door((tx) => ingestRepository.release(tx, hold, `tries again after: ${why}`.slice(0, 1_000)));
    throw error;
  }
  const failure = isKnown ? error.message : 'stopped by a mistake in the server, whose log names it';
  await door((tx) => ingestRepository.end(tx, hold, { status: 'failed', failure }));
  if (!isKnown) throw error;
}

/** Says while a source is slow that somebody is still there. */
function beating(own: Held, gone: AbortController) {
  let last: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    last = own.write({}).catch((error: unknown) => {
      // What the database cannot be told now is told with the next pages.
      if (error instanceof HoldLost) gone.abort(error);
    });
  }, beatMs);
  return async () => {
    clearInterval(timer);
    await last;
  };
}
