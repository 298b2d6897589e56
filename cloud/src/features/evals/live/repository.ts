import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../../../platform/db/database.ts';

export interface EventRow {
  seq: number;
  type: string;
  data: unknown;
}

export interface TicketRow {
  runId: string;
  projectId: string;
  selector: string;
  expiresAt: Date;
}

/** What is read at once waits at once on a connection, which takes little more than this. */
const maxBytesRead = 524_288;

export const liveRepository = {
  /** How far the events of runs reach; runs that are gone are absent. Of all projects. */
  heads: (tx: Tx, runIds: readonly string[]): Promise<{ runId: string; head: number }[]> =>
    tx.sql
      .selectFrom('eval_run')
      .select(['id as runId', 'event_seq as head'])
      .where('id', 'in', [...runIds])
      .execute(),

  /** Up to the event `head`: what was committed since then has its turn later. Of large ones fewer than the limit. */
  async events(tx: ProjectTx, runId: string, after: number, head: number, limit: number): Promise<EventRow[]> {
    const { rows } = await sql<EventRow>`
      select seq, type, data
      from (
        select seq, type, data, sum(octet_length(data::text)) over (order by seq rows unbounded preceding) as bytes
        from (
          select seq, type, data from eval_event
          where project_id = ${tx.projectId} and run_id = ${runId} and seq > ${after} and seq <= ${head}
          order by seq limit ${limit}
        ) as oldest
      ) as following
      where bytes - octet_length(data::text) < ${maxBytesRead}
      order by seq`.execute(tx.sql);
    return rows;
  },

  insertTicket: (tx: ProjectTx, hash: Buffer, { runId, selector, expiresAt }: Omit<TicketRow, 'projectId'>) =>
    tx.sql
      .insertInto('eval_ticket')
      .values({ ticket_hash: hash, project_id: tx.projectId, run_id: runId, selector, expires_at: expiresAt })
      .execute(),

  /** Tickets of a key that could still be used. */
  async countTickets(tx: ProjectTx, selector: string): Promise<number> {
    const { count } = await tx.sql
      .selectFrom('eval_ticket')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where('project_id', '=', tx.projectId)
      .where('selector', '=', selector)
      .where('expires_at', '>', tx.now)
      .executeTakeFirstOrThrow();
    return Number(count);
  },

  /** Of several who ask at once, on whichever server, one is given it. Before it is read there is no tenant. */
  takeTicket: (tx: Tx, hash: Buffer): Promise<TicketRow | undefined> =>
    tx.sql
      .deleteFrom('eval_ticket')
      .where('ticket_hash', '=', hash)
      .returning(['run_id as runId', 'project_id as projectId', 'selector', 'expires_at as expiresAt'])
      .executeTakeFirst(),

  /** Of all projects: how many went. */
  async removeTickets(tx: Tx): Promise<number> {
    const { numDeletedRows } = await tx.sql
      .deleteFrom('eval_ticket')
      .where('expires_at', '<=', tx.now)
      .executeTakeFirst();
    return Number(numDeletedRows);
  },
};
