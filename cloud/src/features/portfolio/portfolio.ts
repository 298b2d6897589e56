import type { Handlers, portfolio } from '@whetstone/shared/contract';
import type { Ctx } from '../../context.ts';
import type { JobDefinition } from '../../platform/queue/job.ts';
import { learnJobs } from './learn/jobs.ts';
import { recordService } from './record/service.ts';
import { reportService } from './report/service.ts';
import { serveService } from './serve/service.ts';

export interface PortfolioSlice {
  handlers: Handlers<typeof portfolio, Ctx>;
  jobs: JobDefinition[];
}

/** Introduces the parts to each other: what is recorded is learned from, what was learned is served, what came of it is reported. */
export function portfolioSlice(): PortfolioSlice {
  const learn = learnJobs();
  return {
    handlers: { ...recordService(), ...serveService(), ...reportService() },
    jobs: [...learn.jobs],
  };
}
