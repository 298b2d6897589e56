import { z } from 'zod';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { defineJob, type JobDefinition } from '../../../platform/queue/job.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import type { OutcomeStore } from './store-outcomes.ts';

/** What a model made of one problem of an eval run. */
export interface RunVerdict {
  problemId: string;
  passed: boolean;
  /** null: nobody knows the price. */
  costUsd: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  timeMs: number;
  language: string | undefined;
  taskType: string | undefined;
}

export interface RunVerdicts {
  dataset: string;
  model: string;
  finishedAt: Date;
  /** In the order of the data set. */
  verdicts: RunVerdict[];
  /** Behind which place more follow; undefined after the last. */
  next: number | undefined;
}

/** A page of them behind a place; undefined of a run that is not there or has not ended. */
export type VerdictsOfRun = (
  projectId: string,
  runId: string,
  page: { after: number; limit: number },
) => Promise<RunVerdicts | undefined>;

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  queue: Pick<Queue, 'send'>;
  verdictsOfRun: VerdictsOfRun;
  store: Pick<OutcomeStore, 'storeMany'>;
  problemsAtOnce?: number | undefined;
}

export interface RunOutcomes {
  job: JobDefinition;
  /** A run ended that says how good a model is: has what it found recorded once the transaction commits. */
  recordRun: (tx: ProjectTx, runId: string) => Promise<void>;
}

/** What runs of evals found of models, as outcomes: one for each problem and model, that of the newest run. */
export function runOutcomes(dependencies: Dependencies): RunOutcomes {
  const { database, queue, verdictsOfRun, store, problemsAtOnce = 500 } = dependencies;

  const job = defineJob({
    name: 'portfolio.record-run',
    input: z.strictObject({ runId: z.uuid(), after: z.int().min(-1).default(-1) }),
    retries: { limit: 10, delayS: 5, backoff: 'exponential' },
    expireInMs: 5 * 60_000,
    concurrency: 2,
    async run({ runId, after }, { projectId }) {
      if (projectId === undefined) throw new Error('a run of evals belongs to a project');
      const found = await verdictsOfRun(projectId, runId, { after, limit: problemsAtOnce });
      if (!found) return;
      await database.asProject(projectId, async (tx) => {
        await store.storeMany(tx, outcomesOf(found));
        if (found.next !== undefined) await send(tx, { runId, after: found.next });
      });
    },
  });
  const send = async (tx: ProjectTx, page: { runId: string; after: number }) =>
    void (await queue.send(job, page, { projectId: tx.projectId, tx }));

  return { job: job as JobDefinition, recordRun: (tx, runId) => send(tx, { runId, after: -1 }) };
}

const outcomesOf = ({ dataset, model, finishedAt, verdicts }: RunVerdicts) =>
  verdicts.map(({ problemId, passed, costUsd, inputTokens, outputTokens, timeMs, language, taskType }) => ({
    source: 'run' as const,
    taskId: `${dataset}/${problemId}`,
    model,
    outcome: passed ? ('solved' as const) : ('failed' as const),
    timeMs,
    at: finishedAt.toISOString(),
    ...(costUsd !== null && { costUsd }),
    ...(inputTokens !== null && { inputTokens }),
    ...(outputTokens !== null && { outputTokens }),
    ...(language !== undefined && { language }),
    ...(taskType !== undefined && { taskType }),
  }));
