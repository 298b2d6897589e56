import type { TestProject } from 'vitest/node';
import { findPostgres, noPostgres, startPostgres } from './postgres.ts';
import type {} from './provided.ts';

export default async function setup(project: TestProject) {
  if (!findPostgres()) {
    if (process.env['CI']) throw new Error(`${noPostgres}; run: apt-get install -y postgresql-15`);
    project.provide('postgresUrl', undefined);
    return;
  }
  const server = await startPostgres();
  project.provide('postgresUrl', server.adminUrl);
  return server.stop;
}
