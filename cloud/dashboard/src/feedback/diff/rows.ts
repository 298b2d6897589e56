import { editsBetween } from '@whetstone/shared/feedback';

/** Half-open, in characters of its line. */
export type Range = readonly [from: number, to: number];

export interface Side {
  /** Which line of its text, from 0. */
  at: number;
  text: string;
  /** What is not in the other line. */
  marks: readonly Range[];
}

/** One height of the two columns. `same` has both sides, `changed` one or both. */
export interface Row {
  kind: 'same' | 'changed';
  before?: Side;
  after?: Side;
}

/** Two texts side by side: lines that are alike on one height, a changed line beside what became of it. */
export function rowsOf(before: string, after: string): Row[] {
  const [left, right] = [sidesOf(before), sidesOf(after)];
  const rows: Row[] = [];
  const same = (from: number, to: number, shift: number) => {
    for (let i = from; i < to; i++) rows.push({ kind: 'same', before: left[i]!, after: right[i + shift]! });
  };
  const at = { before: 0, after: 0 };
  for (const edit of editsBetween(textsOf(left), textsOf(right))) {
    same(at.before, edit.before.from, at.after - at.before);
    addChanged(rows, left.slice(edit.before.from, edit.before.to), right.slice(edit.after.from, edit.after.to));
    [at.before, at.after] = [edit.before.to, edit.after.to];
  }
  same(at.before, left.length, at.after - at.before);
  return rows;
}

/** The end of the last line begins no further one; nothing has no lines. */
export function linesOf(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

const sidesOf = (text: string): Side[] => linesOf(text).map((line, at) => ({ at, text: line, marks: [] }));

const textsOf = (sides: readonly Side[]) => sides.map(({ text }) => text);

/** What became of what: pairs that are much alike on one height, the rest beside one another without a claim. */
function addChanged(rows: Row[], left: readonly Side[], right: readonly Side[]): void {
  let [i, j] = [0, 0];
  const fill = (toLeft: number, toRight: number) => {
    while (i < toLeft || j < toRight) {
      rows.push({
        kind: 'changed',
        ...(i < toLeft && { before: left[i++]! }),
        ...(j < toRight && { after: right[j++]! }),
      });
    }
  };
  for (const [a, b] of pairsOf(left, right)) {
    fill(a, b);
    rows.push(markedRow(left[i++]!, right[j++]!));
  }
  fill(left.length, right.length);
}

/** More lines than this on a side are not paired. */
const mostPaired = 60;
/** Of their words, so many are the same in two lines of which one became the other. */
const alike = 0.5;

/** The pairs, in order and none crossing another, that are most alike together. */
function pairsOf(left: readonly Side[], right: readonly Side[]): Range[] {
  if (left.length > mostPaired || right.length > mostPaired) return [];
  const [ours, theirs] = [left.map(wordsOf), right.map(wordsOf)];
  const likeness = ours.map((a) => theirs.map((b) => likenessOf(a, b)));
  // best[i][j]: of the lines from i and from j on.
  const best = Array.from({ length: left.length + 1 }, () => new Float64Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const paired = likeness[i]![j]! >= alike ? likeness[i]![j]! + best[i + 1]![j + 1]! : 0;
      best[i]![j] = Math.max(paired, best[i + 1]![j]!, best[i]![j + 1]!);
    }
  }
  const pairs: Range[] = [];
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    if (best[i]![j] === best[i + 1]![j]) i++;
    else if (best[i]![j] === best[i]![j + 1]) j++;
    else pairs.push([i++, j++]);
  }
  return pairs;
}

const wordsOf = ({ text }: Side) => partsOf(text).filter((part) => part.trim() !== '');

/** Words, blanks, and each other sign by itself; together they are the text. */
const partsOf = (text: string) => text.match(/[\p{L}\p{M}\p{N}_]+|\s+|[^]/gu) ?? [];

/** 1: the same words, 0: none in common. */
function likenessOf(a: readonly string[], b: readonly string[]): number {
  if (a.length + b.length === 0) return 1;
  const left = new Map<string, number>();
  for (const word of a) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of b) {
    const count = left.get(word) ?? 0;
    if (count > 0) shared++;
    left.set(word, count - 1);
  }
  return (2 * shared) / (a.length + b.length);
}

/** Longer lines are not looked into. */
const longestLine = 2_000;

function markedRow(before: Side, after: Side): Row {
  if (before.text.length + after.text.length > longestLine) return { kind: 'changed', before, after };
  const [left, right] = [partsOf(before.text), partsOf(after.text)];
  const starts = { before: startsOf(left), after: startsOf(right) };
  const marks: { before: Range[]; after: Range[] } = { before: [], after: [] };
  for (const edit of editsBetween(left, right)) {
    mark(marks.before, before.text, [starts.before[edit.before.from]!, starts.before[edit.before.to]!]);
    mark(marks.after, after.text, [starts.after[edit.after.from]!, starts.after[edit.after.to]!]);
  }
  return { kind: 'changed', before: { ...before, marks: marks.before }, after: { ...after, marks: marks.after } };
}

/** Where each part begins, and where the last one ends. */
function startsOf(parts: readonly string[]): number[] {
  let at = 0;
  return [0, ...parts.map((part) => (at += part.length))];
}

/** Marks with nothing but blanks between them are one. */
function mark(marks: Range[], text: string, [from, to]: Range) {
  if (from === to) return;
  const last = marks.at(-1);
  if (last && text.slice(last[1], from).trim() === '') marks[marks.length - 1] = [last[0], to];
  else marks.push([from, to]);
}

export type Block = { kind: 'rows'; rows: Row[] } | { kind: 'fold'; rows: Row[] };

/** Lines that stay in sight beside a change. */
const context = 3;

/** Rows with long stretches that are alike folded away. */
export function blocksOf(rows: readonly Row[]): Block[] {
  const isNear = new Uint8Array(rows.length);
  rows.forEach(({ kind }, i) => kind === 'changed' && isNear.fill(1, Math.max(0, i - context), i + context + 1));
  const blocks: Block[] = [];
  rows.forEach((row, i) => {
    const kind = isNear[i] ? 'rows' : 'fold';
    const last = blocks.at(-1);
    if (last?.kind === kind) last.rows.push(row);
    else blocks.push({ kind, rows: [row] });
  });
  // A fold says as much as a line or two would.
  return blocks.map((block) => (block.rows.length <= 2 ? { ...block, kind: 'rows' } : block));
}

/** What takes up a height: a row, or a fold that nobody has opened. */
export type Height = { kind: 'row'; row: Row } | { kind: 'fold'; block: number; lines: number };

/** The blocks line by line, so that thousands of them can be made a screen at a time. */
export const heightsOf = (blocks: readonly Block[], opened: ReadonlySet<number>): Height[] =>
  blocks.flatMap(({ kind, rows }, block): Height[] =>
    kind === 'fold' && !opened.has(block)
      ? [{ kind, block, lines: rows.length }]
      : rows.map((row): Height => ({ kind: 'row', row })),
  );
