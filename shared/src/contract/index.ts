import { leaderboard } from './evals/leaderboard.ts';
import { regressions } from './evals/regressions.ts';
import { evalDatasets } from './evals/datasets.ts';
import { evalSchedules } from './evals/schedules.ts';
import { bisects } from './evals/bisects.ts';
import { evalRuns } from './evals/runs.ts';
import { evalSubmit } from './evals/submit.ts';
import { experiments } from './experiments.ts';
import { exposures } from './exposures.ts';
import { feedbackCapture, feedbackExamples, feedbackPatterns, feedbackReview, guidance } from './feedback/index.ts';
import { flagHistory } from './flag-history.ts';
import { flagTransfer } from './flag-transfer.ts';
import { flags } from './flags.ts';
import { jobs } from './jobs.ts';
import { knowledgeLibraries, knowledgeVerify, searchKnowledge } from './knowledge/index.ts';
import { portfolio } from './portfolio/index.ts';
import { segments } from './segment.ts';
import { stale } from './stale.ts';
import { system } from './system.ts';
import { targeting } from './targeting.ts';
import { tenancy } from './tenancy.ts';
import { webhooks } from './webhooks.ts';

/** Every operation of the product; routes, OpenAPI, the typed client and tools come from these records. */
export const contract = {
  ...system,
  ...tenancy,
  ...flags,
  ...flagHistory,
  ...flagTransfer,
  ...segments,
  ...targeting,
  ...exposures,
  ...stale,
  ...experiments,
  ...portfolio,
  ...regressions,
  ...evalSchedules,
  ...evalDatasets,
  ...jobs,
  ...webhooks,
  ...evalRuns,
  ...leaderboard,
  ...evalSubmit,
  ...bisects,
  ...searchKnowledge,
  ...knowledgeVerify,
  ...knowledgeLibraries,
  ...guidance,
  ...feedbackCapture,
  ...feedbackReview,
  ...feedbackExamples,
  ...feedbackPatterns,
};
export type WhetstoneContract = typeof contract;

export * from './dry-run.ts';
export * from './evals/index.ts';
export * from './experiments.ts';
export * from './exposures.ts';
export * from './feedback/index.ts';
export * from './flag-history.ts';
export * from './flag-transfer.ts';
export * from './flags.ts';
export * from './jobs.ts';
export * from './knowledge/index.ts';
export * from './ofrep.ts';
export * from './operation.ts';
export * from './page.ts';
export * from './parse.ts';
export * from './portfolio/index.ts';
export * from './role.ts';
export * from './segment.ts';
export * from './session.ts';
export * from './stale.ts';
export * from './system.ts';
export * from './targeting.ts';
export * from './tenancy.ts';
export * from './time-range.ts';
export * from './webhooks.ts';
