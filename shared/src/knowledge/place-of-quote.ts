import { checkQuote } from './citation.ts';
import { searchSegment } from './search.ts';
import type { Segment } from './segment.ts';

/** The passage of a version that says what is quoted, as `path, line 3`; undefined where none of those that are likest does. */
export function placeOfQuote(segment: Segment, quote: string): string | undefined {
  const hits = searchSegment(segment, { query: quote, limit: 10, tokenBudget: 100_000 });
  for (const { chunk, page } of hits)
    if (checkQuote(quote, chunk.text).kind === 'found')
      return `${page.path}, ${linesText({ firstLine: chunk.startLine, lastLine: chunk.endLine })}`;
  return undefined;
}

export const linesText = ({ firstLine, lastLine }: { firstLine: number; lastLine: number }) =>
  firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine} to ${lastLine}`;
