import { isSameToken, type QuoteToken } from './quote-tokens.ts';

/** What a quote changed. `was` is what the passage says there, `is` what the quote does; empty where nothing stands. */
export interface Change {
  kind: 'negation' | 'number' | 'identifier' | 'words';
  was: string;
  is: string;
}

/** Of a document, from 1, both included. */
export interface QuoteLines {
  firstLine: number;
  lastLine: number;
}

export type Comparison =
  | ({ kind: 'found' } & QuoteLines)
  | ({ kind: 'altered'; changes: Change[] } & QuoteLines)
  /** Nothing in the passage is like it. */
  | { kind: 'absent' };

/** Whose coming or going turns a sentence around, or its strength. */
const critical = new Set(
  'not no never none neither nor cannot only must should may can always without unless except before after'.split(' '),
);
const isNegation = (text: string) => critical.has(text) || text.endsWith("n't");
/** Said or left out, they change nothing. */
const articles = new Set(['a', 'an', 'the']);
/** From so much of the quote in order on, the passage is taken for what was meant. */
const likeness = 0.6;

/**
 * Whether a passage says what a quote says. Every word, number and name has to stand there, whole, in the same order, with
 * nothing between them.
 *
 * Faithful are: another wrapping; Markdown, tags and punctuation lost or added; capitals of words (not of names); other
 * quotation marks, dashes and separators of thousands; articles left out, added or exchanged, but for one at the
 * beginning, behind which a word may have been left out; and parts left out where an ellipsis says so: such a quote is
 * several, which have to follow each other, and what is left out of a sentence may not be its negation. Everything else is a change, however small: a word dropped, added, exchanged or
 * moved, a number, its sign or its per cent, a name or a letter's case in it, a comparison or `&&` in code.
 */
export function compareQuote(parts: readonly (readonly QuoteToken[])[], passage: readonly QuoteToken[]): Comparison {
  const exact = findExactly(parts, passage);
  if (exact) return { kind: 'found', ...exact };
  const [asked, said] = [wordsOf(parts), withoutArticles(passage)];
  return asked.length === 0 || said.length === 0 ? { kind: 'absent' } : nearest(asked, said);
}

export function findExactly(
  parts: readonly (readonly QuoteToken[])[],
  passage: readonly QuoteToken[],
): QuoteLines | undefined {
  const [asked, said] = [wordsOf(parts), withoutArticles(passage)];
  const exact = asked.length === 0 ? undefined : findAll(asked, said);
  return exact && linesOf(said, ...exact);
}

const wordsOf = (parts: readonly (readonly QuoteToken[])[]) =>
  parts.map(withoutArticles).filter(({ length }) => length > 0);

interface Word extends QuoteToken {
  followsArticle: boolean;
}

const withoutArticles = (tokens: readonly QuoteToken[]): Word[] =>
  tokens.flatMap((token, at) =>
    articles.has(token.text) ? [] : [{ ...token, followsArticle: articles.has(tokens[at - 1]?.text ?? '') }],
  );

function findAll(parts: readonly Word[][], said: readonly Word[]): [number, number] | undefined {
  let from = 0;
  let first: number | undefined;
  for (const part of parts) {
    const at = indexOf(said, part, from);
    if (at === -1 || (first !== undefined && hidesNegation(said.slice(from, at)))) return undefined;
    first ??= at;
    from = at + part.length;
  }
  return [first!, from];
}

/** Left out of the midst of a sentence; a longer gap is of several. */
const hidesNegation = (gap: readonly Word[]) =>
  gap.length <= withinSentence && gap.some(({ text }) => denials.has(text) || text.endsWith("n't"));
const withinSentence = 8;
const denials = new Set('not no never cannot'.split(' '));

function indexOf(said: readonly Word[], part: readonly Word[], from: number) {
  for (let at = from; at + part.length <= said.length; at++)
    if (part[0]!.followsArticle && !said[at]!.followsArticle) continue;
    else if (part.every((token, index) => isSameToken(said[at + index]!, token))) return at;
  return -1;
}

/** Cells of the table that an alignment fills; where it would take more, nothing is said to be like the quote. */
const mostCells = 4_000_000;

