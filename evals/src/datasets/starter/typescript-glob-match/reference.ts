export function globMatch(pattern: string, path: string): boolean {
  return matchAll(pattern.split('/'), path.split('/'), (segment) => segment === '**', matchSegment);
}

const matchSegment = (pattern: string, text: string) =>
  matchAll(
    tokens(pattern),
    [...Array(text.length).keys()].map((at) => text[at]!),
    ({ kind }) => kind === 'any',
    matchOne,
  );

interface Token {
  kind: 'any' | 'one' | 'literal';
  text: string;
}

function tokens(pattern: string): Token[] {
  const found: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const text = pattern[at]!;
    if (text === '\\' && at + 1 < pattern.length) found.push({ kind: 'literal', text: pattern[(at += 1)]! });
    else if (text === '*') found.push({ kind: 'any', text });
    else found.push({ kind: text === '?' ? 'one' : 'literal', text });
  }
  return found;
}

const matchOne = ({ kind, text }: Token, character: string) => kind === 'one' || text === character;

/** Wildcards eat as little as they can; only the last one met is ever asked to eat more, so this is at worst quadratic. */
function matchAll<P, T>(
  pattern: readonly P[],
  items: readonly T[],
  isWild: (part: P) => boolean,
  matches: (part: P, item: T) => boolean,
): boolean {
  let at = 0;
  let part = 0;
  let wild = -1;
  let eaten = 0;
  while (at < items.length) {
    if (part < pattern.length && isWild(pattern[part]!)) {
      wild = part;
      eaten = at;
      part += 1;
    } else if (part < pattern.length && matches(pattern[part]!, items[at]!)) {
      part += 1;
      at += 1;
    } else if (wild !== -1) {
      part = wild + 1;
      eaten += 1;
      at = eaten;
    } else {
      return false;
    }
  }
  return pattern.slice(part).every(isWild);
}
