import { importsOf, sameImports } from './imports.ts';
import { languageOf, type ComparedLanguage } from './language.ts';
import { editsBetween, linesOf, type Edit } from './lines.ts';
import { sameComments, sameText, sameTokens, wholeOf } from './neutral.ts';
import type { Comment, Token } from './token.ts';
import { readForm, type ReadText } from './tokens.ts';

/** A stretch of lines that differs; ranges are 0-based and half-open. */
export interface ChangedStretch extends Edit {
  form: 'cosmetic' | 'comment' | 'imports' | 'different' | 'unknown';
}

export interface Classified {
  /** `text` where one of the two is broken. */
  readAs: ComparedLanguage;
  before: string[];
  after: string[];
  stretches: ChangedStretch[];
}

/** What differs between two states of a file, and whether more than its form does. */
export function classify({ path, before, after }: { path: string; before: string; after: string }): Classified {
  const lines = { before: linesOf(before), after: linesOf(after) };
  const edits = editsBetween(lines.before, lines.after);
  if (edits.length === 0) return { readAs: languageOf(path), ...lines, stretches: [] };
  const language = languageOf(path);
  const a = readForm(language, before);
  const b = readForm(language, after);
  if (a.readAs === 'text' || b.readAs === 'text') {
    const wordsIn = (line: string) => line.trim().replace(/\s+/g, ' ');
    const words = { before: lines.before.map(wordsIn), after: lines.after.map(wordsIn) };
    const stretches = edits
      .flatMap((edit) => cutAtLines(edit, words))
      .map((edit) => ({ ...edit, form: sameText(part(lines.before, edit.before), part(lines.after, edit.after)) }));
    return { readAs: 'text', ...lines, stretches };
  }
  const sides = { language: a.readAs, before: sideOf(a, lines.before.length), after: sideOf(b, lines.after.length) };
  if (sameTokens(a.readAs, wholeOf(a), wholeOf(b))) {
    const areAllSaid = sameComments(a.comments, b.comments);
    const form = (edit: Edit) => (areAllSaid || sameCommentsIn(edit, sides) ? 'cosmetic' : 'comment');
    return { readAs: a.readAs, ...lines, stretches: edits.map((edit) => ({ ...edit, form: form(edit) })) };
  }
  const imports = [importsOf(a), importsOf(b)] as const;
  const moved = sameImports(...imports) ? new Set([...imports[0].tokens, ...imports[1].tokens]) : new Set<Token>();
  const stretches: ChangedStretch[] = [];
  for (const edit of joined(edits, sides)) {
    const form = formOf(edit, sides, moved);
    if (form !== 'different') stretches.push({ ...edit, form });
    else
      for (const smaller of refined(edit, sides)) stretches.push({ ...smaller, form: formOf(smaller, sides, moved) });
  }
  return { readAs: a.readAs, ...lines, stretches };
}

const part = <Item>(items: readonly Item[], { from, to }: Edit['before']) => items.slice(from, to);

interface Side {
  tokens: Token[];
  comments: Comment[];
  /** For each line, and for one beyond the last, its first token and comment. */
  tokenAt: Int32Array;
  commentAt: Int32Array;
}

interface Sides {
  language: ComparedLanguage;
  before: Side;
  after: Side;
}

const sideOf = ({ tokens, comments }: ReadText, lines: number): Side => ({
  tokens,
  comments,
  tokenAt: startsOf(tokens, lines),
  commentAt: startsOf(comments, lines),
});

function startsOf(items: readonly { line: number }[], lines: number): Int32Array {
  const starts = new Int32Array(lines + 1);
  for (let line = 0, i = 0; line <= lines; line++) {
    while (i < items.length && items[i]!.line < line) i++;
    starts[line] = line === lines ? items.length : i;
  }
  return starts;
}

const sliceOf = ({ tokens, tokenAt }: Side, { from, to }: Edit['before']) => ({
  tokens,
  from: tokenAt[from]!,
  to: tokenAt[to]!,
});
const commentsOf = ({ comments, commentAt }: Side, { from, to }: Edit['before']) =>
  comments.slice(commentAt[from], commentAt[to]);

const sameCommentsIn = (edit: Edit, { before, after }: Pick<Sides, 'before' | 'after'>) =>
  sameComments(commentsOf(before, edit.before), commentsOf(after, edit.after));

function formOf(edit: Edit, { language, before, after }: Sides, moved: ReadonlySet<Token>): ChangedStretch['form'] {
  const [a, b] = [sliceOf(before, edit.before), sliceOf(after, edit.after)];
  if (sameTokens(language, a, b)) {
    return sameCommentsIn(edit, { before, after }) ? 'cosmetic' : 'comment';
  }
  const changed = [...a.tokens.slice(a.from, a.to), ...b.tokens.slice(b.from, b.to)];
  return changed.every((token) => moved.has(token)) ? 'imports' : 'different';
}

/** How many lines that did not change may stand between two stretches that are one: a formatter's, of a broken statement. */
const mostBetween = 3;

