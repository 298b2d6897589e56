import { catalogue, loadDataset } from '@whetstone/evals';
import type { EvalDataset } from '@whetstone/shared/contract';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Names that no project can give to tasks of its own. */
export const takenNames: ReadonlySet<string> = new Set(['starter', 'agent-work', ...catalogue.map(({ name }) => name)]);

/** What comes with the harness, and what it knows the publisher of: there if somebody has put it into the server's folder. */
export async function publishedDatasets(datasetsDir: string): Promise<EvalDataset[]> {
  const starter = await loadDataset('starter', { datasetsDir });
  const published = catalogue.map(async ({ name, title, file, problems, sha256, note }): Promise<EvalDataset> => {
    const isAvailable = (await stat(join(datasetsDir, file)).catch(() => undefined))?.isFile() ?? false;
    const missing = `not on this server: WHETSTONE_DATASETS_DIR has no ${file}; who runs it fetches it with: whetstone-evals datasets pull ${name}`;
    return {
      name,
      source: 'server folder',
      problemCount: problems,
      sha256: sha256[0],
      isAvailable,
      detail: [title, note, isAvailable ? undefined : missing].filter((part) => part !== undefined).join('. '),
      createdAt: null,
    };
  });
  return [
    {
      name: starter.name,
      source: 'built-in',
      problemCount: starter.problems.length,
      sha256: starter.sha256,
      isAvailable: true,
      detail: 'Functions in Python and TypeScript that ship with Whetstone',
      createdAt: null,
    },
    ...(await Promise.all(published)),
  ];
}