function nearest(parts: readonly QuoteToken[][], said: readonly QuoteToken[]): Comparison {
  if (sum(parts.map((part) => part.length)) * said.length > mostCells) return { kind: 'absent' };
  const aligned = parts.map((part) => alignment(part, said));
  const [alike, length] = [sum(aligned.map(({ alike }) => alike)), sum(parts.map((part) => part.length))];
  if (alike < likeness * length) return { kind: 'absent' };
  const changes = aligned.flatMap(({ changes }) => changes);
  const order: Change[] =
    changes.length > 0
      ? changes
      : [{ kind: 'words', was: shown(said.slice(aligned[0]!.from, aligned[0]!.to)), is: shown(parts.flat()) }];
  return {
    kind: 'altered',
    changes: order,
    ...linesOf(said, Math.min(...aligned.map(({ from }) => from)), Math.max(...aligned.map(({ to }) => to))),
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

const linesOf = (said: readonly QuoteToken[], from: number, to: number) => ({
  firstLine: said[Math.min(from, said.length - 1)]!.line,
  lastLine: said[Math.max(0, Math.min(to, said.length) - 1)]!.line,
});

interface Alignment {
  /** How many tokens are the same. */
  alike: number;
  changes: Change[];
  from: number;
  to: number;
}

/** The part of the passage that needs the fewest changes (Sellers, J. Algorithms 1, 1980), and these changes. */
function alignment(part: readonly QuoteToken[], said: readonly QuoteToken[]): Alignment {
  const width = said.length + 1;
  const cost = new Uint32Array((part.length + 1) * width);
  for (let row = 1; row <= part.length; row++) {
    cost[row * width] = row;
    for (let column = 1; column < width; column++) {
      const isSame = isSameToken(part[row - 1]!, said[column - 1]!);
      cost[row * width + column] = Math.min(
        cost[(row - 1) * width + column - 1]! + (isSame ? 0 : 1),
        cost[(row - 1) * width + column]! + 1,
        cost[row * width + column - 1]! + 1,
      );
    }
  }
  const last = cost.subarray(part.length * width);
  let to = last.indexOf(last.reduce((least, one) => Math.min(least, one)));
  // A last word that was exchanged rather than one that was added behind.
  while (last[to + 1] === last[to]) to++;
  return traced(part, said, cost, to);
}

function traced(part: readonly QuoteToken[], said: readonly QuoteToken[], cost: Uint32Array, to: number): Alignment {
  const width = said.length + 1;
  const runs: { was: QuoteToken[]; is: QuoteToken[] }[] = [];
  let [row, column, alike, isOpen] = [part.length, to, 0, false];
  const changed = (was: QuoteToken[], is: QuoteToken[]) => {
    if (!isOpen) runs.unshift({ was: [], is: [] });
    runs[0]!.was.unshift(...was);
    runs[0]!.is.unshift(...is);
    isOpen = true;
  };
  while (row > 0) {
    const here = cost[row * width + column]!;
    const [asked, told] = [part[row - 1]!, said[column - 1]];
    const diagonal = column > 0 ? cost[(row - 1) * width + column - 1]! : Infinity;
    if (told && isSameToken(asked, told) && here === diagonal) {
      alike += 1;
      isOpen = false;
      [row, column] = [row - 1, column - 1];
    } else if (told && here === diagonal + 1) {
      changed([told], [asked]);
      [row, column] = [row - 1, column - 1];
    } else if (here === cost[(row - 1) * width + column]! + 1) {
      changed([], [asked]);
      row -= 1;
    } else {
      changed([told!], []);
      column -= 1;
    }
  }
  return { alike, changes: runs.map(changeOf), from: column, to };
}

function changeOf({ was, is }: { was: QuoteToken[]; is: QuoteToken[] }): Change {
  const all = [...was, ...is];
  const kind = all.some(({ text }) => isNegation(text))
    ? 'negation'
    : all.some((token) => token.kind === 'number')
      ? 'number'
      : all.some((token) => token.kind === 'identifier' || token.isCode)
        ? 'identifier'
        : 'words';
  return { kind, was: shown(was), is: shown(is) };
}

const shown = (tokens: readonly QuoteToken[]) => tokens.map((token) => token.shown).join(' ');
