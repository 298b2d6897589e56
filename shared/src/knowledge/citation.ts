import { compareQuote, findExactly, type Comparison, type QuoteLines } from './compare-quote.ts';
import { quoteTokensOf, type Reading } from './quote-tokens.ts';

/** What a citation points at. */
export interface Cited {
  library: string;
  version: string;
  path: string;
  startLine: number;
  endLine: number;
  /** Of the passage's text, see `contentHashOf`. */
  contentHash: string;
}

/** Takes text and gives its SHA-256 in hexadecimal digits. */
export type Sha256 = (text: string) => string;

/** The passage itself, whatever its line ends were. */
export const contentHashOf = (text: string, sha256: Sha256): string => sha256(text.replaceAll(/\r\n?/g, '\n'));

/** The same passage of the same version has the same id everywhere, so that it can be minted offline: 80 bits of a hash. */
export const citationIdOf = (
  { library, version, path, startLine, endLine, contentHash }: Cited,
  sha256: Sha256,
): string => sha256(JSON.stringify([library, version, path, startLine, endLine, contentHash])).slice(0, 20);

/** Whether a passage says what is quoted of it; what counts as faithful stands at `compareQuote`. `…`, `...` and `[...]` leave parts out. */
export function checkQuote(quote: string, passage: string, firstLine = 1): Comparison {
  const said = quoteTokensOf(passage, { firstLine });
  const asWritten = compareQuote(partsOf(quote), said);
  if (asWritten.kind === 'found') return asWritten;
  const withTags = compareQuote(partsOf(quote, keepsTags), said);
  return withTags.kind === 'found' || asWritten.kind === 'absent' ? withTags : asWritten;
}

/** Where a long text says what is quoted, lines counted from 1; what is merely like it is not looked for. */
export function findQuote(quote: string, text: string): QuoteLines | undefined {
  const said = quoteTokensOf(text);
  return findExactly(partsOf(quote), said) ?? findExactly(partsOf(quote, keepsTags), said);
}

/** `<Profiler>` without its backticks looks like a tag. */
const keepsTags = { keepsTags: true };

const partsOf = (quote: string, reading?: Reading) =>
  quote
    .split(/\[(?:…|\.{3})\]|\((?:…|\.{3})\)|…|(?<!\.)\.{3}(?![.\p{L}\p{N}_$[{(])/u)
    .map((part) => quoteTokensOf(part, reading));
