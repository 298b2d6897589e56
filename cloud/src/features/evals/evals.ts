import { loadDataset } from '@whetstone/evals';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Cache } from '../../platform/cache/cache.ts';
import type { Database, ProjectTx } from '../../platform/db/database.ts';
import type { Events } from '../../platform/events/events.ts';
import type { Queue } from '../../platform/queue/queue.ts';
import { evalBisects, type EvalBisectsOptions } from './bisect/bisects.ts';
import { commitsOf } from './bisect/commits-of.ts';
import { taskAdder } from './datasets/add-task.ts';
import { taskRemover } from './datasets/remove-tasks.ts';
import { expireTaskSets } from './datasets/expire.ts';
import { projectDatasetFinder } from './datasets/find-project-dataset.ts';
import { datasetService } from './datasets/service.ts';
import { taskFolders } from './datasets/task-folders.ts';
import type { ExecutorConfig } from './executor/config.ts';
import { keepStanding } from './leaderboard/keep-standing.ts';
import { leaderboardService } from './leaderboard/service.ts';
import { followRun } from './live/follow-run.ts';
import { liveRuns } from './live/live-runs.ts';
import { liveTickets } from './live/tickets.ts';
import { evalRegressions, type RegressionDoors } from './regressions/regressions.ts';
import { regressionRepository } from './regressions/repository.ts';
import { expireEvents, expireResults } from './retention/expire-runs.ts';
import type { EndedRun, OnRunEnded } from './runs/ended-run.ts';
import { isOfModel } from './runs/model-verdicts.ts';
import { runPair } from './runs/run-pair.ts';
import { evalRuns } from './runs/runs.ts';
import type { PrepareRun } from './runs/start-run.ts';
import { tellOfRun } from './runs/tell-of-run.ts';
import { scheduleJobs, type ScheduleDoors } from './schedules/jobs.ts';
import { scheduleService } from './schedules/service.ts';
import { sampleRuns } from './seed/sample-runs.ts';
import { seedRuns } from './seed/seed-runs.ts';
import { settingsRepository } from './settings/repository.ts';
import { expireSubmissions } from './submissions/expire.ts';
import { submissionService, type RecordSubmitted } from './submissions/service.ts';

interface Dependencies extends Pick<RegressionDoors, 'tell' | 'rollBackVariant' | 'askGates' | 'holdPlan'> {
  database: Database;
  queue: Queue;
  events: Events;
  cache: Cache;
  clock: () => number;
  log: Logger;
  config: ExecutorConfig;
  variantValues: EvalBisectsOptions['sources']['variantValues'];
  whyNotCarried: ScheduleDoors['whyNotCarried'];
  recordSubmitted: RecordSubmitted;
  /** Has what a run found of a model recorded once the transaction commits, which ends it. */
  recordRun: (tx: ProjectTx, runId: string) => Promise<void>;
  /** In the place of the real one, for reruns: what a test starts runs by. */
  prepareReruns?: PrepareRun | undefined;
  /** In the place of the real ones: what a test has a new project seeded with. */
  sampleRuns?: SampleRuns | undefined;
  isUntouchedSample: (tx: ProjectTx, flagKey: string) => Promise<boolean>;
  /** A run of a gate that another slice began is over. */
  onGateRunEnded: OnRunEnded;
  /** The sample runs are over. */
  onSeeded: (runs: { started: number; completed: number }) => void;
}

export type SampleRuns = typeof sampleRuns;

