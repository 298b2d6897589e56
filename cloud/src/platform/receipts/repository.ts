import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../db/database.ts';

export interface Receipt {
  operation: string;
  requestHash: string;
  response: string | null;
}

interface ForgottenMember {
  operation: string;
  ids: readonly string[];
  member: string;
}

export const receiptRepository = {
  /**
   * True when this transaction is the first with the key. A second one waits here until the first has ended: on the unique
   * index, so that it sees either the finished receipt or, after a failure, none.
   */
  async claim(tx: ProjectTx, key: string, operation: string, requestHash: string): Promise<boolean> {
    const claimed = await tx.sql
      .insertInto('idempotency_key')
      .values({
        project_id: tx.projectId,
        key,
        operation,
        request_hash: requestHash,
        response: null,
        created_at: tx.now,
      })
      .onConflict((conflict) => conflict.columns(['project_id', 'key']).doNothing())
      .returning('key')
      .executeTakeFirst();
    return claimed !== undefined;
  },

  /** Those whose keys are new, with their answers; others that come at the same time wait as for one. */
  async claimAll(tx: ProjectTx, receipts: readonly (Receipt & { key: string })[]): Promise<Set<string>> {
    const rows = await tx.sql
      .insertInto('idempotency_key')
      .values(
        // In one order, so that two that share keys cannot wait for each other.
        receipts
          .toSorted((a, b) => (a.key < b.key ? -1 : 1))
          .map(({ key, operation, requestHash, response }) => ({
            project_id: tx.projectId,
            key,
            operation,
            request_hash: requestHash,
            response,
            created_at: tx.now,
          })),
      )
      .onConflict((conflict) => conflict.columns(['project_id', 'key']).doNothing())
      .returning('key')
      .execute();
    return new Set(rows.map(({ key }) => key));
  },

  complete: (tx: ProjectTx, key: string, response: string) =>
    tx.sql
      .updateTable('idempotency_key')
      .set({ response })
      .where('project_id', '=', tx.projectId)
      .where('key', '=', key)
      .execute(),

  find: (tx: ProjectTx, key: string): Promise<Receipt | undefined> =>
    tx.sql
      .selectFrom('idempotency_key')
      .select(['operation', 'request_hash as requestHash', 'response'])
      .where('project_id', '=', tx.projectId)
      .where('key', '=', key)
      .executeTakeFirst(),

  /** Takes a member out of the answers about these ids: what it says is to be forgotten, that they were told is not. */
  async forgetMember(tx: ProjectTx, { operation, ids, member }: ForgottenMember): Promise<void> {
    await sql`
      update idempotency_key set response = (response::jsonb - ${member}::text)::text
      where project_id = ${tx.projectId} and operation = ${operation} and response like ${`%"${member}":%`}
        and response::jsonb ->> 'id' = any(${[...ids]}::text[])`.execute(tx.sql);
  },

  /** Of all projects: how many went, at most the limit. */
  removeOlder: async (tx: Tx, before: Date, limit: number): Promise<number> => {
    const oldest = tx.sql
      .selectFrom('idempotency_key')
      .select(['project_id', 'key'])
      .where('created_at', '<', before)
      .limit(limit);
    const { numDeletedRows } = await tx.sql
      .deleteFrom('idempotency_key')
      .where(({ eb, refTuple }) => eb(refTuple('project_id', 'key'), 'in', oldest.$asTuple('project_id', 'key')))
      .executeTakeFirst();
    return Number(numDeletedRows);
  },
};
