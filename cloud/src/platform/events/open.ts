import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import type { Events } from './events.ts';
import { inProcessEvents } from './in-process.ts';
import { postgresEvents } from './postgres.ts';

interface Options {
  database: Database;
  /** Present where other processes may write: the address to LISTEN at. */
  directUrl: string | undefined;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** The engine that fits the database. */
export function openEvents({ database, directUrl, clock, log }: Options): Events {
  const onError = (error: unknown) => log.warn({ err: error }, 'cannot ask the database for changes');
  if (directUrl === undefined) return inProcessEvents({ database, onError });
  const onListening = (error: unknown) =>
    error === undefined
      ? log.info('LISTEN works: changes of other servers are heard at once')
      : log.warn({ err: error }, 'LISTEN does not work, polling goes on; is DATABASE_DIRECT_URL a direct connection?');
  return postgresEvents({ database, directUrl, clock, onError, onListening });
}
