import { rm } from 'node:fs/promises';
import { buildApp } from './app.ts';
import type { Config } from './config.ts';
import { createLog } from './log.ts';
import { openConfigured } from './open-configured.ts';
import { openPlatform } from './open-platform.ts';
import { migrate } from './platform/db/migrate.ts';
import { openPglite, writeTemplate } from './platform/db/pglite.ts';
import { forgetSchedules, installBoss } from './platform/queue/pg-boss-schema.ts';

const clock = () => Date.now();

/** The release step of a deployment: the schema is brought up to date and proven before the first machine serves. */
export async function migrateOnly(config: Config) {
  const database = await openConfigured(config, { clock, log: createLog('info') });
  await installBoss(database);
  await database.close();
  process.stdout.write('The schema is up to date and keeps tenants apart.\n');
}

/**
 * Part of the build: a data directory that is migrated and has the tables of every job, so that a first start need not wait for
 * initdb and them.
 */
export async function makeTemplate(given: Config) {
  const { templateFile } = given;
  await rm(templateFile, { force: true });
  const { database, kysely, dumpTemplate } = await openPglite({ clock });
  await migrate(kysely);
  // Whatever the builder's environment says: the image is of the engines that are embedded.
  const config = {
    ...given,
    databaseDirectUrl: undefined,
    qstash: undefined,
    sharedCache: undefined,
    embeddings: undefined,
  };
  const log = createLog('warn');
  const { platform, close } = await openPlatform(config, { database, sessionSecret: 'signs nothing', clock, log });
  const { app } = buildApp(platform);
  await app.ready();
  await app.close();
  await close();
  await forgetSchedules(database);
  await writeTemplate(templateFile, await dumpTemplate());
  await database.close();
}
