import { randomUUID } from 'node:crypto';
import type { Database } from '../../cloud/src/platform/db/database.ts';

export async function makeDataset(database: Database, projectId: string, problems: number): Promise<string> {
  const id = randomUUID();
  await database.execute(
    `insert into eval_dataset (id, project_id, name, sha256, problem_ids, problem_count, task_types, created_at)
     values ($1, $2, 'made-up', $3, $4, $5, '{}', now())`,
    [id, projectId, 'a'.repeat(64), JSON.stringify(Array.from({ length: problems }, (_, i) => `p${i}`)), problems],
  );
  return id;
}

export async function makeProject(database: Database): Promise<string> {
  const [organisation, id] = [randomUUID(), randomUUID()];
  await database.execute(`insert into organisation (id, name, created_at) values ($1, 'bench', now())`, [organisation]);
  await database.execute(
    `insert into project (id, organisation_id, name, created_at) values ($1, $2, 'bench', now())`,
    [id, organisation],
  );
  return id;
}
