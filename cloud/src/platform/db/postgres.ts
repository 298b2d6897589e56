import pg from 'pg';
import { kyselyDatabase } from './kysely-database.ts';

/** The production engine: any PostgreSQL from 15 on, such as Neon. */
export function openPostgres({
  url,
  clock,
  onError,
}: {
  url: string;
  clock: () => number;
  onError: (error: Error) => void;
}) {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    application_name: 'whetstone',
  });
  // An idle connection that breaks is replaced at the next use; unheard, its error would end the process.
  pool.on('error', onError);
  return kyselyDatabase({ engine: 'postgres', pool, clock });
}
