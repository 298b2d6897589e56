import { z } from 'zod';
import type { Database } from '../../../../platform/db/database.ts';
import { defineJob } from '../../../../platform/queue/job.ts';
import type { Queue } from '../../../../platform/queue/queue.ts';
import type { ShardJob } from './job.ts';
import { shardRepository } from './repository.ts';

interface Dependencies {
  database: Pick<Database, 'asSystem'>;
  queue: Pick<Queue, 'send'>;
  shard: ShardJob;
}

/** Longer than any shard goes on without its lease: retries of its message included. */
const idleMinutes = 30;

/** Sends anew what an engine has lost or given up, so that no run stands still for ever. */
export const mendJob = ({ database, queue, shard }: Dependencies) =>
  defineJob({
    name: 'evals.mend',
    input: z.strictObject({}),
    schedule: { cron: '41 * * * *', timeZone: 'UTC' },
    retries: { limit: 3, delayS: 60, backoff: 'exponential' },
    expireInMs: 60_000,

    async run() {
      const stranded = await database.asSystem((tx) => shardRepository.stranded(tx, idleMinutes));
      for (const { projectId, runId, shard: number } of stranded)
        await queue.send(shard, { runId, shard: number }, { projectId });
    },
  });
