import { WhetstoneError } from '@whetstone/shared/errors';
import { realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesOfFolder, isBelow, stateOfFolder } from './directory-files.ts';
import { isHtml, type HtmlToMarkdown } from './file-page.ts';
import { pagesOf } from './file-pages.ts';
import { isDeclarations, isMarkdown } from './npm-prose.ts';
import type { OpenSource } from './source.ts';
import { unchanged } from './unchanged.ts';

export interface DirectoryOptions {
  /** Below these, folders may be named. */
  docDirs: readonly string[];
  htmlToMarkdown: HtmlToMarkdown;
  /** Absent where each look reads everything. */
  clock?: (() => number) | undefined;
}

/** A folder of the server, below one that whoever runs it has named for that. */
export const directorySource =
  ({ docDirs, htmlToMarkdown, clock }: DirectoryOptions): OpenSource =>
  async (taking) => {
    const { source, limits, signal, version } = taking;
    if (source.kind !== 'directory') throw new Error(`${source.kind} is no directory`);
    const roots = await existing(docDirs);
    const folder = await folderBelow(roots, source.path);
    const below = {
      folder,
      roots: [folder, ...roots],
      pageBytes: limits.pageBytes,
      signal,
      name: `"${source.path}"`,
    };
    const title = basename(source.path);
    const state = clock && (await stateOfFolder(isPage, { ...below, clock }));
    const about = { version, title, provenance: 'project', state } as const;
    const known = await unchanged(taking, about);
    if (known) return known;
    const files = filesOfFolder(below);
    // As it was named: where links of the server lead is nobody's business.
    const urlOf = (path: string) => pathToFileURL(join(resolve('/', source.path), path)).href;
    return {
      ...about,
      expected: undefined,
      pages: pagesOf(files, { title, isPage, taking, urlOf, htmlToMarkdown }),
    };
  };

const isPage = (path: string) => isMarkdown(path) || isHtml(path) || isDeclarations(path);

const existing = async (folders: readonly string[]) =>
  (await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)))).filter(
    (one) => one !== undefined,
  );

/** With links resolved. Outside of what may be named nothing is looked at, so that no answer tells what is there. */
async function folderBelow(roots: readonly string[], name: string): Promise<string> {
  const isInside = (root: string, path: string) => path === root || isBelow(root, path);
  for (const root of roots) {
    const wanted = resolve(root, name);
    if (!isInside(root, wanted)) continue;
    const found = await realpath(wanted).catch(() => undefined);
    if (found === undefined) throw notFound(`there is no "${name}" below WHETSTONE_DOC_DIRS of this server`);
    if (!isInside(root, found)) continue;
    if (!(await stat(found)).isDirectory()) throw notFound(`"${name}" is a file; name the folder that it lies in`);
    return found;
  }
  const fix = roots.length === 0 ? 'which names no folder that exists' : 'and nothing else may be named';
  throw new WhetstoneError('forbidden', `"${name}" does not lie below WHETSTONE_DOC_DIRS of this server, ${fix}`);
}

const notFound = (why: string) => new WhetstoneError('not_found', why);
