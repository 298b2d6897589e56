import type { PostgresPool } from 'kysely';
import pg from 'pg';
import { isConnectionFailure } from './connection-failure.ts';
import { withinTime } from '../within-time.ts';
import { kyselyDatabase } from './kysely-database.ts';

interface Options {
  url: string;
  clock: () => number;
  onError: (error: Error) => void;
}

const goodbyeMs = 1_000;

/** The production engine: any PostgreSQL from 15 on, such as Neon. */
export function openPostgres({ url, clock, onError }: Options) {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    // The server's limit is for slow statements; ours for a connection that went silent, which no server can end.
    statement_timeout: 10_000,
    query_timeout: 12_000,
    keepAlive: true,
    application_name: 'whetstone',
  });
  // A connection that breaks is replaced at the next use. Unheard, its error would end the process: the pool listens while
  // a connection is idle, nobody while it is lent out.
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return kyselyDatabase({ engine: 'postgres', pool: withoutBrokenReturns(pool, onError), clock });
}

/** Kysely's type also has cursors, which nothing here uses. */
const asPoolClient = (client: object) => client as Awaited<ReturnType<PostgresPool['connect']>>;

/**
 * Kysely gives every connection back as if it were sound. One that broke or whose answer never came would then be lent to
 * the next, who would wait in vain: it is closed instead.
 */
function withoutBrokenReturns(pool: pg.Pool, onError: (error: Error) => void): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect();
      let failure: unknown;
      const query = async (text: string, parameters: readonly unknown[]) => {
        // The rollback of what went silent would only wait in vain a second time.
        if (failure) throw failure;
        try {
          return await client.query(text, [...parameters]);
        } catch (error) {
          if (isConnectionFailure(error)) failure = error;
          throw error;
        }
      };
      return asPoolClient({ query, release: () => client.release(failure !== undefined) });
    },
    // A connection gone silent never says that it has ended; whoever closes the database is about to leave.
    end: () => withinTime(pool.end(), goodbyeMs).catch(onError),
  };
}
