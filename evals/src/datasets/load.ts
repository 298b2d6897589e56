import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Dataset, Problem } from '../problem.ts';
import { catalogue, ofOwnFiles, type CatalogueEntry } from './catalogue.ts';
import { loadProblemFolders, loadStarter } from './problem-folders.ts';
import { holdsTasks, loadTasks } from '../tasks/load-tasks.ts';
import { readContent, rowsOf, type FileContent, type Row } from './read-rows.ts';

export interface LoadOptions {
  datasetsDir: string;
  /** Takes a published data set whose bytes are not the pinned ones; the manifest says which they were. */
  allowUnknownHash?: boolean;
}

/** A data set by its name, or the problems of a file or folder. Nothing is fetched. */
export async function loadDataset(nameOrPath: string, options: LoadOptions): Promise<Dataset> {
  if (nameOrPath === 'starter') return loadStarter();
  const entry = catalogue.find(({ name }) => name === nameOrPath);
  return entry ? loadPublished(entry, options) : loadOwn(nameOrPath);
}

/** What finds the data set again from anywhere: a name is one everywhere, a path only from its root on. */
export const sourceToKeep = (nameOrPath: string): string =>
  nameOrPath === 'starter' || catalogue.some(({ name }) => name === nameOrPath) ? nameOrPath : resolve(nameOrPath);

async function loadPublished(
  entry: CatalogueEntry,
  { datasetsDir, allowUnknownHash = false }: LoadOptions,
): Promise<Dataset> {
  const path = join(datasetsDir, entry.file);
  if (!(await kindOf(path)))
    throw new WhetstoneError(
      'not_found',
      `the data set ${entry.name} is not here (looked for ${path}). Fetch it from its publisher with: whetstone-evals datasets pull ${entry.name}`,
    );
  const content = await readContent(path);
  if (!allowUnknownHash) refuseUnknownHash(entry, path, content.sha256);
  return datasetOf(entry.name, content, entry);
}

export function refuseUnknownHash(entry: CatalogueEntry, path: string, sha256: string): void {
  if (entry.sha256.includes(sha256)) return;
  throw new WhetstoneError(
    'invalid',
    `${path} is not the ${entry.name} that is known: its SHA-256 is ${sha256}, expected ${entry.sha256.join(' or ')}. ` +
      `Fetch it again with "whetstone-evals datasets pull ${entry.name}", or say --allow-unknown-hash to use it as it is`,
  );
}

async function loadOwn(path: string): Promise<Dataset> {
  const kind = await kindOf(path);
  if (kind === 'folder') return (await holdsTasks(path)) ? loadTasks(path) : loadProblemFolders(resolve(path));
  if (kind === 'file') {
    const content = await readContent(path);
    const known = catalogue.find(({ sha256 }) => sha256.includes(content.sha256));
    return known ? datasetOf(known.name, content, known) : datasetOf(path, content, shapeOf(content));
  }
  const names = ['starter', ...catalogue.map(({ name }) => name)].join(', ');
  throw new WhetstoneError(
    'not_found',
    `there is no data set "${path}": neither one of ${names}, nor a file or folder`,
  );
}

type Shape = Pick<CatalogueEntry, 'problemOf' | 'preamble' | 'timeoutMs' | 'sameProcess'>;

/** Whose shape the rows of a file have. */
function shapeOf(content: FileContent): Shape {
  const [first] = rowsOf(content);
  const fields = typeof first?.value === 'object' && first.value !== null ? first.value : {};
  const like = (name: string): Shape => catalogue.find((entry) => entry.name === name)!;
  if ('FAIL_TO_PASS' in fields) return like('swe-bench-lite');
  if ('entry_point' in fields && 'test' in fields) return { ...like('humaneval'), ...ofOwnFiles };
  if ('test_list' in fields) return { ...like('text' in fields ? 'mbpp' : 'mbpp-sanitized'), ...ofOwnFiles };
  throw new WhetstoneError(
    'invalid',
    `${content.path} holds no problems: rows as in HumanEval (prompt, entry_point, test), MBPP (text, code, test_list) or SWE-bench (FAIL_TO_PASS) are read`,
  );
}

function datasetOf(
  name: string,
  content: FileContent,
  { problemOf, preamble, timeoutMs, sameProcess }: Shape,
): Dataset {
  const rows = rowsOf(content);
  if (rows.length === 0) throw new WhetstoneError('invalid', `${content.path} is empty`);
  const problems = distinct(rows, problemOf).map((problem) =>
    problem.kind === 'function' && sameProcess?.includes(problem.id) ? { ...problem, sameProcess: true } : problem,
  );
  return { name, sha256: content.sha256, problems, preamble, timeoutMs };
}

function distinct(rows: readonly Row[], problemOf: (row: Row) => Problem): Problem[] {
  const firstAt = new Map<string, string>();
  return rows.map((row) => {
    const problem = problemOf(row);
    const before = firstAt.get(problem.id);
    if (before !== undefined)
      throw new WhetstoneError('invalid', `${row.at}: ${problem.id} stands already in ${before}`);
    firstAt.set(problem.id, row.at);
    return problem;
  });
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return 'folder';
  return found ? 'file' : undefined;
}
