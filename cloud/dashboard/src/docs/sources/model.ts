import type { DocSource, knowledgeLibraries } from '@whetstone/shared/contract';
import type { z } from 'zod';

/** What a person writes of a source. */
export type SourceRequest = z.input<typeof knowledgeLibraries.createSource.input>;

export interface SourceDraft {
  library: string;
  version: string;
  refresh: 'weekly' | 'never';
  source: DocSource;
}

export const sourceKinds = [
  ['npm', 'an npm package'],
  ['directory', 'a folder of the server'],
  ['github', 'a repository on GitHub'],
  ['llms-txt', 'an llms.txt'],
  ['web', 'a site'],
] as const satisfies readonly (readonly [DocSource['kind'], string])[];

/** What is needed and not known yet is empty, which the schema complains of at its field. */
export function sourceOfKind(kind: string, before: DocSource): DocSource {
  if (kind === before.kind) return before;
  const url = 'url' in before ? before.url : '';
  switch (kind) {
    case 'directory':
      return { kind, path: '' };
    case 'github':
      return { kind, repo: '', ref: 'v{version}', folder: '' };
    case 'llms-txt':
      return { kind, url };
    case 'web':
      return { kind, url, maxPages: 500 };
    default:
      return { kind: 'npm' };
  }
}

export const newSource = (): SourceDraft => ({ library: '', version: '', refresh: 'weekly', source: { kind: 'npm' } });

export const requestOf = ({ library, version, refresh, source }: SourceDraft): SourceRequest => ({
  library: library.trim(),
  ...(version.trim() !== '' && { version: version.trim() }),
  refresh,
  source,
});

/** The fields of a source, whatever its kind. */
export const sourcePaths = [
  'source.package',
  'source.path',
  'source.repo',
  'source.ref',
  'source.folder',
  'source.url',
  'source.maxPages',
];
