import { chunksOf, contentHashOf, warningsOf, type SegmentChunk, type Sha256 } from '@whetstone/shared/knowledge';
import type { TakenSymbol } from '../sources/source.ts';

export interface PageText {
  title: string;
  text: string;
  /** Of the whole text; none for most. */
  warnings: readonly string[];
  symbols: readonly TakenSymbol[];
}

/** A declaration longer than this is found in parts, as code blocks are. */
const mostOfDeclaration = 5_400;

/** What a page is found by: prose by its headings, types by their declarations. */
export function chunksOfPage(page: PageText, number: number, sha256: Sha256): SegmentChunk[] {
  const parts =
    page.symbols.length > 0
      ? declarationsOf(page.text, page.symbols)
      : chunksOf(page.text, page.title).map(({ title: _, ...chunk }) => ({ ...chunk, symbol: undefined }));
  const found = parts.map(({ text }) => (page.warnings.length > 0 ? warningsOf(text) : []));
  // What only the whole page shows is said of each part, rather than of none.
  const ofAll = page.warnings.filter((warning) => !found.some((warnings) => warnings.includes(warning)));
  return parts.map((part, at) => ({
    ...part,
    page: number,
    contentHash: contentHashOf(part.text, sha256),
    warnings: [...ofAll, ...found[at]!],
  }));
}

/** The lines of a declaration without those of its members, which are declarations themselves. */
function declarationsOf(text: string, symbols: readonly TakenSymbol[]) {
  const lines = text.split('\n');
  const sorted = symbols.toSorted((a, b) => a.startLine - b.startLine || b.endLine - a.endLine);
  return sorted.flatMap((symbol, at) => {
    const next = sorted[at + 1];
    const hasMembers = next !== undefined && next.startLine > symbol.startLine && next.startLine <= symbol.endLine;
    const last = Math.min(hasMembers ? next.startLine - 1 : symbol.endLine, lines.length);
    return piecesOf(lines, symbol.startLine, last).map((piece) => ({
      ...piece,
      trail: [symbol.name],
      anchor: undefined,
      symbol: { name: symbol.name, signature: symbol.signature, deprecated: symbol.deprecated },
    }));
  });
}

function piecesOf(lines: readonly string[], first: number, last: number) {
  const pieces: { startLine: number; endLine: number; text: string }[] = [];
  let from = first;
  let size = 0;
  for (let line = first; line <= last; line++) {
    size += (lines[line - 1] ?? '').length + 1;
    if (size < mostOfDeclaration && line < last) continue;
    const text = lines.slice(from - 1, line).join('\n');
    if (text.trim() !== '') pieces.push({ startLine: from, endLine: line, text });
    [from, size] = [line + 1, 0];
  }
  return pieces;
}
