import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DatabaseChoice } from '../../../cloud/src/platform/db/open.ts';
import { startApp } from '../../../cloud/test/support/app.ts';

const templateFile = resolve(import.meta.dirname, '../../../cloud/dist/pglite-template.tgz');

/** The whole server in this process, where a drill must reach what no environment variable sets. Its jobs run. */
export async function startInProcess(options: Parameters<typeof startApp>[1] = {}, url?: string) {
  const place = async () => {
    const directory = await mkdtemp(join(tmpdir(), 'whetstone-drill-'));
    const choice: DatabaseChoice = url === undefined ? { directory, templateFile } : { url };
    return { choice, directory, remove: () => rm(directory, { recursive: true, force: true }) };
  };
  const app = await startApp({ place }, options);
  await app.work();
  return app;
}
