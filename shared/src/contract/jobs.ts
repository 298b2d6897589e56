import { z } from 'zod';
import { operation } from './operation.ts';
import { pageInput, pageOf } from './page.ts';

const Id = z.uuid().describe('UUIDv7');

const Job = z.object({
  id: Id,
  name: z.string().describe('<component>.<what it does>'),
  state: z
    .enum(['queued', 'running', 'retrying', 'completed', 'failed'])
    .describe('retrying waits for its next run; failed has none left and stays until it is retried or forgotten'),
  attempts: z.int().describe('Runs that began'),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable().describe('Of the last run'),
  finishedAt: z.iso.datetime().nullable(),
  lastError: z.string().nullable().describe('Why the last run that failed did'),
});
export type Job = z.infer<typeof Job>;

export const jobs = {
  listJobs: operation({
    method: 'GET',
    path: '/api/jobs',
    summary: "The project's background jobs, newest first; ended ones stay for a week, failed ones for 30 days",
    tag: 'jobs',
    role: 'viewer',
    input: z.object(pageInput),
    output: pageOf(Job),
  }),

  retryJob: operation({
    method: 'POST',
    path: '/api/jobs/:id/retry',
    summary: 'Have a failed job run once more',
    tag: 'jobs',
    role: 'admin',
    status: 202,
    input: z.strictObject({ id: Id }),
    output: Job,
    errors: ['not_found', 'conflict'],
  }),
};
