import type { Handlers, regressions as operations } from '@whetstone/shared/contract';
import { z } from 'zod';
import type { Ctx } from '../../../context.ts';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { defineJob, type JobDefinition } from '../../../platform/queue/job.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import type { OnRunEnded } from '../runs/ended-run.ts';
import type { RunRow } from '../runs/repository.ts';
import type { PrepareRun } from '../runs/start-run.ts';
import { settingsService } from '../settings/service.ts';
import { checkRun } from './check-run.ts';
import { isCounting } from './counts.ts';
import { judgeRegression } from './judge-regression.ts';
import { lineRepository } from './lines/repository.ts';
import { rollBack, type RollBackVariant } from './roll-back.ts';
import { regressionService } from './service.ts';
import { startReruns } from './start-reruns.ts';
import { regressionTeller, type Telling } from './tell-regression.ts';

export interface RegressionDoors extends Telling {
  database: Pick<Database, 'asProject'>;
  queue: Pick<Queue, 'send'>;
  prepare: PrepareRun;
  rollBackVariant: RollBackVariant;
  /** A flag's gates may be open now: looks when the transaction commits. */
  askGates: (tx: ProjectTx, flagKey: string) => Promise<unknown>;
  /** An alert about what a variant carries keeps the plan of its flag from going on. */
  holdPlan: (tx: ProjectTx, hold: { key: string; variant: string; regressionId: string }) => Promise<unknown>;
}

export interface EvalRegressions {
  onEnded: OnRunEnded;
  jobs: JobDefinition[];
  handlers: Handlers<typeof operations, Ctx>;
}

const aMoment = { retries: { limit: 8, delayS: 2, backoff: 'exponential' }, expireInMs: 60_000 } as const;
/** Of runs that ended while a regression was undecided, so many are looked at once it is. */
const mostMissed = 50;
const ofRun = z.object({ runId: z.uuid() });
const ofRegression = z.object({ regressionId: z.uuid() });

/** Finds what got worse, proves it, tells of it and takes it back: each step a message, each message safe to repeat. */
export function evalRegressions(dependencies: RegressionDoors): EvalRegressions {
  const { database, queue, prepare, rollBackVariant, askGates } = dependencies;
  const tellRegression = regressionTeller(dependencies);

  const check = defineJob({
    name: 'evals.check',
    input: ofRun,
    ...aMoment,
    run: ({ runId }, { projectId }) => inProject(projectId, (tx) => checking(tx, runId)),
  });
  const confirm = defineJob({
    name: 'evals.confirm',
    input: ofRegression,
    ...aMoment,
    expireInMs: 10 * 60_000,
    run: ({ regressionId }, { projectId }) => reruns(known(projectId), regressionId),
  });
  const judge = defineJob({
    name: 'evals.judge',
    input: ofRegression,
    ...aMoment,
    run: ({ regressionId }, { projectId }) => inProject(projectId, (tx) => judging(tx, regressionId)),
  });
  const rollback = defineJob({
    name: 'evals.roll-back',
    input: ofRegression,
    ...aMoment,
    run: ({ regressionId }, { projectId }) => rollingBack(known(projectId), regressionId),
  });

  const { asProject } = database;
  const inProject = (projectId: string | undefined, work: (tx: ProjectTx) => Promise<void>) =>
    asProject(known(projectId), work);
  const sender =
    <I>(job: JobDefinition<I>, input: (id: string) => I) =>
    (tx: ProjectTx, id: string) =>
      queue.send(job, input(id), { projectId: tx.projectId, tx });
  const sendCheck = sender(check, (runId) => ({ runId }));
  const sendConfirm = sender(confirm, (regressionId) => ({ regressionId }));
  const sendJudge = sender(judge, (regressionId) => ({ regressionId }));
  const sendRollback = sender(rollback, (regressionId) => ({ regressionId }));

  const lookAfter = async (tx: ProjectTx, run: RunRow) => {
    for (const id of await lineRepository.unlookedAfter(tx, run, mostMissed)) await sendCheck(tx, id);
  };

  const checking = checkRun({ tellRegression, sendConfirm, sendJudge, sendRollback, askGates });
  const reruns = startReruns({ database, prepare, tellRegression, lookAfter });
  const judging = judgeRegression({
    tellRegression,
    sendRollback,
    lookAfter,
    askGates,
    holdPlan: async (tx, { id, flagKey: key, flagVariant: variant }) => {
      if (key !== null && variant !== null) await dependencies.holdPlan(tx, { key, variant, regressionId: id });
    },
  });
  const rollingBack = rollBack({ database, rollBackVariant, tellRegression });

  return {
    onEnded: async (tx, run) => {
      if (run.purpose === 'rerun' && run.parentId !== undefined) await sendJudge(tx, run.parentId);
      else if (isCounting(run)) await sendCheck(tx, run.id);
    },
    jobs: [check, confirm, judge, rollback] as JobDefinition[],
    handlers: { ...regressionService({ askGates }), ...settingsService() },
  };
}

function known(projectId: string | undefined): string {
  if (projectId === undefined) throw new Error('a regression belongs to a project');
  return projectId;
}
