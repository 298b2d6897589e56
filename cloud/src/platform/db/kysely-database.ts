import { WhetstoneError } from '@whetstone/shared/errors';
import { CompiledQuery, Kysely, PostgresDialect, sql, type PostgresPool, type Transaction } from 'kysely';
import { confine } from './confine.ts';
import { isConnectionFailure, isPassing } from './connection-failure.ts';
import type { Database, ProjectTx, Tx } from './database.ts';
import type { Schema } from './schema.ts';

interface Options {
  engine: Database['engine'];
  pool: PostgresPool;
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
    execute: (text, parameters = []) =>
      kysely.connection().execute(async (connection) => {
        const query = CompiledQuery.raw(text, [...parameters]);
        try {
          return await connection.executeQuery<Record<string, unknown>>(query);
        } catch (error) {
          // A text that failed in a transaction of its own would leave it to the connection's next user.
          await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => undefined);
          return asUnavailable(error);
        }
      }),
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

async function enterProject(tx: Tx, projectId: string): Promise<ProjectTx> {
  await confine(tx, projectId);
  return { ...tx, projectId };
}

function asUnavailable(error: unknown): never {
  if (isConnectionFailure(error)) {
    const message = 'the database does not answer; whether a change under way was made is not known';
    throw new WhetstoneError('unavailable', message, { cause: error });
  }
  if (isPassing(error)) {
    throw new WhetstoneError('unavailable', 'the database was too busy; nothing was changed, try again', {
      cause: error,
    });
  }
  throw error;
}
