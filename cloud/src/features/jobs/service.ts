import type { Handlers, Job, jobs } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../context.ts';
import { pageAfter, readCursor } from '../../platform/page.ts';
import type { JobRecord, Queue } from '../../platform/queue/queue.ts';

interface Dependencies {
  queue: Pick<Queue, 'list' | 'find' | 'retry'>;
}

export const jobService = ({ queue }: Dependencies): Handlers<typeof jobs, Ctx> => ({
  async listJobs({ projectId }, { limit, cursor }) {
    const records = await queue.list(projectId, { before: readCursor(cursor, isId), limit: limit + 1 });
    return pageAfter(records.map(jobView), limit, ({ id }) => id);
  },

  async retryJob({ projectId }, { id }) {
    const before = await queue.find(projectId, id);
    if (!before) throw new WhetstoneError('not_found', `no job has the id "${id}"`);
    if (!(await queue.retry(projectId, id))) {
      throw new WhetstoneError(
        'conflict',
        `the job "${before.name}" is ${before.state}; only a failed one can be retried`,
      );
    }
    return jobView({ ...before, state: 'retrying', finishedAt: undefined });
  },
});

const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

const jobView = ({ createdAt, startedAt, finishedAt, lastError, ...job }: JobRecord): Job => ({
  ...job,
  createdAt: createdAt.toISOString(),
  startedAt: startedAt?.toISOString() ?? null,
  finishedAt: finishedAt?.toISOString() ?? null,
  lastError: lastError ?? null,
});
