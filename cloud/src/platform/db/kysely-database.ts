import { WhetstoneError } from '@whetstone/shared/errors';
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import type pg from 'pg';
import type { Database, ProjectTx, Tx } from './database.ts';
import type { Schema } from './schema.ts';

interface Options {
  engine: Database['engine'];
  pool: pg.Pool;
  clock: () => number;
  /** Runs after the pool has ended. */
  onClose?: () => Promise<void>;
}

/** Both engines speak through `pg`, so that this is the one code path. */
export function kyselyDatabase({ engine, pool, clock, onClose }: Options) {
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });

  async function transact<T extends Tx, R>(enter: (tx: Tx) => Promise<T>, work: (tx: T) => Promise<R>) {
    const effects: (() => void)[] = [];
    const run = async (trx: Transaction<Schema>) =>
      work(await enter({ sql: trx, now: new Date(clock()), afterCommit: (effect) => void effects.push(effect) }));
    const result = await kysely.transaction().execute(run).catch(asUnavailable);
    for (const effect of effects) effect();
    return result;
  }

  const database: Database = {
    engine,
    shared: engine === 'postgres',
    asSystem: (work) => transact(async (tx) => tx, work),
    asProject: (projectId, work) => transact((tx) => enterProject(tx, projectId), work),
    ping: async () => {
      await sql`select 1`.execute(kysely).catch(asUnavailable);
    },
    close: async () => {
      await kysely.destroy();
      await onClose?.();
    },
  };
  return { database, kysely };
}

/** Both settings end with the transaction, so that the next borrower of a pooled connection starts without a tenant. */
async function enterProject(tx: Tx, projectId: string): Promise<ProjectTx> {
  await sql`select set_config('whetstone.project_id', ${projectId}, true), set_config('role', 'whetstone_app', true)`.execute(
    tx.sql,
  );
  return { ...tx, projectId };
}

/** Errors of the connection itself (SQLSTATE 08, 57P and the socket's) mean the engine is away, not that we have a bug. */
function asUnavailable(error: unknown): never {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const away =
    /^(08|57P|53)/.test(String(code)) ||
    /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|ENOENT|EAI_)/.test(String(code)) ||
    /timeout exceeded when trying to connect|Connection terminated/.test(String(message));
  if (!away) throw error;
  throw new WhetstoneError('unavailable', 'the database does not answer; nothing was changed', { cause: error });
}
