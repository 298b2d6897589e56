import { sampleKey, type SampleResult } from '@whetstone/evals';
import { WhetstoneError } from '@whetstone/shared/errors';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Database, ProjectTx } from '../../../../platform/db/database.ts';
import { defineJob, type JobDefinition, type JobRun } from '../../../../platform/queue/job.ts';
import type { Queue } from '../../../../platform/queue/queue.ts';
import { endRun, type Ending } from '../end-run.ts';
import type { finishJob } from '../end/finish-job.ts';
import { runRepository } from '../repository.ts';
import { jobScope, type RunScope } from '../run-scope.ts';
import { holdOn } from './hold.ts';
import { nextLookMs } from './next-look.ts';
import { openWork, type WorkTools } from './open-work.ts';
import { shardRepository, type Claim, type ClaimedShard } from './repository.ts';
import { ClaimLost, writeBatch } from './write.ts';
import { workOn, type WorkEnd } from './work.ts';

const ShardMessage = z.strictObject({
  runId: z.uuid(),
  shard: z.int().min(0),
  known: z.int().min(0).optional().describe('How many answers and verdicts there were when it was sent; absent: none'),
  awaySinceMs: z.int().min(0).optional().describe('Since when the sandbox could not be had, as far as this part knows'),
});
type ShardMessage = z.infer<typeof ShardMessage>;

interface Dependencies extends Ending, WorkTools {
  database: Pick<Database, 'asProject'>;
  queue: Pick<Queue, 'send'>;
  clock: () => number;
  finish: ReturnType<typeof finishJob>;
  /** How long a message works before it sends the next. */
  workMs: number;
}

const retryLimit = 12;
/** From this try on a message whose shard got further makes way for another one. */
const renewFrom = 6;

export type ShardJob = JobDefinition<ShardMessage> & {
  /** Sends the messages of the next shards: so many, or as many as the run has under way at a time. */
  sendShards: (tx: ProjectTx, runId: string, limit?: number) => Promise<void>;
};

