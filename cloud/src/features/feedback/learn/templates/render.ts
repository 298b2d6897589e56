import { partsOf, type Template, type Term } from './term.ts';

export interface RenderedTemplate {
  before: string;
  after: string;
  title: string;
  /** For agents; null where none reads well. */
  rule: string | null;
}

const longest = 400;

/** By the text of a case of it, into which the holes are cut; the same hole has the same letter on both sides. */
export function renderTemplate({ before, after, texts }: Template): RenderedTemplate {
  const letters = new Map<number, string>();
  const letterOf = (hole: number) => {
    if (!letters.has(hole)) letters.set(hole, letterAt(letters.size));
    return letters.get(hole)!;
  };
  const shown = {
    before: before ? oneLine(cut(before, texts.before, letterOf)) : '',
    after: after ? oneLine(cut(after, texts.after, letterOf)) : '',
  };
  return { ...shown, ...wordsFor(shown, { before, after }) };
}

const letterAt = (index: number) =>
  `$${String.fromCharCode(65 + (index % 26))}${index < 26 ? '' : Math.floor(index / 26)}`;

function cut(term: Term, text: string, letterOf: (hole: number) => string): string {
  let shown = '';
  let at = term.at[0];
  for (const part of partsOf(term)) {
    const isHole = part.hole !== undefined;
    const isEmptied = part.children?.length === 0;
    if ((!isHole && !isEmptied && part.text === undefined) || part.at[0] < at) continue;
    const own = text.slice(...part.at);
    const [open, close] = bracketsOf(own);
    const instead = isHole ? open + letterOf(part.hole!) + close : isEmptied ? `${open}…${close}` : own;
    shown += between(text.slice(at, part.at[0])) + instead;
    at = part.at[1];
  }
  return shown + between(text.slice(at, Math.max(at, term.at[1])));
}

/** What stands between words of a template is no part of it: a comment would say whatever its author liked. */
const between = (text: string) => (/[\p{L}\p{N}#]|\/[/*]/u.test(text) ? ' ' : text);

/** A list of arguments and a string keep what they stand in. */
function bracketsOf(text: string): [string, string] {
  const [first, last] = [text[0], text.at(-1)];
  const isPair = (first === '(' && last === ')') || (first === '{' && last === '}') || (first === '[' && last === ']');
  return isPair ? [first!, last!] : ['', ''];
}

const oneLine = (text: string) =>
  text
    .replace(/\s*\n\s*/g, ' ')
    .trim()
    // What ends a statement is a matter of form, and so no part of what is said.
    .replace(/;$/, '')
    .slice(0, longest);

function wordsFor(shown: { before: string; after: string }, { before, after }: Pick<Template, 'before' | 'after'>) {
  const quote = (text: string) => `\`${text.length > 90 ? `${text.slice(0, 89)}…` : text}\``;
  if (!after)
    return { title: `${quote(shown.before)} removed`, rule: ruleOf(`Do not write ${quote(shown.before)}`, shown) };
  if (!before) return { title: `${quote(shown.after)} added`, rule: null };
  const newHoles = holesOf(after).some((hole) => !holesOf(before).includes(hole));
  return {
    title: `${quote(shown.before)} became ${quote(shown.after)}`,
    rule: newHoles ? null : ruleOf(`Write ${quote(shown.after)} instead of ${quote(shown.before)}`, shown),
  };
}

const ruleOf = (sentence: string, { before, after }: { before: string; after: string }) =>
  before.length <= 80 && after.length <= 80 ? `${sentence}.` : null;

const holesOf = (term: Term) => [...partsOf(term)].flatMap(({ hole }) => (hole === undefined ? [] : [hole]));
