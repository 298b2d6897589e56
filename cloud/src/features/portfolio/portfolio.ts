import type { Handlers, portfolio } from '@whetstone/shared/contract';
import type { Logger } from 'pino';
import type { Ctx } from '../../context.ts';
import type { Database, ProjectTx } from '../../platform/db/database.ts';
import type { Events } from '../../platform/events/events.ts';
import type { JobDefinition } from '../../platform/queue/job.ts';
import type { Queue } from '../../platform/queue/queue.ts';
import { learnJobs, type Learning } from './learn/jobs.ts';
import { poolRepository } from './learn/pool/repository.ts';
import { runOutcomes, type RunOutcomes, type VerdictsOfRun } from './record/run-outcomes.ts';
import { recordService } from './record/service.ts';
import { outcomeStore, type OutcomeStore } from './record/store-outcomes.ts';
import { methodJobs } from './report/method/jobs.ts';
import { reportService } from './report/service.ts';
import { servePart } from './serve/serve.ts';
import { settingsRepository } from './serve/settings/repository.ts';
import { readSettings } from './serve/settings/stored-settings.ts';

interface Dependencies {
  database: Pick<Database, 'engine' | 'asProject' | 'asSystem'>;
  events: Pick<Events, 'append' | 'isCurrent' | 'track'>;
  queue: Pick<Queue, 'send' | 'take'>;
  log: Pick<Logger, 'info' | 'warn'>;
  clock: () => number;
  /** Uniform on [0, 1). */
  random: () => number;
  verdictsOfRun: VerdictsOfRun;
}

export interface PortfolioSlice
  extends Pick<OutcomeStore, 'storeOne'>, Pick<RunOutcomes, 'recordRun'>, Pick<Learning, 'wantRebuild'> {
  handlers: Handlers<typeof portfolio, Ctx>;
  jobs: JobDefinition[];
  /** The model that the project says it works with. */
  incumbent: (tx: ProjectTx) => Promise<string | undefined>;
  /** Something of the portfolio changed in a project, or may have. */
  onChange: (projectId: string) => void;
  /** Writes down what is left; before the database closes. */
  stop: () => Promise<void>;
}

/** Introduces the parts to each other: what is recorded is learned from, what was learned is served, what came of it is reported. */
export function portfolioSlice({
  database,
  events,
  queue,
  log,
  clock,
  random,
  verdictsOfRun,
}: Dependencies): PortfolioSlice {
  const learn = learnJobs({ database, events, queue, log });
  const store = outcomeStore(learn);
  const runs = runOutcomes({ database, queue, verdictsOfRun, store });
  const { openEpoch, followPoolSetting } = learn;
  const readPool = poolRepository.read;
  const serve = servePart({ database, events, clock, random, log, openEpoch, followPoolSetting, readPool });
  return {
    handlers: { ...recordService(store), ...serve.handlers, ...reportService({ tableFor: serve.tableFor }) },
    jobs: [...learn.jobs, runs.job, ...serve.jobs, ...methodJobs({ database, events, queue, clock })],
    storeOne: store.storeOne,
    recordRun: runs.recordRun,
    wantRebuild: learn.wantRebuild,
    incumbent: async (tx) => {
      const read = readSettings(await settingsRepository.find(tx));
      return (read.kind === 'settings' && read.settings.incumbent) || undefined;
    },
    onChange: serve.doubt,
    stop: () => {
      learn.stop();
      return serve.stop();
    },
  };
}
