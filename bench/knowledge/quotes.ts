import type { SegmentChunk } from '@whetstone/shared/knowledge';

/** A sentence of a passage, as it stands there in Markdown. */
export interface Quoted {
  sentence: string;
  chunk: SegmentChunk;
}

/** Sentences of running text, eight words and more; code, headings, tables and lists are left out. */
export function sentencesOf(chunk: SegmentChunk): Quoted[] {
  return paragraphsOf(chunk.text)
    .flatMap((paragraph) => paragraph.split(/(?<=[.!?])\s+(?=[\p{Lu}`])/u))
    .map((sentence) => sentence.trim())
    .filter((sentence) => /^[\p{Lu}`].*[.!?]$/su.test(sentence) && sentence.length <= 400)
    .filter((sentence) => sentence.split(/\s+/).length >= 8)
    .map((sentence) => ({ sentence, chunk }));
}

function paragraphsOf(text: string): string[] {
  const outside = text.replaceAll(/^(\s*)(`{3,}|~{3,}).*$[\s\S]*?(?:^\s*\2`*\s*$|$(?![\s\S]))/gm, '');
  return outside
    .split(/\n\s*\n/)
    .filter((one) => one.trim() !== '' && !/^\s*(?:[#|>*+<{:-]|\d+[.)]|import )/m.test(one));
}

/** A quote that was changed; undefined where there is nothing of that kind to change. */
export type Edit = (sentence: string, random: () => number) => string | undefined;

const pick = <Item>(items: readonly Item[], random: () => number): Item | undefined =>
  items[Math.floor(random() * items.length)];

const withoutMarkdown = (sentence: string) =>
  sentence
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/(\*\*|__)(?=\S)(.+?)\1/g, '$2')
    .replaceAll(/(?<!\w)([*_])(?=\S)(.+?)\1(?!\w)/g, '$2')
    .replaceAll('`', '');

/** They say what the passage says. */
export const faithful: Readonly<Record<string, Edit>> = {
  'as it stands': (sentence) => sentence,
  'wrapped anew': (sentence) => {
    const words = sentence.split(/\s+/);
    return words
      .map((word, i) => word + (i % 6 === 5 ? '\n  ' : ' '))
      .join('')
      .trim();
  },
  'Markdown lost': (sentence) => {
    const plain = withoutMarkdown(sentence);
    return plain === sentence ? undefined : plain;
  },
  'other quotation marks': (sentence) => {
    const other = sentence
      .replaceAll(/"([^"]*)"/g, '“$1”')
      .replaceAll(/`([^`]*)`/g, '“$1”')
      .replaceAll("'", '’');
    return other === sentence ? undefined : `“${other}”`;
  },
  'middle left out': (sentence, random) => {
    const words = sentence.split(/\s+/);
    const third = Math.floor(words.length / 3);
    if (third < 3) return undefined;
    // What turns the sentence around may not be left out.
    if (/\b(?:not|no|never|cannot)\b|n['’]t\b/i.test(words.slice(third, -third).join(' '))) return undefined;
    // A cut inside a link or a code span would leave half of its marks, which is another thing.
    const [head, tail] = [words.slice(0, third).join(' '), words.slice(-third).join(' ')];
    if ([head, tail].some((part) => (part.match(/`/g)?.length ?? 0) % 2 === 1 || /[[\]]/.test(part))) return undefined;
    return `${head} ${pick(['…', '...', '[…]', '[...]'], random)} ${tail}`;
  },
  'articles left out': (sentence) => {
    const without = sentence.replaceAll(/(?<=\s)(?:a|an|the)\s+/g, '');
    return without === sentence ? undefined : without;
  },
};

const auxiliary = /\b(?:is|are|was|were|can|will|should|must|does|do|may|has|have)\b(?! not\b)(?=\s)/;

function negated(sentence: string): string | undefined {
  if (/\b(?:not|never) /.test(sentence)) return sentence.replace(/\b(?:not|never) /, '');
  return auxiliary.test(sentence) ? sentence.replace(auxiliary, '$& not') : undefined;
}

const numbers = /(?<![\w.])\d+(?:\.\d+)*(?![\w])/g;

