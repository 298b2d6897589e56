import type { Logger } from 'pino';
import { proveIsolation } from './isolation.ts';
import { migrate } from './migrate.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

export interface DatabaseChoice {
  /** Present selects PostgreSQL; absent the embedded engine in `directory`. */
  url?: string | undefined;
  directory?: string | undefined;
  templateFile?: string | undefined;
  /** Whether the embedded engine is to have pgvector; PostgreSQL has it or not. */
  withVectors?: boolean | undefined;
}

interface Surroundings {
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** Opens the engine that the configuration names, migrated and with its isolation proven. */
export async function openDatabase(
  { url, directory, templateFile, withVectors }: DatabaseChoice,
  { clock, log }: Surroundings,
) {
  const { database, kysely } = url
    ? openPostgres({ url, clock, onError: ({ message }) => log.warn({ message }, 'an idle database connection broke') })
    : await openPglite({ directory, templateFile, withVectors, clock });
  try {
    const applied = await migrate(kysely);
    if (applied.length > 0) log.info({ applied }, 'migrated');
    await proveIsolation(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
