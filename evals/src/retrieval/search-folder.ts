import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { searchSegment, type Segment } from '@whetstone/shared/knowledge';
import type { Searcher } from './searcher.ts';
import { segmentOfFiles } from './segment-of-files.ts';

/** Nothing is cut off: the ranking is judged, not how much of it fits an answer. */
const noBudget = Number.MAX_SAFE_INTEGER;

/**
 * Searches Markdown of a folder as the product does, without any server. Where the folder has one below it for a library that
 * is asked about, each library is what lies in its own.
 */
export async function folderSearcher(
  folder: string,
  { libraries, limit }: { libraries: readonly (string | undefined)[]; limit: number },
): Promise<Searcher> {
  if (!(await isFolder(folder))) throw new WhetstoneError('not_found', `--docs: there is no folder ${folder}`);
  const named = [...new Set(libraries)].filter((library) => library !== undefined);
  const own = new Set<string>();
  for (const library of named) if (await isFolder(join(folder, library))) own.add(library);
  const segments = new Map<string, Promise<Segment>>();
  const segmentFor = (library: string | undefined) => {
    const from = library !== undefined && own.has(library) ? join(folder, library) : folder;
    const known = segments.get(from) ?? read(from, library ?? 'docs');
    segments.set(from, known);
    return known;
  };
  return {
    cannotAnswer: async (library) =>
      own.size > 0 && library !== undefined && !own.has(library) ? `${folder} has no folder ${library}` : undefined,
    pagesOf: async (library) => (await segmentFor(library)).pages,
    search: async ({ query, library }) => {
      const hits = searchSegment(await segmentFor(library), { query, limit, tokenBudget: noBudget });
      return { pages: hits.map(({ page }) => page), note: undefined };
    },
  };
}

async function read(folder: string, library: string): Promise<Segment> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(?:mdx?|markdown)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  if (paths.length === 0) throw invalidField('--docs', `no Markdown (.md, .mdx) below ${folder}`);
  const files = [];
  for (const path of paths)
    files.push({ path: relative(folder, path).split(sep).join('/'), text: await readFile(path, 'utf8') });
  return segmentOfFiles(library, files);
}

const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() === true;
