import { rm } from 'node:fs/promises';
import type { Config } from './config.ts';
import { createLog } from './log.ts';
import { openConfigured } from './open-configured.ts';
import { migrate } from './platform/db/migrate.ts';
import { openPglite, writeTemplate } from './platform/db/pglite.ts';
import { installBoss } from './platform/queue/pg-boss-schema.ts';

const clock = () => Date.now();

/** The release step of a deployment: the schema is brought up to date and proven before the first machine serves. */
export async function migrateOnly(config: Config) {
  const database = await openConfigured(config, { clock, log: createLog('info') });
  await installBoss(database);
  await database.close();
  process.stdout.write('The schema is up to date and keeps tenants apart.\n');
}

/** Part of the build: a migrated data directory, so that a first start need not wait for initdb. */
export async function makeTemplate({ templateFile }: Config) {
  await rm(templateFile, { force: true });
  const { database, kysely, dumpTemplate } = await openPglite({ clock });
  await migrate(kysely);
  await installBoss(database);
  await writeTemplate(templateFile, await dumpTemplate());
  await database.close();
}
