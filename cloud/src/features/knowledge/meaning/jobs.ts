import { WhetstoneError } from '@whetstone/shared/errors';
import { z } from 'zod';
import type { Database, Tx } from '../../../platform/db/database.ts';
import { defineJob, type JobDefinition, type JobRun } from '../../../platform/queue/job.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import { doorOf, type Door, type Owner } from '../ingest/scope.ts';
import { readSegment } from '../search/read-segment.ts';
import { calling, callMs, embedVersion, VectorsHoldLost, write } from './embed-version.ts';
import { placeOf, type Meaning } from './meaning.ts';
import { vectorsRepository, type VectorsHold } from './repository.ts';

const Message = z.object({ versionId: z.uuid() });

export interface EmbedJobDoors {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  queue: Pick<Queue, 'send'>;
  /** Where there is none, nothing is scheduled, and what was sent before has nothing to do. */
  meaning: Meaning | undefined;
  clock: () => number;
  steadyMs: () => number;
  /** After this long what is left is left to another run, which goes on where this one stopped. */
  cutAfterMs: number;
}

/** Has the vectors of versions looked after whose content has changed, or that are gone; part of the transaction that did it. */
export type VectorsDue = (tx: Tx, owner: Owner, versionIds: readonly string[]) => Promise<void>;

/** Whoever was not heard of for this long is taken for dead; a call and what is written before and after it take less. */
const silenceMs = callMs + 30_000;
const atOnce = 200;
const hourMs = 3_600_000;

/** Keeps the vectors of versions what their content is: nobody who publishes waits for them. */
export function embedJobs({ database, queue, meaning, clock, steadyMs, cutAfterMs }: EmbedJobDoors) {
  const job: JobDefinition<z.infer<typeof Message>> = defineJob({
    name: 'knowledge.embed',
    input: Message,
    retries: { limit: 4, delayS: 20, backoff: 'exponential' },
    expireInMs: 14 * 60_000,
    run: async ({ versionId }, run) => {
      if (meaning) await lookAfter(meaning, versionId, run);
    },
  });

  async function lookAfter(own: Meaning, versionId: string, run: JobRun) {
    const owner = run.projectId ?? null;
    const door = doorOf(database, owner);
    const { space, engine } = placeOf(own);
    const { stamp, states } = await door(async (tx) => ({
      stamp: await vectorsRepository.stampOf(tx, versionId),
      states: await vectorsRepository.states(tx, versionId),
    }));
    // Whoever publishes it first sends another message.
    if (stamp === null) return;
    const isWhole = states.some((one) => one.space === space && one.engine === engine && one.stamp === stamp);
    if (stamp !== undefined && !isWhole) {
      const became = await holding(door, { versionId, owner, space, engine, stamp }, run, async (hold, signal) => {
        const segment = await readSegment(door, { id: versionId, stamp });
        // It has another content since, and whoever published that has sent another message.
        if (!segment) return undefined;
        const cutAt = steadyMs() + cutAfterMs;
        const isTimeUp = () => steadyMs() >= cutAt;
        return embedVersion({ meaning: own, door, owner, hold, segment, signal, isTimeUp });
      });
      if (became === 'cut') await again(versionId, owner);
      if (became !== 'whole') return;
    }
    for (const former of states) {
      if (stamp !== undefined && former.space === space) continue;
      const gone = { versionId, owner, space: former.space, engine: former.engine, stamp: stamp ?? null };
      await holding(door, gone, run, async (hold, signal) => {
        // What lies with an engine that is no longer configured is out of reach.
        if (former.engine === engine)
          await calling(signal, (options) =>
            own.vectors.drop({ projectId: owner, id: versionId, space: former.space }, options),
          );
        await write(door, hold, (tx) => vectorsRepository.forget(tx, hold));
      });
    }
  }

  /** Does some work on the vectors of a version, alone; undefined where somebody else does, after whom it is looked at again. */
  async function holding<T>(
    door: Door,
    of: { versionId: string; owner: Owner; space: string; engine: string; stamp: string | null },
    { signal }: JobRun,
    work: (hold: VectorsHold, signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    const hold = await door((tx) => vectorsRepository.claim(tx, of, new Date(tx.now.getTime() - silenceMs)));
    if (!hold) {
      await again(of.versionId, of.owner, silenceMs + 1_000);
      return undefined;
    }
    try {
      const result = await work(hold, signal);
      await door((tx) => vectorsRepository.release(tx, hold, null));
      return result;
    } catch (error) {
      const isLost = error instanceof VectorsHoldLost;
      await door((tx) => vectorsRepository.release(tx, hold, isLost ? null : sentenceOf(error)));
      if (!isLost) throw error;
      await again(of.versionId, of.owner);
      return undefined;
    }
  }

  const again = (versionId: string, owner: Owner, afterMs = 0) =>
    queue.send(job, { versionId }, { projectId: owner ?? undefined, startAfter: new Date(clock() + afterMs) });

  const mend = defineJob({
    name: 'knowledge.embed-due',
    input: z.object({}),
    // A model that is new, or the first one, begins soon after the start.
    ...(meaning && { schedule: { cron: '*/10 * * * *', timeZone: 'UTC' } }),
    retries: { limit: 3, delayS: 60, backoff: 'exponential' },
    expireInMs: 60_000,
    async run() {
      if (!meaning) return;
      const place = placeOf(meaning);
      const due = await database.asSystem((tx) =>
        vectorsRepository.due(tx, place, { silentSince: new Date(tx.now.getTime() - silenceMs), limit: atOnce }),
      );
      // What fails is tried again each hour, however often this runs.
      const hour = Math.floor(clock() / hourMs);
      for (const { id, owner } of due)
        await queue.send(
          job,
          { versionId: id },
          { projectId: owner ?? undefined, onceKey: `${id} ${place.space} ${hour}` },
        );
    },
  });

  const due: VectorsDue = async (tx, owner, versionIds) => {
    if (!meaning) return;
    for (const versionId of versionIds) await queue.send(job, { versionId }, { tx, projectId: owner ?? undefined });
  };

  return { job, mend, due };
}

const sentenceOf = (error: unknown) =>
  error instanceof WhetstoneError
    ? error.message.slice(0, 1_000)
    : 'the embeddings or the vectors did not answer; the log of the server says more';
