import type { Token } from '../../code/highlight.ts';
import { piecesOf } from '../../code/unseen.ts';
import type { Side } from './rows.ts';

/** A run of characters of a line that look the same. */
export interface Segment {
  text: string;
  kind: string | undefined;
  isMarked: boolean;
  hidden: string | undefined;
}

/** The tokens of a text, line by line. */
export function tokenLines(tokens: readonly Token[]): Token[][] {
  const lines: Token[][] = [[]];
  for (const { text, kind } of tokens) {
    text.split('\n').forEach((part, i) => {
      if (i > 0) lines.push([]);
      if (part !== '') lines.at(-1)!.push({ text: part, kind });
    });
  }
  return lines;
}

/** A line coloured, with what changed in it marked and with what nobody would see shown. */
export function segmentsOf({ text, marks }: Side, tokens: readonly Token[] = [], isChanged = false): Segment[] {
  const kinds = tokens.flatMap((token) => Array.from({ length: token.text.length }, () => token.kind));
  const isMarkedAt = (at: number) => marks.some(([from, to]) => at >= from && at < to);
  const segments: Segment[] = [];
  const say = (shown: string, at: number, hidden: string | undefined) => {
    const [kind, isMarked, last] = [kinds[at], isMarkedAt(at), segments.at(-1)];
    const isSame = last && hidden === undefined && last.hidden === undefined;
    if (isSame && last.kind === kind && last.isMarked === isMarked) last.text += shown;
    else segments.push({ text: shown, kind, isMarked, hidden });
  };
  for (const { text: shown, hidden, at } of piecesOf(text, isChanged)) {
    if (hidden !== undefined) say(shown, at, hidden);
    else for (let i = 0; i < shown.length; i++) say(shown[i]!, at + i, undefined);
  }
  return segments;
}
