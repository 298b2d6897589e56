import type { JobDefinition } from '../../../platform/queue/job.ts';

/** Folds outcomes into cells, opens epochs, shares with pools. */
export const learnJobs = (): { jobs: JobDefinition[] } => ({ jobs: [] });