/** A formatter that breaks a statement may leave a line of it as it was: the two sides of that line are like only together. */
function joined(edits: readonly Edit[], sides: Sides): Edit[] {
  const nothing = new Set<Token>();
  const all: Edit[] = [];
  for (let i = 0; i < edits.length; i++) {
    let edit = edits[i]!;
    if (formOf(edit, sides, nothing) === 'different') {
      for (let j = i + 1; j < edits.length && j <= i + 6; j++) {
        if (edits[j]!.before.from - edits[j - 1]!.before.to > mostBetween) break;
        const whole = {
          before: { from: edits[i]!.before.from, to: edits[j]!.before.to },
          after: { from: edits[i]!.after.from, to: edits[j]!.after.to },
        };
        if (formOf(whole, sides, nothing) === 'different') continue;
        edit = whole;
        i = j;
        break;
      }
    }
    all.push(edit);
  }
  return all;
}

/** Long enough that two of it are hardly two by chance. */
const isTelling = (line: string) => line.replace(/\W/g, '').length >= 8;

/** Cuts a stretch around lines that say the same on both sides, whatever their form. */
function cutAtLines(edit: Edit, keys: { before: readonly string[]; after: readonly string[] }): Edit[] {
  const own = (side: 'before' | 'after') =>
    part(keys[side], edit[side]).map((key, at) => (isTelling(key) ? key : `${side} ${at}`));
  const size = { before: edit.before.to - edit.before.from, after: edit.after.to - edit.after.from };
  if (size.before === 0 || size.after === 0 || size.before + size.after === 2) return [edit];
  const parts: Edit[] = [];
  let last = { before: 0, after: 0 };
  const add = (before: number, after: number) => {
    if (before === last.before && after === last.after) return;
    parts.push({
      before: { from: edit.before.from + last.before, to: edit.before.from + before },
      after: { from: edit.after.from + last.after, to: edit.after.from + after },
    });
    last = { before, after };
  };
  for (const { before, after } of editsBetween(own('before'), own('after'))) {
    while (last.before < before.from) add(last.before + 1, last.after + 1);
    add(before.to, after.to);
  }
  while (last.before < size.before) add(last.before + 1, last.after + 1);
  return parts;
}

function refined(edit: Edit, sides: Sides): Edit[] {
  const keys = { before: lineKeys(sides.before, edit.before), after: lineKeys(sides.after, edit.after) };
  const local = {
    before: { from: 0, to: keys.before.length },
    after: { from: 0, to: keys.after.length },
  };
  const parts = cutAtLines(local, keys).map(({ before, after }) => ({
    before: { from: edit.before.from + before.from, to: edit.before.from + before.to },
    after: { from: edit.after.from + after.from, to: edit.after.from + after.to },
  }));
  return merged(
    parts.flatMap((one) => cutAtTokens(one, sides)),
    sides,
  );
}

const lineKeys = (side: Side, { from, to }: Edit['before']): string[] =>
  Array.from({ length: to - from }, (_, k) =>
    side.tokens
      .slice(side.tokenAt[from + k]!, side.tokenAt[from + k + 1]!)
      .map(({ text }) => text)
      .join(' '),
  );

/** Cuts a stretch wherever on both sides a line begins with tokens that match: what is form there is told from what is not. */
function cutAtTokens(edit: Edit, { before, after }: Sides): Edit[] {
  const [a, b] = [sliceOf(before, edit.before), sliceOf(after, edit.after)];
  const keys = ({ tokens, from, to }: typeof a) => tokens.slice(from, to).map(({ kind, text }) => `${kind} ${text}`);
  const cuts: { before: number; after: number }[] = [];
  let i = a.from;
  let j = b.from;
  const cut = () => {
    const [x, y] = [a.tokens[i]!, b.tokens[j]!];
    if (x.line === a.tokens[i - 1]?.line || y.line === b.tokens[j - 1]?.line) return;
    if (x.line > edit.before.from || y.line > edit.after.from) cuts.push({ before: x.line, after: y.line });
  };
  for (const { before: gone, after: come } of [
    ...editsBetween(keys(a), keys(b)),
    { before: { from: a.to - a.from, to: 0 }, after: { from: b.to - b.from, to: 0 } },
  ]) {
    for (; i < a.from + gone.from; i++, j++) cut();
    if (gone.to > 0 || come.to > 0) [i, j] = [a.from + gone.to, b.from + come.to];
  }
  const parts: Edit[] = [];
  let last = { before: edit.before.from, after: edit.after.from };
  for (const next of [...cuts, { before: edit.before.to, after: edit.after.to }]) {
    if (next.before < last.before || next.after < last.after) continue;
    if (next.before === last.before && next.after === last.after) continue;
    parts.push({ before: { from: last.before, to: next.before }, after: { from: last.after, to: next.after } });
    last = next;
  }
  return parts;
}

/** Parts that differ stay one where nothing lies between them. */
function merged(parts: readonly Edit[], { language, before, after }: Sides): Edit[] {
  const all: { edit: Edit; isLike: boolean }[] = [];
  for (const edit of parts) {
    const [a, b] = [sliceOf(before, edit.before), sliceOf(after, edit.after)];
    const isLike = sameTokens(language, a, b);
    const last = all.at(-1);
    if (last?.isLike === isLike && !isLike) {
      last.edit = {
        before: { from: last.edit.before.from, to: edit.before.to },
        after: { from: last.edit.after.from, to: edit.after.to },
      };
    } else all.push({ edit, isLike });
  }
  return all.map(({ edit }) => edit);
}
