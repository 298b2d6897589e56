import type { Token } from './token.ts';
import type { ReadText } from './tokens.ts';

export interface Imports {
  /** Each statement in one form, in the order of the alphabet. */
  statements: string[];
  rest: { tokens: Token[] };
  tokens: ReadonlySet<Token>;
}

export function importsOf({ readAs, tokens }: ReadText): Imports {
  const found = readAs === 'python' ? pythonImports(tokens) : readAs === 'json' ? [] : javascriptImports(tokens);
  const imports = new Set<Token>();
  for (const { from, to } of found) for (let i = from; i < to; i++) imports.add(tokens[i]!);
  return {
    statements: found.map(({ text }) => text).sort(),
    rest: { tokens: tokens.filter((token) => !imports.has(token)) },
    tokens: imports,
  };
}

export const sameImports = (a: Imports, b: Imports): boolean =>
  a.statements.length > 0 &&
  a.statements.length === b.statements.length &&
  a.statements.every((text, i) => text === b.statements[i]);

interface Found {
  from: number;
  to: number;
  text: string;
}

function javascriptImports(tokens: readonly Token[]): Found[] {
  const found: Found[] = [];
  /** Until there nothing is imported from anywhere. */
  let barrenTo = 0;
  for (let i = 0; i < tokens.length; i++) {
    const { kind, text, inside } = tokens[i]!;
    const last = tokens[i - 1];
    const begins = !last || last.isFirst || tokens[i]!.isFirst || last.text === ';' || last.text === '}';
    if (
      i < barrenTo ||
      kind !== 'word' ||
      text !== 'import' ||
      inside ||
      !begins ||
      ['(', '.'].includes(tokens[i + 1]?.text ?? '')
    )
      continue;
    let to = i + 1;
    while (to < tokens.length && tokens[to]!.kind !== 'string' && tokens[to]!.text !== ';') to++;
    if (tokens[to]?.kind !== 'string') {
      barrenTo = to;
      continue;
    }
    const statement = tokens.slice(i, ++to);
    if (tokens[to]?.text === ';') to++;
    found.push({ from: i, to, text: inOrder(statement, '{', '}') });
    i = to - 1;
  }
  return found;
}

function pythonImports(tokens: readonly Token[]): Found[] {
  const found: Found[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const first = tokens[i + 1];
    if (tokens[i]!.kind !== 'line' || !first || (first.text !== 'import' && first.text !== 'from')) continue;
    let to = i + 1;
    while (to < tokens.length && tokens[to]!.kind !== 'line') to++;
    // `from __future__` has to come first, and below it order may be all there is.
    if (tokens[i]!.text === '@0' && tokens[i + 2]?.text !== '__future__') {
      found.push({ from: i, to, text: inOrder(tokens.slice(i, to), 'import', undefined) });
    }
    i = to - 1;
  }
  return found;
}

/** The names that are imported, in the order of the alphabet. */
function inOrder(statement: readonly Token[], open: string, close: string | undefined): string {
  const texts = statement.map(({ text }) => text);
  const from = texts.indexOf(open) + 1;
  const to = close === undefined ? texts.length : texts.lastIndexOf(close);
  if (from === 0 || to < from) return texts.join(' ');
  const names = texts.slice(from, to).join(' ').split(' , ').sort();
  return [...texts.slice(0, from), names.join(' , '), ...texts.slice(to)].join(' ');
}
