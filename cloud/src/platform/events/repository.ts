import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../db/database.ts';
import type { LoggedEvent, RevisedTopic, Topic } from './events.ts';

/** The channel of LISTEN and NOTIFY, with the project and the sequence as payload. */
export const channel = 'whetstone_events';

export interface Head {
  projectId: string;
  sequence: number;
  /** Of the last event of each topic. */
  topics: Record<RevisedTopic, number>;
}

const columnOf = {
  keys: 'key_revision',
  flags: 'flag_revision',
  portfolio: 'portfolio_revision',
} as const satisfies Record<RevisedTopic, string>;

/** Of `evals` nothing is held that a revision would tell the age of: the log alone grows. */
const revisionOf = (topic: Topic) => (topic === 'evals' ? {} : { [columnOf[topic]]: next });

// A server of the release before grows only the revisions: never below them, so that ETags keep growing.
const next = sql<number>`greatest(event_sequence, key_revision, flag_revision) + 1`;

interface ReadRow {
  head: string;
  sequence: string | null;
  topic: Topic | null;
  data: unknown;
}

/** Passed by the last event that is read, which may be as large as a request. */
const maxBytesRead = 1_048_576;

export const eventRepository = {
  /** Locks the project's row to the end of the transaction, which is what makes sequences follow commits. */
  async append({ sql: trx, projectId, now }: ProjectTx, topic: Topic, data: unknown, notify: boolean) {
    const { sequence } = await trx
      .updateTable('project')
      .set({ event_sequence: next, ...revisionOf(topic) })
      .where('id', '=', projectId)
      .returning('event_sequence as sequence')
      .executeTakeFirstOrThrow();
    const notifying = sql`pg_notify(${channel}, ${`${projectId} ${sequence}`})`.as('notified');
    await trx
      .insertInto('event')
      .values({
        project_id: projectId,
        sequence: Number(sequence),
        topic,
        data: JSON.stringify(data),
        created_at: now,
      })
      .$if(notify, (query) => query.returning(notifying))
      .execute();
    return Number(sequence);
  },

  /**
   * Head and events in one statement, so that they are of one moment. At least one event if there is one; as many as asked
   * for, unless they are large: the process that reads them serves others, too.
   */
  async readAfter({ sql: trx, projectId }: ProjectTx, after: number, limit: number) {
    // Limited before it is joined: with the head beside it, the planner would sort all that follows.
    const { rows } = await sql<ReadRow>`
      select project.event_sequence as head, following.sequence, following.topic, following.data
      from project left join lateral (
        select sequence, topic, data, sum(octet_length(data::text)) over (order by sequence rows unbounded preceding) as bytes
        from (
          select sequence, topic, data from event
          where project_id = ${projectId} and sequence > ${after} order by sequence limit ${limit}
        ) as oldest
      ) as following on bytes - octet_length(following.data::text) < ${maxBytesRead}
      where project.id = ${projectId}
      order by following.sequence`.execute(trx);
    const events = rows.flatMap(({ sequence, topic, data }): LoggedEvent[] =>
      sequence === null ? [] : [{ sequence: Number(sequence), topic: topic!, data }],
    );
    return { head: Number(rows[0]?.head ?? 0), events };
  },

  async heads({ sql: trx }: Tx, projectIds: string[]): Promise<Head[]> {
    const rows = await trx
      .selectFrom('project')
      .select([
        'id',
        'event_sequence as sequence',
        'key_revision as keys',
        'flag_revision as flags',
        'portfolio_revision as portfolio',
      ])
      .where('id', 'in', projectIds)
      .execute();
    return rows.map(({ id, sequence, keys, flags, portfolio }) => ({
      projectId: id,
      sequence: Number(sequence),
      topics: { keys: Number(keys), flags: Number(flags), portfolio: Number(portfolio) },
    }));
  },

  /** Projects whose oldest event is older: one look into the index for each. */
  async projectsToPurge({ sql: trx }: Tx, before: Date): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from project, lateral (
        select created_at from event where project_id = project.id order by sequence limit 1
      ) as oldest
      where oldest.created_at < ${before}`.execute(trx);
    return rows.map(({ id }) => id);
  },

  /**
   * The oldest of a project up to the first that is young enough: servers' clocks differ, and an event that went from the
   * middle would be a hole. At most `limit`, so that no statement runs long.
   */
  async purge({ sql: trx }: Tx, projectId: string, before: Date, limit: number): Promise<number> {
    const { numAffectedRows } = await sql`
      with oldest as (
        select sequence, created_at from event where project_id = ${projectId} order by sequence limit ${limit}
      )
      delete from event where project_id = ${projectId}
        and sequence <= (select max(sequence) from oldest)
        and sequence < coalesce((select min(sequence) from oldest where created_at >= ${before}), 9223372036854775807)`.execute(
      trx,
    );
    return Number(numAffectedRows ?? 0n);
  },

  notify: ({ sql: trx }: Tx, payload: string) => sql`select pg_notify(${channel}, ${payload})`.execute(trx),
};
