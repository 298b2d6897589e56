import { WhetstoneError } from '@whetstone/shared/errors';
import { filesOfArchive } from './archive.ts';
import { askFor, type Asking } from './archive-fetch.ts';
import { pagesOf } from './file-pages.ts';
import type { Files } from './files.ts';
import { refsFor, versionOfRef } from './github-refs.ts';
import { sha256 } from '../sha256.ts';
import { isAside, isChangeLog, isHousekeeping, isMarkdown } from './npm-prose.ts';
import { encoded } from './npm-url.ts';
import type { OpenSource, Taking } from './source.ts';
import { unchanged } from './unchanged.ts';

export interface GithubOptions {
  outbound: Asking['outbound'];
  /** Of the server of archives; they lie there at `/OWNER/REPO/tar.gz/REF`. */
  githubUrl?: string;
}

/** The documentation of a repository at a tag, as an archive: no git, and no history. */
export const githubSource =
  ({ outbound, githubUrl = 'https://codeload.github.com' }: GithubOptions): OpenSource =>
  async (taking) => {
    const { source, library, version, limits, signal } = taking;
    if (source.kind !== 'github') throw new Error(`${source.kind} is not github`);
    const { repo } = source;
    if (repo.split('/').some((part) => /^\.+$/.test(part)))
      throw new WhetstoneError('invalid', `"${repo}" is no repository; they look like fastify/fastify`);
    const base = `${githubUrl.replace(/\/+$/, '')}/${repo}/tar.gz`;
    const { ref, packed } = await firstThere(refsFor(source.ref, { library, version }), base, {
      repo,
      outbound,
      taking,
    });
    const about = {
      version: versionOfRef(source.ref, { ref, version }),
      title: repo,
      provenance: 'official-repository',
      state: `${ref} ${sha256(packed)}`,
    } as const;
    const known = await unchanged(taking, about);
    if (known) return known;
    const folder = source.folder.replaceAll(/^\/+|\/+$/g, '');
    const files = below(folder, filesOfArchive(packed, { limits, signal, name: `${repo} at ${ref}` }));
    const isPage = folder === '' ? isProse : isDocumentation;
    const expected = await countOf(files, isPage);
    if (expected === 0) {
      const where = folder === '' ? '' : ` below "${folder}"`;
      throw new WhetstoneError(
        'not_found',
        `${repo} has no Markdown${where} at ${ref}; name the folder of its documentation`,
      );
    }
    return {
      ...about,
      expected,
      pages: pagesOf(files, {
        title: repo,
        isPage,
        taking,
        urlOf: (path) => `https://github.com/${repo}/blob/${encoded(ref)}/${encoded(path)}`,
      }),
    };
  };

interface From {
  repo: string;
  outbound: Asking['outbound'];
  taking: Pick<Taking, 'limits' | 'signal'>;
}

async function firstThere(refs: readonly string[], base: string, { repo, outbound, taking }: From) {
  const { limits, signal } = taking;
  for (const ref of refs) {
    const packed = await askFor(`${base}/${encoded(ref)}`, {
      outbound,
      what: `the archive of ${repo} at ${ref}`,
      maxBytes: limits.archiveBytes,
      timeoutMs: limits.requestMs,
      signal,
    });
    if (packed) return { ref, packed };
  }
  throw new WhetstoneError(
    'not_found',
    `${new URL(base).host} has no ${repo} at ${refs.join(' or ')}; it may be private, or its tags be called otherwise: name one as the ref`,
  );
}

/** What lies outside of the folder is not spoken of either. */
const below = (folder: string, files: Files): Files =>
  folder === '' ? files : (isWanted) => within(files, (path) => path.startsWith(`${folder}/`), isWanted);

async function* within(files: Files, isInside: (path: string) => boolean, isWanted: (path: string) => boolean) {
  for await (const file of files((path) => isInside(path) && isWanted(path))) if (isInside(file.path)) yield file;
}

/** In a folder that somebody has named, everything is documentation. */
const isDocumentation = (path: string) =>
  isMarkdown(path) && !isChangeLog(path) && !/(?:^|\/)(?:node_modules|\.[^/]+)\//.test(path);
const isProse = (path: string) => isDocumentation(path) && !isAside(path) && !isHousekeeping(path);

async function countOf(files: Files, isPage: (path: string) => boolean): Promise<number> {
  let count = 0;
  for await (const file of files(isPage)) if (file.kind === 'file') count++;
  return count;
}
