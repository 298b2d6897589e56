import stem from 'wink-porter2-stemmer';
import { usualStops } from './stop-words.ts';

/**
 * The terms that documents and questions meet by. A name with several parts or humps (`app.listen`, `useEffect`, `--no-cache`)
 * gives itself as it is written, marked with `=`, and its parts as words; words are stemmed (Porter 2).
 */
export function termsOf(text: string, { stops = usualStops, ofWord = termsOfWord }: Options = {}): string[] {
  const terms: string[] = [];
  for (const [word] of text.normalize('NFKC').matchAll(/[\p{L}\p{N}_$@.:/-]+/gu))
    for (const term of ofWord(word, stops)) terms.push(term);
  return terms;
}

interface Options {
  stops?: ReadonlySet<string>;
  ofWord?: typeof termsOfWord;
}

const mostRemembered = 100_000;

/** Remembers the terms of words: an index meets the same few again and again, and taking them apart is most of its work. */
export function rememberedTerms(): typeof termsOfWord {
  const known = new Map<string, readonly string[]>();
  return (word, stops) => {
    let found = known.get(word);
    if (found !== undefined) return found;
    found = termsOfWord(word, stops);
    if (known.size < mostRemembered) known.set(word, found);
    return found;
  };
}

const longestWord = 64;

function termsOfWord(word: string, stops: ReadonlySet<string>): readonly string[] {
  const terms: string[] = [];
  const name = word.replaceAll(/^[.:/-]+|[.:/-]+$/g, '');
  if (name === '' || name.length > 4 * longestWord) return terms;
  const parts = name.split(/[.:/@$_-]+/).filter((part) => part !== '');
  const isName = parts.length > 1 || /\p{Ll}\p{Lu}|[@$_]/u.test(name);
  if (isName) {
    terms.push(`=${name.toLowerCase()}`);
    const dotted = name.split(/[./:]+/).filter((part) => part !== '');
    if (dotted.length > 1) for (const part of dotted) if (part.length > 1) terms.push(`=${part.toLowerCase()}`);
  }
  for (const part of parts)
    for (const hump of part.split(/(?<=\p{Ll}|\p{N})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u)) {
      const plain = hump.toLowerCase();
      if (plain.length > longestWord || stops.has(plain) || (plain.length === 1 && !/\p{N}/u.test(plain))) continue;
      terms.push(stem(plain));
    }
  return terms;
}