function otherNumber(sentence: string, random: () => number): string | undefined {
  const found = pick(
    [...sentence.matchAll(numbers)].filter(({ index }) => !isInMarkup(sentence, index)),
    random,
  );
  if (!found) return undefined;
  const other = found[0].replace(/\d(?=\D*$)/, (digit) => `${(Number(digit) + 1 + Math.floor(random() * 8)) % 10}`);
  return replaced(sentence, found.index, found[0].length, other);
}

/** Addresses of links and tags are no part of what a sentence says. */
const isInMarkup = (sentence: string, at: number) =>
  [...sentence.matchAll(/\]\([^)]*\)|<\/?[A-Za-z][^>]*>/g)].some(
    ({ 0: markup, index }) => at > index && at < index + markup.length,
  );

const nameInCode = (sentence: string, random: () => number) => {
  const names = [...sentence.matchAll(/(?<=`[^`\s]{0,80})[A-Za-z_$][\w$]{2,}(?=[^`\s]{0,80}`)/g)];
  return pick(
    names.filter(({ index }) => isInCode(sentence, index) && !isInMarkup(sentence, index)),
    random,
  );
};

function otherName(sentence: string, random: () => number): string | undefined {
  const found = nameInCode(sentence, random);
  if (!found) return undefined;
  const [name] = found;
  return replaced(sentence, found.index, name.length, pick([`${name}s`, name.slice(0, -1), `${name}2`], random)!);
}

/** `Request` is a type, `request` a variable. */
function otherCase(sentence: string, random: () => number): string | undefined {
  const found = nameInCode(sentence, random);
  if (!found || !/^[a-z]/i.test(found[0])) return undefined;
  const first = found[0][0]!;
  return replaced(sentence, found.index, 1, first === first.toLowerCase() ? first.toUpperCase() : first.toLowerCase());
}

const isInCode = (sentence: string, at: number) => (sentence.slice(0, at).match(/`/g)?.length ?? 0) % 2 === 1;

/** Plain words inside a sentence: without its first and last word a quote is a shorter one, and true. */
const wordsInside = (sentence: string) =>
  [...sentence.matchAll(/(?<=[\w,] )[a-z]{4,}(?=,? \w)/g)].filter(({ index }) => !isInCode(sentence, index));

const otherWords =
  (count: number, vocabulary: readonly string[]): Edit =>
  (sentence, random) => {
    let changed = sentence;
    for (let i = 0; i < count; i++) {
      const words = wordsInside(changed).filter(([word]) => sentence.includes(word));
      const found = pick(words, random);
      const other = pick(vocabulary, random)!;
      if (!found || other === found[0]) return undefined;
      changed = replaced(changed, found.index, found[0].length, other);
    }
    return changed;
  };

function oneDropped(sentence: string, random: () => number): string | undefined {
  const found = pick(wordsInside(sentence), random);
  return found && replaced(sentence, found.index, found[0].length + 1, '');
}

function twoSwapped(sentence: string, random: () => number): string | undefined {
  const words = wordsInside(sentence);
  const [first, second] = [pick(words, random), pick(words, random)].toSorted(
    (a, b) => (a?.index ?? 0) - (b?.index ?? 0),
  );
  if (!first || !second || first[0] === second[0]) return undefined;
  const swapped = replaced(sentence, second.index, second[0].length, first[0]);
  return replaced(swapped, first.index, first[0].length, second[0]);
}

const replaced = (text: string, at: number, length: number, by: string) =>
  text.slice(0, at) + by + text.slice(at + length);

/** They say something else. */
export const changedWith = (vocabulary: readonly string[]): Readonly<Record<string, Edit>> => ({
  'negation added or taken': negated,
  'number changed': otherNumber,
  'identifier renamed': otherName,
  'identifier in another case': otherCase,
  'one word replaced': otherWords(1, vocabulary),
  'two words replaced': otherWords(2, vocabulary),
  'one word dropped': oneDropped,
  'two words swapped': twoSwapped,
});

/** Words of many sentences, to replace others by. */
export const vocabularyOf = (quotes: readonly Quoted[]): string[] => [
  ...new Set(quotes.flatMap(({ sentence }) => wordsInside(sentence).map(([word]) => word))),
];