/** Everything about evals, its parts introduced to each other. */
export function evalsSlice({ database, queue, events, cache, clock, log, config, tell, ...doors }: Dependencies) {
  const { datasetsDir, reposDirs, cacheDir } = config;
  const folders = taskFolders(join(cacheDir, 'task-sets'));
  const findProjectDataset = projectDatasetFinder({ folders, reposDirs });
  const keepDaysOf = async (tx: ProjectTx) => (await settingsRepository.of(tx)).keepDays;

  const recordModel: OnRunEnded = async (tx, run) => {
    if (isOfModel(run)) await doors.recordRun(tx, run.id);
  };

  const tellGate: OnRunEnded = async (tx, run) => {
    if (run.purpose === 'gate') await doors.onGateRunEnded(tx, run);
  };

  const live = liveRuns({
    database,
    onError: (error) => log.warn({ err: error }, 'cannot read live events of runs; it is tried again'),
  });
  const tickets = liveTickets({ database });
  const regressions = evalRegressions({
    database,
    queue,
    events,
    log,
    tell,
    ...doors,
    prepare: doors.prepareReruns ?? ((scope, request) => runs.prepare(scope, request)),
  });
  const bisects = evalBisects({
    database,
    queue,
    runs: () => runs,
    sources: { commitsOf: commitsOf(reposDirs), variantValues: doors.variantValues },
    isRegression: async (tx, id) => (await regressionRepository.find(tx, id)) !== undefined,
    tell,
  });
  const runs: ReturnType<typeof evalRuns> = evalRuns({
    database,
    queue,
    clock,
    log,
    config,
    findProjectDataset,
    limitsOf: settingsRepository.of,
    count: (key, ttlMs) => cache.increment(key, { by: 1, ttlMs }),
    onEnded: [
      keepStanding,
      regressions.onEnded,
      bisects.onEnded,
      (tx, run) => seed.onEnded(tx, run),
      recordModel,
      tellOfRun(tell),
      tellGate,
    ],
    wake: live.wake,
  });
  const { prepare, ports, recover } = runs;
  const schedules = scheduleJobs({ database, queue, clock, prepare, whyNotCarried: doors.whyNotCarried });
  const seed = seedRuns({
    database,
    queue,
    prepare,
    loadStarter: () => loadDataset('starter', { datasetsDir }),
    samplesOf: doors.sampleRuns ?? sampleRuns,
    isUntouchedSample: doors.isUntouchedSample,
    onSeeded: doors.onSeeded,
  });

  return {
    handlers: {
      ...runs.handlers,
      ...tickets.handlers,
      ...regressions.handlers,
      ...bisects.handlers,
      ...scheduleService({ prepare, await: schedules.awaitOccurrence, holdToRate: runs.holdToRate }),
      ...datasetService({ folders, datasetsDir, reposDirs }),
      ...submissionService({ recordSubmitted: doors.recordSubmitted }),
      ...leaderboardService({
        snapshots: cache,
        regressions: { open: regressionRepository.openOn, marks: regressionRepository.marksOn },
      }),
    },
    jobs: [...runs.jobs, ...regressions.jobs, ...bisects.jobs, schedules.occurrence, schedules.mend, seed.job],
    retentions: [
      {
        what: 'answers and results of eval runs',
        purge: (nowMs: number, { signal }: Stoppable) => expireResults({ database, keepDaysOf, nowMs, signal }),
      },
      {
        what: 'live events of eval runs',
        purge: (nowMs: number, { signal }: Stoppable) => expireEvents({ database, nowMs, signal }),
      },
      {
        what: 'older data sets of projects',
        purge: (nowMs: number, { signal }: Stoppable) =>
          expireTaskSets({ database, folders, keepDaysOf, nowMs, signal }),
      },
      {
        what: 'submitted outcomes',
        purge: (_: number, { signal }: Stoppable) => expireSubmissions({ database, signal }),
      },
      { what: 'tickets for live events', purge: () => tickets.expire() },
    ],
    addTask: taskAdder({ folders, reposDirs }),
    removeTasks: taskRemover({ folders, reposDirs }),
    /** For live connections: who shows a ticket, and what it opens. */
    socket: { redeem: tickets.redeem, begin: followRun({ live }) },
    ports,
    recover,
    /** Has the sample runs made, those that are left of them. */
    seedRuns: seed.start,
    onRunEnded: async (tx: ProjectTx, run: EndedRun) => {
      await regressions.onEnded(tx, run);
      await tellGate(tx, run);
    },
    modelVerdicts: runs.modelVerdicts,
    prepare: doors.prepareReruns ?? runs.prepare,
    runPair,
    stopListening: live.stop,
    /** After the queue: nothing is graded any more. */
    stop: runs.stop,
  };
}

type Stoppable = { signal: AbortSignal };
