import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../db/database.ts';
import type { LoggedEvent, Topic } from './events.ts';

/** The channel of LISTEN and NOTIFY, with the project and the sequence as payload. */
export const channel = 'whetstone_events';

export interface Head {
  projectId: string;
  sequence: number;
  /** Of the last event of each topic. */
  topics: Record<Topic, number>;
}

const columnOf = { keys: 'key_revision', flags: 'flag_revision' } as const satisfies Record<Topic, string>;

// A server of the release before grows only the revisions: never below them, so that ETags keep growing.
const next = sql<number>`greatest(event_sequence, key_revision, flag_revision) + 1`;

export const eventRepository = {
  /** Locks the project's row to the end of the transaction, which is what makes sequences follow commits. */
  async append({ sql: trx, projectId, now }: ProjectTx, topic: Topic, data: unknown, notify: boolean) {
    const { sequence } = await trx
      .updateTable('project')
      .set({ event_sequence: next, [columnOf[topic]]: next })
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

  /** Head and events in one statement, so that they are of one moment. */
  async readAfter({ sql: trx, projectId }: ProjectTx, after: number, limit: number) {
    const rows = await trx
      .selectFrom('project')
      .leftJoin('event', (join) =>
        join.onRef('event.project_id', '=', 'project.id').on('event.sequence', '>', sql<string>`${after}`),
      )
      .select(['project.event_sequence as head', 'event.sequence', 'event.topic', 'event.data'])
      .where('project.id', '=', projectId)
      .orderBy('event.sequence')
      .limit(limit)
      .execute();
    const events = rows.flatMap(({ sequence, topic, data }): LoggedEvent[] =>
      sequence === null ? [] : [{ sequence: Number(sequence), topic: topic as Topic, data }],
    );
    return { head: Number(rows[0]?.head ?? 0), events };
  },

  async heads({ sql: trx }: Tx, projectIds: string[]): Promise<Head[]> {
    const rows = await trx
      .selectFrom('project')
      .select(['id', 'event_sequence as sequence', 'key_revision as keys', 'flag_revision as flags'])
      .where('id', 'in', projectIds)
      .execute();
    return rows.map(({ id, sequence, keys, flags }) => ({
      projectId: id,
      sequence: Number(sequence),
      topics: { keys: Number(keys), flags: Number(flags) },
    }));
  },

  /**
   * The oldest of each project up to the first that is young enough: servers' clocks differ, and an event that went from
   * the middle would be a hole. At most `limit`, so that no statement runs long.
   */
  async purge({ sql: trx }: Tx, before: Date, limit: number): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from event using (
        select old.project_id, old.sequence
        from event old join (
          select project_id, min(sequence) filter (where created_at >= ${before}) as keep_from
          from event group by project_id) kept on kept.project_id = old.project_id
        where kept.keep_from is null or old.sequence < kept.keep_from
        order by old.project_id, old.sequence
        limit ${limit}) gone
      where event.project_id = gone.project_id and event.sequence = gone.sequence`.execute(trx);
    return Number(numAffectedRows ?? 0n);
  },

  notify: ({ sql: trx }: Tx, payload: string) => sql`select pg_notify(${channel}, ${payload})`.execute(trx),
};
