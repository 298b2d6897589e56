import { catalogue, loadDataset, type Dataset } from '@whetstone/evals';
import { WhetstoneError } from '@whetstone/shared/errors';
import { LRUCache } from 'lru-cache';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunScope } from '../runs/run-scope.ts';
import { pathInside } from './path-inside.ts';
import { withoutPath } from './without-path.ts';

interface Options {
  datasetsDir: string;
  findProjectDataset: (scope: RunScope, name: string, sha256?: string) => Promise<Dataset | undefined>;
}

/** With a hash the version of it, where that is still there; else the current one. */
export type LoadByName = (scope: RunScope, name: string, sha256?: string) => Promise<Dataset>;

/**
 * Data sets by their name: those that come with the harness or from a publisher, those of the project, and folders and files
 * below the server's folder of data sets. Throws `not_found` where there is none. Files are read again when they changed.
 */
export function datasetLibrary({ datasetsDir, findProjectDataset }: Options): LoadByName {
  const known = new LRUCache<string, Promise<Dataset>>({ max: 8 });

  function remembered(key: string, load: () => Promise<Dataset>): Promise<Dataset> {
    const before = known.get(key);
    if (before) return before;
    const loading = load();
    known.set(key, loading);
    loading.catch(() => known.delete(key));
    return loading;
  }

  const loadFile = async (path: string, nameOrPath: string) => {
    const { mtimeMs, size, ino } = await stat(path);
    return remembered(`${path} ${mtimeMs} ${size} ${ino}`, () => loadDataset(nameOrPath, { datasetsDir }));
  };

  const loadFrom = (path: string, isFile: boolean) =>
    isFile ? loadFile(path, path) : loadDataset(path, { datasetsDir });

  return async (scope, name, sha256) => {
    if (name === 'starter') return remembered(name, () => loadDataset(name, { datasetsDir }));
    const published = catalogue.find((entry) => entry.name === name);
    if (published) {
      const path = join(datasetsDir, published.file);
      if (await stat(path).catch(() => undefined)) return loadFile(path, name);
      throw new WhetstoneError(
        'not_found',
        `the data set ${name} is not on this server; who runs it fetches it with: whetstone-evals datasets pull ${name}`,
      );
    }
    const own = (sha256 && (await findProjectDataset(scope, name, sha256))) || (await findProjectDataset(scope, name));
    if (own) return { ...own, name };
    const path = await pathInside([datasetsDir], name, 'WHETSTONE_DATASETS_DIR').catch(() => undefined);
    const found = path && (await stat(path).catch(() => undefined));
    if (!path || !found) {
      const names = ['starter', ...catalogue.map((entry) => entry.name)].join(', ');
      throw new WhetstoneError(
        'not_found',
        `there is no data set "${name}": neither one of ${names}, nor one of the project or of this server`,
      );
    }
    // What lies in a folder may change without a trace on the folder itself.
    const dataset = await withoutPath(loadFrom(path, found.isFile()), path, name);
    return { ...dataset, name };
  };
}
