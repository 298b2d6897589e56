import type PgBoss from 'pg-boss';
import type { Database } from '../db/database.ts';

/** A job under way. Its attempt tells this run from the one of a server that took over. */
export interface Held {
  id: string;
  name: string;
  attempt: number;
}

/**
 * Who runs a job holds it for a short while at a time, so that a server that dies gives it up soon, however long the job may
 * take. The engine's expiry is that lease.
 */
export function leases(database: Database, boss: PgBoss, leaseMs: number) {
  const lease = `interval '${leaseMs} milliseconds'`;
  const idsOf = (jobs: Held[]) => [
    jobs.map(({ name }) => name),
    jobs.map(({ id }) => id),
    jobs.map(({ attempt }) => attempt - 1),
  ];
  const mine = `from unnest($1::text[], $2::uuid[], $3::int[]) as mine (name, id, retry_count)
    where job.name = mine.name and job.id = mine.id and job.retry_count = mine.retry_count and job.state = 'active'`;

  return {
    /** The sentence for intervals in SQL. */
    lease,

    /** Holds on; resolves with the ids that are no longer ours. */
    async extend(jobs: Held[]): Promise<string[]> {
      const { rows } = await database.execute(
        `update pgboss.job set expire_in = now() - started_on + ${lease} ${mine} returning job.id`,
        idsOf(jobs),
      );
      const kept = new Set(rows.map(({ id }) => id));
      return jobs.map(({ id }) => id).filter((id) => !kept.has(id));
    },

    /** As if they had never been taken: the run does not count. */
    async handBack(jobs: Held[]) {
      await database.execute(
        `update pgboss.job set
          state = (case when job.retry_count = 0 then 'created' else 'retry' end)::pgboss.job_state,
          started_on = case when job.retry_count > 0 then started_on end,
          retry_count = greatest(job.retry_count - 1, 0), start_after = timestamptz 'epoch' ${mine}`,
        idsOf(jobs),
      );
    },

    /** Fails the runs that nobody holds on to any more, so that they are retried. */
    async reclaim() {
      // A clock that was set back: what seems to have begun in the future would be waited for until then.
      await database.execute(
        `update pgboss.job set started_on = now(), start_after = case when state = 'retry' then now() else start_after end
          where state in ('retry', 'active') and started_on > now() + interval '5 seconds'`,
      );
      await boss.expire();
    },

    /** Where no other process can hold one: all that are held are a dead one's. */
    async reclaimAll() {
      await database.execute(
        `update pgboss.job set expire_in = now() - started_on - interval '1 second' where state = 'active'`,
      );
      await boss.expire();
      // Else the next run would have begun with a lease that is over, and be taken for a dead one's before it extends it. Nor is it
      // to wait: the pause between retries is for what failed, not for what died with its process.
      await database.execute(
        `update pgboss.job set expire_in = ${lease}, start_after = least(start_after, now())
          where state = 'retry' and expire_in < ${lease}`,
      );
    },
  };
}

export type Leases = ReturnType<typeof leases>;
