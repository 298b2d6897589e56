import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const starter = resolve(import.meta.dirname, '../../../evals/src/datasets/starter');

/** A directory of data sets with one of its own, "drill": these problems of the starter set, so that a whole run is short. */
export async function ownDataset(problemIds: readonly string[]) {
  const datasetsDir = await mkdtemp(join(tmpdir(), 'whetstone-datasets-'));
  const folder = join(datasetsDir, 'drill');
  await mkdir(folder);
  for (const id of problemIds) await cp(join(starter, id), join(folder, id), { recursive: true });
  return { datasetsDir, folder, remove: () => rm(datasetsDir, { recursive: true, force: true }) };
}
