import type { DocSource } from '@whetstone/shared/contract';
import { sourceText } from '../words.ts';

/** From where documentation of a library is taken: 'npm zod', 'folder guide', 'site https://example.org/docs/'. */
export function placeText(library: string, source: DocSource): string {
  switch (source.kind) {
    case 'llms-txt':
      return `llms.txt ${source.url}`;
    case 'web':
      return `site ${source.url}, at most ${source.maxPages.toLocaleString('en')} pages`;
    default:
      return sourceText(source, library);
  }
}

/** 'react@19.2.0'; the name alone where no version is said. */
export const libraryText = ({ library, version }: { library: string; version: string | null }) =>
  version === null ? library : `${library}@${version}`;
