import { sql } from 'kysely';
import PgBoss from 'pg-boss';
import type { Database } from '../db/database.ts';
import { indexOfDue } from './pg-boss-take.ts';

/**
 * Brings the schema of pg-boss up to date and hands out its statements, which move jobs between states, on our connections.
 * Its workers and its timekeeper stay off: they let a failed completion go unheard, which ends the process when the database
 * is away, ask once per queue, and skip what was due while nobody ran.
 */
export async function installBoss(database: Database): Promise<PgBoss> {
  const boss = new PgBoss({
    db: { executeSql: (text, values: unknown[] | undefined) => database.execute(text, values) },
    schedule: false,
    supervise: false,
  });
  await oneAtATime(database, async () => {
    await boss.start();
    await database.execute(`create index if not exists job_of_project on pgboss.job ((data->>'projectId'), id)`);
    await database.execute(indexOfDue);
  });
  return boss;
}

/**
 * For changes of the schema: servers that start together would deadlock over them. The lock is held by a connection beside
 * the one that works, of which an engine that nobody shares has none, nor anyone to lock out.
 */
export async function oneAtATime(database: Database, work: () => Promise<void>) {
  if (!database.shared) return work();
  await database.asSystem(async ({ sql: trx }) => {
    await sql`select pg_advisory_xact_lock(hashtext('whetstone queue'))`.execute(trx);
    await work();
  });
}

/** In an image of a database: when its jobs were first scheduled is for the first start from it to say. */
export const forgetSchedules = (database: Database) => database.execute('delete from pgboss.schedule');
