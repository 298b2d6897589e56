/** What an answer says before a mark of the form `[ws:ID]`. */
export interface MarkedQuote {
  citationId: string;
  quote: string;
}

const mark = /\[ws:\s*([\w-]{1,64}(?:\s*,\s*(?:ws:)?\s*[\w-]{1,64})*)\s*\]/g;

/**
 * The quotes of a text whose sources are marked. What a mark stands for is what ends right before it: a passage between quotation
 * marks, a block of quoted lines, else the sentence. Marks that follow each other, or share their brackets, stand for the same.
 */
export function markedQuotes(text: string): MarkedQuote[] {
  const quotes: MarkedQuote[] = [];
  let from = 0;
  let quote = '';
  for (const found of text.matchAll(mark)) {
    const before = text.slice(from, found.index);
    if (/[\p{L}\p{N}]/u.test(before)) quote = quoteAtEnd(before);
    for (const citationId of found[1]!.split(/\s*,\s*(?:ws:\s*)?/))
      if (quote !== '') quotes.push({ citationId, quote });
    from = found.index + found[0].length;
  }
  return quotes;
}

const longest = 20_000;
const pairs = [
  ['"', '"'],
  ['“', '”'],
  ['„', '“'],
  ['«', '»'],
] as const;

function quoteAtEnd(before: string): string {
  const end = before
    .slice(-longest)
    .trimEnd()
    .replace(/[\s(]+$/, '');
  return betweenMarks(end) ?? quotedLines(end) ?? lastSentence(end);
}

function betweenMarks(end: string): string | undefined {
  const inner = end.replace(/[.,;:!?)*_]+$/, '');
  for (const [open, close] of pairs) {
    if (!inner.endsWith(close)) continue;
    const start = inner.lastIndexOf(open, inner.length - close.length - 1);
    const quote = start === -1 ? '' : inner.slice(start + open.length, -close.length).trim();
    if (/[\p{L}\p{N}]/u.test(quote)) return quote;
  }
  return undefined;
}

function quotedLines(end: string): string | undefined {
  const lines = end.split('\n');
  const last = lines.findLastIndex((line) => !/^\s*>/.test(line));
  return last === lines.length - 1
    ? undefined
    : lines
        .slice(last + 1)
        .map((line) => line.replace(/^\s*>\s?/, ''))
        .join('\n')
        .trim();
}

function lastSentence(end: string): string {
  const paragraph = end.split(/\n\s*\n|\n(?=\s*(?:[-*+]|\d+\.|#+)\s)/).at(-1)!;
  const plain = paragraph.replace(/^\s*(?:[-*+]|\d+\.|#+)\s+/, '').trim();
  return plain
    .split(/(?<=[.!?]["”)]?)\s+(?=[\p{Lu}`"“*])/u)
    .at(-1)!
    .replace(/^[\s.,;:!?)\]]+/, '')
    .trim();
}
