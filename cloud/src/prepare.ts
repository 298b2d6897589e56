import { rm } from 'node:fs/promises';
import type { Config } from './config.ts';
import { createLog } from './log.ts';
import { migrate } from './platform/db/migrate.ts';
import { openDatabase } from './platform/db/open.ts';
import { blaming } from './start-problem.ts';
import { openPglite, writeTemplate } from './platform/db/pglite.ts';

const clock = () => Date.now();

/** The release step of a deployment: the schema is brought up to date and proven before the first machine serves. */
export async function migrateOnly({ databaseUrl, dataDir, templateFile }: Config) {
  const log = createLog('info');
  const choice = { url: databaseUrl, directory: dataDir, templateFile };
  const database = await blaming(
    databaseUrl ? 'DATABASE_URL' : 'WHETSTONE_DATA_DIR',
    openDatabase(choice, { clock, log }),
  );
  await database.close();
  process.stdout.write('The schema is up to date and keeps tenants apart.\n');
}

/** Part of the build: a migrated data directory, so that a first start need not wait for initdb. */
export async function makeTemplate({ templateFile }: Config) {
  await rm(templateFile, { force: true });
  const { database, kysely, dumpTemplate } = await openPglite({ clock });
  await migrate(kysely);
  await writeTemplate(templateFile, await dumpTemplate());
  await database.close();
}
