import type { DocSource, LibraryVersion } from '@whetstone/shared/contract';

type Provenance = LibraryVersion['provenance'];

const words: Record<Provenance, string> = {
  'official-package': 'official package',
  'official-repository': 'official repository',
  'official-site': 'official site',
  project: 'your own',
  unofficial: '! unofficial',
};

/** How far it is from who makes the library, in a word. */
export const provenanceText = (provenance: Provenance) => words[provenance];

/** Where documentation of a library is taken from, in a line. */
export function sourceText(source: DocSource, library: string): string {
  switch (source.kind) {
    case 'npm':
      return `npm ${source.package ?? library}`;
    case 'directory':
      return `folder ${source.path}`;
    case 'github':
      return `github ${source.repo} at ${source.ref}${source.folder ? `, ${source.folder}` : ''}`;
    default:
      return source.url;
  }
}

export const countText = (count: number) => count.toLocaleString('en');

/** '1 page', '1,204 pages'. */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${countText(count)} ${count === 1 ? one : many}`;

/** Looked at each week: two of them missed are worth a word. */
const longMs = 14 * 24 * 3_600_000;

/** It was not compared with its source for so long that it may be out of date. */
export const isLongUnchecked = ({ checkedAt }: Pick<LibraryVersion, 'checkedAt'>, nowMs: number) =>
  nowMs - Date.parse(checkedAt) > longMs;
