import { z } from 'zod';
import type { Database } from '../../../../platform/db/database.ts';
import { defineJob } from '../../../../platform/queue/job.ts';
import { endRun, type Ending } from '../end-run.ts';
import { jobScope } from '../run-scope.ts';
import { shardRepository } from '../shard/repository.ts';
import { endRepository } from './repository.ts';

interface Dependencies extends Ending {
  database: Pick<Database, 'asProject'>;
}

/** Completes a run whose last shard is done, once. */
export const finishJob = ({ database, ...ending }: Dependencies) =>
  defineJob({
    name: 'evals.finish',
    input: z.strictObject({ runId: z.uuid() }),
    retries: { limit: 10, delayS: 5, backoff: 'exponential' },
    expireInMs: 120_000,
    concurrency: 4,

    run: ({ runId }, { projectId }) =>
      jobScope(database, projectId!).transaction(async (tx) => {
        const run = await shardRepository.lockRun(tx, runId);
        // A late message of an earlier end, or of a run that was cancelled or taken up again.
        if (run?.status !== 'running' || run.openShards > 0) return;
        const failure = (await endRepository.isSpent(tx, runId))
          ? 'the budget could have been passed: what is skipped was not asked'
          : null;
        await endRun(tx, runId, { status: 'completed', failure }, ending);
      }),
  });
