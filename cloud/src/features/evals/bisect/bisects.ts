import type { bisects, Handlers } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { z } from 'zod';
import type { Ctx } from '../../../context.ts';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { defineJob, type JobDefinition } from '../../../platform/queue/job.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import type { OnRunEnded } from '../runs/ended-run.ts';
import { jobScope } from '../runs/run-scope.ts';
import type { EvalRuns } from '../runs/runs.ts';
import type { PrepareRun } from '../runs/start-run.ts';
import { advanceBisect, giveUpBisect, type SendBisect, type TellEnd } from './advance.ts';
import type { VersionSources } from './candidates.ts';
import { endStep } from './end-step.ts';
import { bisectService } from './service.ts';

export interface EvalBisectsOptions {
  database: Pick<Database, 'asProject'>;
  queue: Pick<Queue, 'send'>;
  /** Read when a bisect needs it: runs and bisects know each other, by their ends and by their starts. */
  runs: () => Pick<EvalRuns, 'prepare' | 'handlers'>;
  sources: VersionSources;
  isRegression: (tx: ProjectTx, id: string) => Promise<boolean>;
  tell: TellEnd;
}

export interface EvalBisects {
  handlers: Handlers<typeof bisects, Ctx>;
  jobs: JobDefinition[];
  onEnded: OnRunEnded;
}

export function evalBisects({ database, queue, runs, sources, isRegression, tell }: EvalBisectsOptions): EvalBisects {
  const prepare: PrepareRun = (scope, request) => runs().prepare(scope, request);
  const send: SendBisect = async (tx, bisectId) => {
    await queue.send(job, { bisectId }, { tx, projectId: tx.projectId });
  };
  const retries = { limit: 5, delayS: 5, backoff: 'exponential' } as const;
  const job = defineJob({
    name: 'evals.bisect',
    input: z.object({ bisectId: z.uuid() }),
    retries,
    expireInMs: 10 * 60_000,
    concurrency: 2,
    async run({ bisectId }, { projectId, attempt }) {
      if (projectId === undefined) throw new Error('a bisect belongs to a project');
      const scope = jobScope(database, projectId);
      try {
        await advanceBisect(scope, bisectId, { prepare, tell, send });
      } catch (error) {
        if (attempt <= retries.limit) throw error;
        await giveUpBisect(scope, bisectId, sentenceOf(error), tell);
        // A mistake of ours is to be seen among the failed jobs as well.
        if (!(error instanceof WhetstoneError)) throw error;
      }
    },
  });
  const cancelRun = async (ctx: Ctx, runId: string) => {
    try {
      await runs().handlers.cancelEvalRun(ctx, { runId });
    } catch (error) {
      // It ended by itself.
      if (!(error instanceof WhetstoneError && error.code === 'conflict')) throw error;
    }
  };
  return {
    handlers: bisectService({ sources, prepare, send, cancelRun, isRegression }),
    jobs: [job as JobDefinition],
    onEnded: endStep(send),
  };
}

const sentenceOf = (error: unknown) =>
  error instanceof WhetstoneError ? error.message : 'stopped by a mistake in the server, which its log names';
