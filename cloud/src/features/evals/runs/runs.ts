import type { Dataset } from '@whetstone/evals';
import type { Logger } from 'pino';
import type { Ctx } from '../../../context.ts';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import type { JobDefinition } from '../../../platform/queue/job.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import type { ExecutorConfig } from '../executor/config.ts';
import { datasetLibrary } from '../executor/datasets.ts';
import { sandboxPool } from '../executor/sandboxes.ts';
import { subjects as openSubjects } from '../executor/subjects.ts';
import { finishJob } from './end/finish-job.ts';
import type { OnRunEnded } from './ended-run.ts';
import { holdToRate } from './hold-to-rate.ts';
import { modelVerdicts } from './model-verdicts.ts';
import { prepareRun } from './prepare.ts';
import type { RunLimits } from './run-limits.ts';
import type { RunScope } from './run-scope.ts';
import { runService, type RunHandlers } from './service.ts';
import { shardJob } from './shard/job.ts';
import { mendJob } from './shard/mend-job.ts';
import { shardRepository } from './shard/repository.ts';
import type { PrepareRun } from './start-run.ts';

export interface EvalRunsOptions {
  database: Database;
  queue: Pick<Queue, 'send'>;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
  config: ExecutorConfig;
  /** Data sets that a project has registered. */
  findProjectDataset: (scope: RunScope, name: string, sha256?: string) => Promise<Dataset | undefined>;
  limitsOf: (tx: ProjectTx) => Promise<RunLimits>;
  /** Counts one more under a key that is forgotten after `ttlMs`: how many there are. */
  count: (key: string, ttlMs: number) => Promise<number>;
  /** Part of the transaction that ends a run, in this order. */
  onEnded: readonly OnRunEnded[];
  /** This process has committed events of the run. */
  wake: (runId: string) => void;
  /** How long a message works before it sends the next. */
  workMs?: number;
}

export interface EvalRuns {
  prepare: PrepareRun;
  jobs: JobDefinition[];
  /** `createLiveTicket` is made by `live`. */
  handlers: RunHandlers;
  /** Counts a run that a key starts against what agents may start; throws `rate_limited`. */
  holdToRate: (ctx: Ctx) => Promise<void>;
  /** What `/readyz` says of the sandbox and of the model endpoint. */
  ports: { port: string; engine: () => string; ping: () => Promise<void> }[];
  /** What an ended run found of its model, page by page. */
  modelVerdicts: ReturnType<typeof modelVerdicts>;
  /** Before jobs run: what the process before this one held is free. */
  recover: () => Promise<void>;
  /** Ends what graded, when nothing is under way any more. */
  stop: () => Promise<void>;
}

/** Runs of evals: started, worked through by messages, ended, taken up again. */
export function evalRuns(options: EvalRunsOptions): EvalRuns {
  const { database, queue, clock, log, config, onEnded, wake, limitsOf } = options;
  const load = datasetLibrary({ ...config, findProjectDataset: options.findProjectDataset });
  const subjects = openSubjects(config);
  const pool = sandboxPool({ config, log });
  const ending = { onEnded, wake, log };
  const finish = finishJob({ database, ...ending });
  const tools = { load, lend: pool.lend, subjects, config };
  const { workMs = 45_000 } = options;
  const shard = shardJob({ ...ending, ...tools, database, queue, clock, finish, workMs });
  const mend = mendJob({ database, queue, shard });
  const begin = (tx: ProjectTx, runId: string) => shard.sendShards(tx, runId);
  const hold = holdToRate(options);
  const prepare = prepareRun({ ...tools, limitsOf, begin });
  const ready = async () => undefined;
  return {
    prepare,
    jobs: [shard, finish, mend] as JobDefinition[],
    handlers: runService({
      ...ending,
      prepare,
      load,
      holdToRate: hold,
      limitsOf,
      sendShards: begin,
      sendFinish: async (tx, runId) => void (await queue.send(finish, { runId }, { projectId: tx.projectId, tx })),
    }),
    holdToRate: hold,
    ports: [
      { port: 'sandbox', engine: pool.engine, ping: ready },
      { port: 'llm', engine: subjects.engine, ping: ready },
    ],
    modelVerdicts: modelVerdicts({ database, load }),
    async recover() {
      if (!database.shared) await database.asSystem(shardRepository.freeAll);
    },
    stop: pool.stop,
  };
}
