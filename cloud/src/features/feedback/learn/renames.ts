import type { Token, TokenEdit } from './tokens.ts';
import { wordList } from './word-list.ts';

const declaring = new Set([
  'const',
  'let',
  'var',
  'function',
  'def',
  'class',
  'interface',
  'type',
  'private',
  'readonly',
  'for',
  'as',
  'async',
]);

/**
 * Names that became other names everywhere in these lines: the old one is gone, the new one was not there, and it is either declared
 * here or stands in several places. One name for another in one place is another thing meant.
 */
export function renames(
  edits: readonly TokenEdit[],
  before: readonly Token[],
  after: readonly Token[],
): [string, string][] {
  const to = new Map<string, string | undefined>();
  for (const { lost, gained } of edits) {
    if (lost.length !== gained.length) continue;
    for (const [at, token] of lost.entries()) {
      const other = gained[at];
      if (token.kind !== 'name' || other?.kind !== 'name' || token.text === other.text) continue;
      to.set(token.text, to.has(token.text) && to.get(token.text) !== other.text ? undefined : other.text);
    }
  }
  const count = (tokens: readonly Token[], name: string) => tokens.filter((token) => token.text === name).length;
  const isDeclared = (tokens: readonly Token[], name: string) =>
    tokens.some((token, at) => {
      if (token.text !== name) return false;
      const previous = tokens[at - 1]?.text ?? '';
      const next = tokens[at + 1]?.text ?? '';
      return declaring.has(previous) || (next === '=' && previous !== '.' && previous !== '(' && previous !== ',');
    });
  return [...to].filter(
    (pair): pair is [string, string] =>
      pair[1] !== undefined &&
      !keywords.has(pair[0]) &&
      !keywords.has(pair[1]) &&
      count(after, pair[0]) === 0 &&
      count(before, pair[1]) === 0 &&
      (isDeclared(before, pair[0]) || count(before, pair[0]) > 1) &&
      (isDeclared(after, pair[1]) || (count(after, pair[1]) > 1 && isParameter(after, pair[1]))),
  );
}

/** First met in the brackets of a declaration, or before an arrow. */
function isParameter(tokens: readonly Token[], name: string): boolean {
  const at = tokens.findIndex((token) => token.text === name);
  const head = tokens.slice(Math.max(0, at - 40), at).map((token) => token.text);
  const open = head.lastIndexOf('(');
  if (open < 0) return tokens[at + 1]?.text === '=>';
  return (
    head.slice(0, open).some((text) => text === 'def' || text === 'function') ||
    tokens.slice(at, at + 40).some((token) => token.text === '=>')
  );
}

const keywords = new Set(
  wordList(`const let var function def class return await async if else for while of in true false null
undefined None True False is not and or any unknown string number boolean import from type
interface export default public private readonly void try catch`),
);