/** Works through a part of a run, a message at a time. */
export function shardJob(given: Dependencies): ShardJob {
  const { database, queue, clock, workMs } = given;
  const job: JobDefinition<ShardMessage> = defineJob({
    name: 'evals.shard',
    input: ShardMessage,
    retries: { limit: retryLimit, delayS: 5, backoff: 'fixed' },
    // What was begun in time may end, as far as a delivery lasts.
    expireInMs: 14 * 60_000,
    concurrency: 16,

    async run({ runId, shard, known = 0, awaySinceMs }, run) {
      const scope = jobScope(database, run.projectId!);
      const claim: Claim = { runId, shard, owner: randomUUID() };
      const claimed = await scope.transaction((tx) => shardRepository.claim(tx, claim));
      if (claimed === 'nothing') return;
      if (claimed === 'leased')
        throw new WhetstoneError('unavailable', 'another worker is at this part of the run; it is looked at again');
      try {
        if (run.attempt >= renewFrom && (await renewed(scope, claim, known))) return;
        await work(scope, claim, claimed, run, awaySinceMs);
      } catch (error) {
        if (error instanceof ClaimLost) return;
        if (run.attempt <= retryLimit || run.signal.aborted) {
          await scope.transaction((tx) => shardRepository.release(tx, claim)).catch(() => undefined);
          throw error;
        }
        await giveUp(scope, claim, claimed, error);
        throw error;
      }
    },
  });

  /**
   * A worker that dies uses up a try however far it got. While the shard gets on, a message with all its tries takes over, so
   * that only what stands still is given up.
   */
  const renewed = (scope: RunScope, claim: Claim, known: number) =>
    scope.transaction(async (tx) => {
      const { runId, shard } = claim;
      const now = await shardRepository.keptOf(tx, claim);
      if (now <= known) return false;
      await shardRepository.release(tx, claim);
      await queue.send(job, { runId, shard, known: now }, { projectId: tx.projectId, tx });
      return true;
    });

  async function work(
    scope: RunScope,
    claim: Claim,
    shard: ClaimedShard,
    run: JobRun,
    awaySinceMs: number | undefined,
  ) {
    const mayWait = awaySinceMs === undefined || nextLookMs(awaySinceMs, clock()) !== undefined;
    const hold = holdOn({
      extend: () => scope.transaction((tx) => shardRepository.holdOn(tx, claim)),
      signal: run.signal,
      workMs,
    });
    let end: WorkEnd;
    try {
      const tools = await openWork(scope, claim.runId, shard, given).catch((error: unknown) => {
        if (error instanceof WhetstoneError) return error;
        throw error;
      });
      if (tools instanceof WhetstoneError) {
        const { code, message } = tools;
        end = code === 'unavailable' ? { kind: 'away', detail: message } : { kind: 'halted', error: tools };
      } else {
        try {
          const warn = (message: string) => run.log.warn({ runId: claim.runId }, message);
          const isBack = awaySinceMs === undefined || !mayWait || (await tools.isThere(hold.cut));
          end = isBack
            ? await workOn({ scope, claim, shard, work: tools, hold, mayWait, wake: given.wake, warn })
            : { kind: 'away', detail: 'the sandbox does not answer' };
        } finally {
          await tools.close();
        }
      }
    } finally {
      await hold.end();
    }
    const reason = hold.reason();
    if (reason === 'lost') return;
    if (end.kind === 'halted') return fail(scope, claim, end.error);
    if (end.kind === 'done') return scope.transaction((tx) => finished(tx, claim));
    // Handed back: whoever takes it next goes on from here.
    if (reason === 'server') throw new WhetstoneError('unavailable', 'the server stops');
    if (end.kind === 'away' && reason !== 'ended') return putOff(scope, claim, shard, run, { awaySinceMs, ...end });
    return scope.transaction(async (tx) => {
      await shardRepository.lockRun(tx, claim.runId);
      await shardRepository.release(tx, claim);
      const { runId, shard: number, owner: _ } = claim;
      if (reason === 'time') await queue.send(job, { runId, shard: number }, { projectId: tx.projectId, tx });
    });
  }

  /** To be looked at again in a while, or, after a long one, done without. */
  async function putOff(
    scope: RunScope,
    claim: Claim,
    shard: ClaimedShard,
    { log }: JobRun,
    { awaySinceMs = clock(), detail }: { awaySinceMs: number | undefined; detail: string },
  ) {
    const { runId, shard: number } = claim;
    const afterMs = nextLookMs(awaySinceMs, clock());
    if (afterMs === undefined) return giveUp(scope, claim, shard, new WhetstoneError('unavailable', detail));
    log.warn({ runId, shard: number, afterMs, detail }, 'a part of a run waits for its sandbox');
    return scope.transaction(async (tx) => {
      await shardRepository.lockRun(tx, runId);
      await shardRepository.release(tx, claim);
      const startAfter = new Date(clock() + afterMs);
      await queue.send(job, { runId, shard: number, awaySinceMs }, { projectId: tx.projectId, tx, startAfter });
    });
  }

  const fail = (scope: RunScope, claim: Claim, error: WhetstoneError) =>
    scope.transaction(async (tx) => {
      await shardRepository.lockRun(tx, claim.runId);
      await shardRepository.release(tx, claim);
      await endRun(tx, claim.runId, { status: 'failed', failure: error.message }, given);
    });

  /** The last shard has the run finished; every other one sends the next. */
  async function finished(tx: ProjectTx, claim: Claim) {
    await shardRepository.lockRun(tx, claim.runId);
    const open = await shardRepository.finish(tx, claim);
    if (open === undefined) return;
    const { projectId } = tx;
    if (open === 0) await queue.send(given.finish, { runId: claim.runId }, { projectId, tx });
    else await sendShards(tx, claim.runId, 1);
  }

  async function sendShards(tx: ProjectTx, runId: string, limit?: number) {
    for (const shard of await shardRepository.takeUnsent(tx, runId, limit))
      await queue.send(job, { runId, shard }, { projectId: tx.projectId, tx });
  }

  /** Nothing helped: what is missing had trouble that was not the subject's, and the run goes on without. */
  const giveUp = (scope: RunScope, claim: Claim, shard: ClaimedShard, error: unknown) =>
    scope.transaction(async (tx) => {
      const run = await runRepository.find(tx, claim.runId);
      const dataset = run && (await runRepository.dataset(tx, run.datasetId));
      if (!dataset) return;
      const ids = dataset.problemIds;
      const { statuses } = await shardRepository.stateOf(tx, claim.runId, shard.samples, ids);
      const detail =
        error instanceof WhetstoneError ? error.message : 'stopped by a mistake in the server, whose log names it';
      const results = shard.samples
        .filter(([place, sampleIndex]) => !statuses.has(sampleKey(ids[place]!, sampleIndex)))
        .map(([problem, sampleIndex]): { problem: number; result: SampleResult } => ({
          problem,
          result: { problemId: ids[problem]!, sampleIndex, status: 'error', detail, timeMs: 0 },
        }));
      await writeBatch(tx, claim, { answers: [], results, paidUsd: 0, releasedUsd: 0 }, given.wake);
      await finished(tx, claim);
    });

  return Object.assign(job, { sendShards });
}
