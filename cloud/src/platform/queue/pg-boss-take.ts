import type { Database } from '../db/database.ts';
import type { Held } from './pg-boss-leases.ts';

/** A job that was taken, as it lies in the table. */
export interface Taken {
  id: string;
  name: string;
  data: { projectId: string | null; input: unknown };
  retryCount: number;
}

/**
 * Takes what is due for all jobs in one statement, the oldest first: at most `free` of each and `limit` of all. What the
 * engine's own statement does, which asks for one queue at a time and sorts all of it.
 */
export async function takeDue(
  database: Database,
  open: { name: string; free: number }[],
  limit: number,
): Promise<Taken[]> {
  const { rows } = await database.execute(
    `with due as materialized (
      select next.name, next.id from unnest($1::text[], $2::int[]) as open (name, free)
      cross join lateral (
        select name, id from pgboss.job
        where name = open.name and state < 'active' and start_after < now()
        order by created_on, id limit open.free for update skip locked
      ) as next
      limit $3
    )
    update pgboss.job set state = 'active', started_on = now(),
      retry_count = case when started_on is null then retry_count else retry_count + 1 end
    from due where job.name = due.name and job.id = due.id
    returning job.id, job.name, job.data, job.retry_count as "retryCount"`,
    [open.map(({ name }) => name), open.map(({ free }) => free), limit],
  );
  return rows as unknown as Taken[];
}

/** Writes down that runs have completed; not of those that another server has taken over. */
export async function completeAll(database: Database, jobs: readonly Held[]): Promise<void> {
  await database.execute(
    `update pgboss.job set state = 'completed', completed_on = now(), output = null
      from unnest($1::text[], $2::uuid[], $3::int[]) as mine (name, id, retry_count)
      where job.name = mine.name and job.id = mine.id and job.retry_count = mine.retry_count and job.state = 'active'`,
    [jobs.map(({ name }) => name), jobs.map(({ id }) => id), jobs.map(({ attempt }) => attempt - 1)],
  );
}

/** In the order in which jobs are taken: without it each taking would sort all that wait. */
export const indexOfDue = `create index if not exists job_due on pgboss.job (name, created_on, id) where state < 'active'`;
