import type { ProjectTx, Tx } from '../db/database.ts';

export interface Receipt {
  operation: string;
  requestHash: string;
  response: string | null;
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
