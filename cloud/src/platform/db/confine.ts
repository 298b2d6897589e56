import { sql } from 'kysely';
import type { Tx } from './database.ts';

/**
 * Confines the rest of a transaction to a project, by the role that policies bind. Both settings end with the transaction,
 * so that the next borrower of a pooled connection starts without a tenant. What the start-up proof tries is this, too.
 */
export const confine = ({ sql: trx }: Tx, projectId: string) =>
  sql`select set_config('whetstone.project_id', ${projectId}, true), set_config('role', 'whetstone_app', true)`.execute(
    trx,
  );
