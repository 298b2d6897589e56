import { partsOf, type Template, type Term } from './term.ts';

/** What is lost with each of them: a name that is called, a keyword or an operator counts 1, form a little. */
const ofForm = 0.1;
const enough = 1;

export function informationOf({ before, after }: Pick<Template, 'before' | 'after'>): number {
  let sum = 0;
  for (const side of [before, after])
    for (const part of partsOf(side)) sum += part.hole !== undefined ? 0 : part.children ? ofForm : (part.weight ?? 0);
  return sum;
}

/**
 * Whether it says something: some word came, went or was replaced, or something came or went beside words that are named. A string
 * that became another string, a name another name, a whole another whole say nothing.
 */
export function isTelling({ before, after }: Pick<Template, 'before' | 'after'>): boolean {
  const [words, wordsAfter] = [wordsOf(before), wordsOf(after)];
  if (!before || !after) return weightOf(before ? words : wordsAfter) >= enough;
  if (after.hole !== undefined && ![...partsOf(before)].some(({ hole }) => hole === after.hole)) return false;
  const [lost, won] = [without(words, wordsAfter), without(wordsAfter, words)];
  const isOpen = won.size === 0 && hasNewHole(before, after);
  // That a name became any other says nothing of what is to be done; that a keyword did, does.
  const said = isOpen ? new Map([...lost].filter(([, { isName }]) => !isName)) : lost;
  if (weightOf(said) + weightOf(won) >= enough) return true;
  if (isOpen && lost.size > 0) return false;
  if (weightOf(words) < enough) return false;
  return holesOf(before) !== holesOf(after);
}

type Words = Map<string, { count: number; weight: number; isName: boolean }>;

function wordsOf(term: Term | undefined): Words {
  const words: Words = new Map();
  for (const { kind, text, weight = 0, hole } of partsOf(term)) {
    if (text === undefined || hole !== undefined || weight === 0) continue;
    words.set(text, { count: (words.get(text)?.count ?? 0) + 1, weight, isName: kind.endsWith('identifier') });
  }
  return words;
}

function without(words: Words, others: Words): Words {
  const rest: Words = new Map();
  for (const [text, word] of words) {
    const more = word.count - (others.get(text)?.count ?? 0);
    if (more > 0) rest.set(text, { ...word, count: more });
  }
  return rest;
}

const weightOf = (words: Words) => [...words.values()].reduce((sum, { count, weight }) => sum + count * weight, 0);
function hasNewHole(before: Term, after: Term): boolean {
  const known = new Set([...partsOf(before)].map(({ hole }) => hole));
  return [...partsOf(after)].some(({ hole }) => hole !== undefined && !known.has(hole));
}

const holesOf = (term: Term) => [...partsOf(term)].filter(({ hole }) => hole !== undefined).length;
