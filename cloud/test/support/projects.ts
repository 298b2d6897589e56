import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../src/platform/db/database.ts';

/** A tenant without keys, for tests that stand below the operations. */
export async function makeProject(database: Database) {
  const [organisation, project] = [uuidv7(), uuidv7()];
  await database.asSystem(async ({ sql: trx, now }) => {
    await trx.insertInto('organisation').values({ id: organisation, name: 'o', created_at: now }).execute();
    await trx
      .insertInto('project')
      .values({ id: project, organisation_id: organisation, name: 'p', created_at: now })
      .execute();
  });
  return project;
}
