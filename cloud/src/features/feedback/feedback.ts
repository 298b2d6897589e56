import type {
  feedbackCapture,
  feedbackExamples,
  feedbackPatterns,
  feedbackReview,
  Handlers,
} from '@whetstone/shared/contract';
import type { Logger } from 'pino';
import type { Ctx } from '../../context.ts';
import type { Database, ProjectTx } from '../../platform/db/database.ts';
import type { JobDefinition } from '../../platform/queue/job.ts';
import type { Queue } from '../../platform/queue/queue.ts';
import type { ComparePatches } from './compare-patches.ts';
import { captureService, type TaskTypesOf } from './capture/service.ts';
import { evalTaskService, type AddEvalTask } from './eval-task/service.ts';
import { heldExamples } from './examples/held-examples.ts';
import { exampleService } from './examples/service.ts';
import { exportService } from './export/service.ts';
import { expireCorrections, expireSurvivals } from './forget/expire.ts';
import { forgetService, type RemoveEvalTasks } from './forget/service.ts';
import { detectorOf } from './learn/detect/detectors.ts';
import { loadSyntax } from './learn/detect/syntax.ts';
import type { LearnDoors } from './learn/jobs.ts';
import { learnPart, type LearnDependencies, type LearnPart } from './learn/learn.ts';
import { correctionReader } from './learn/read-correction.ts';
import { reviewService } from './review/service.ts';

interface Dependencies extends Partial<Pick<LearnDoors, 'read' | 'describeDetector' | 'cutAfterMs' | 'edition'>> {
  database: Pick<Database, 'engine' | 'asProject' | 'asSystem'>;
  queue: Pick<Queue, 'send' | 'take'>;
  log: Pick<Logger, 'warn'>;
  clock: () => number;
  compare: ComparePatches;
  taskTypesOf: TaskTypesOf;
  addEvalTask: AddEvalTask;
  removeEvalTasks: RemoveEvalTasks;
  rulesOn: LearnDependencies['rulesOn'];
}

export interface FeedbackSlice {
  handlers: Handlers<
    typeof feedbackCapture & typeof feedbackReview & typeof feedbackExamples & typeof feedbackPatterns,
    Ctx
  >;
  jobs: JobDefinition[];
  retentions: {
    what: string;
    purge: (nowMs: number, run: { signal: AbortSignal }) => Promise<number>;
  }[];
  learn: LearnPart;
}

/** Introduces the parts to each other: what was captured is reviewed and learned from, and what was accepted is shown to agents. */
export function feedbackSlice({
  database,
  queue,
  log,
  clock,
  compare,
  taskTypesOf,
  addEvalTask,
  removeEvalTasks,
  rulesOn,
  read,
  describeDetector = detectorOf,
  ...limits
}: Dependencies): FeedbackSlice {
  const syntax = loadSyntax();
  const learn = learnPart({
    database,
    queue,
    log,
    read: read ?? correctionReader({ parse: syntax }),
    syntax,
    compare,
    describeDetector,
    rulesOn,
    ...limits,
  });
  const held = heldExamples();
  const onForgotten = async (tx: ProjectTx) => {
    tx.afterCommit(() => held.letGo(tx.projectId));
    await learn.onForgotten(tx);
  };
  return {
    handlers: {
      ...captureService({ compare, taskTypesOf, onCaptured: learn.onCaptured }),
      ...reviewService({ onReviewed: learn.onReviewed }),
      ...forgetService({ removeEvalTasks, onForgotten }),
      ...exampleService({ held, clock }),
      ...exportService(),
      ...evalTaskService({ compare, addEvalTask }),
      ...learn.handlers,
    },
    jobs: learn.jobs,
    retentions: [
      {
        what: 'corrections that no guidance rests on',
        purge: (_, { signal }) => expireCorrections({ database, signal, onRemoved: learn.onForgotten }),
      },
      { what: 'counts of what became of lines', purge: (_, { signal }) => expireSurvivals({ database, signal }) },
    ],
    learn,
  };
}
