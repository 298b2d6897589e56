/** A statement at the top level of a Python program: a logical line, and for a compound one everything indented below it. */
export interface TopLevelStatement {
  kind: 'def' | 'class' | 'import' | 'assignment' | 'other';
  /** What it binds at the top level. `from x import *` binds nothing that can be known from here. */
  names: readonly string[];
  text: string;
}

/**
 * Reads a program as far as names and top-level statements need: strings, comments, brackets and continued lines are
 * told apart, expressions are not understood. It must run where no Python does, and it never runs anything.
 */
export function topLevelStatements(source: string): TopLevelStatement[] {
  const statements: TopLevelStatement[] = [];
  let decorated = '';
  let open: { code: string; text: string } | undefined;
  const finish = () => {
    if (open) statements.push({ ...bindingsOf(open.code), text: open.text });
    open = undefined;
  };
  for (const line of logicalLines(source)) {
    if (open && (line.indented || /^(?:else|elif|except|finally)\b/.test(line.code))) {
      open.text += line.text;
    } else if (line.code === '') {
      if (open) open.text += line.text;
      else if (decorated !== '') decorated += line.text;
    } else if (line.code.startsWith('@')) {
      finish();
      decorated += line.text;
    } else {
      finish();
      open = { code: line.code, text: decorated + line.text };
      decorated = '';
    }
  }
  finish();
  if (decorated !== '') statements.push({ kind: 'other', names: [], text: decorated });
  return statements;
}

/** Every name that a program reads or writes; attributes (`x.name`) are not names. Comments and plain strings hold none. */
export function namesIn(source: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const token of tokens(source)) {
    if (token.kind === 'name' && !token.attribute) names.add(token.text);
    // What stands in braces of an f-string is code; taking its words for names errs on the side of seeing one too many.
    if (token.kind === 'string' && /^[rb]*f/i.test(token.text))
      for (const [word] of token.text.matchAll(wordPattern)) names.add(word);
  }
  return names;
}

/** Names that a program binds at its top level by `def`, `class` or `=`. */
export const definitionsOf = (source: string): ReadonlyMap<string, TopLevelStatement> =>
  new Map(
    topLevelStatements(source)
      .filter(({ kind }) => kind === 'def' || kind === 'class' || kind === 'assignment')
      .flatMap((statement) => statement.names.map((name) => [name, statement] as const)),
  );

interface Token {
  kind: 'name' | 'string' | 'comment' | 'newline' | 'space' | 'continuation' | 'other';
  text: string;
  attribute: boolean;
}

// Whatever lies outside ASCII counts as a letter: there it is one, or the program is no Python.
const wordPattern = /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/g;

// By group: what opens a string, name, number, comment, continued line, newline, space.
const tokenPattern =
  /((?:[rRbBuUfFtT]|[rR][bBfFtT]|[bBfFtT][rR])?(?:"""|'''|"|'))|([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|(\d[\w.]*)|(#[^\n]*)|(\\\n)|(\n)|([^\S\n]+)|[^]/y;
const kinds = ['string', 'name', 'other', 'comment', 'continuation', 'newline', 'space'] as const;

function* tokens(program: string): Generator<Token> {
  const source = program.replaceAll(/\r\n?/g, '\n');
  const pattern = new RegExp(tokenPattern);
  let before = '';
  for (let at = 0; at < source.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const match = pattern.exec(source)!;
    const group = match.indexOf(match[0], 1);
    const kind = group === -1 ? 'other' : kinds[group - 1]!;
    if (kind === 'string') pattern.lastIndex = endOfString(source, pattern.lastIndex, match[0].replace(/^[a-z]+/i, ''));
    const text = source.slice(at, pattern.lastIndex);
    yield { kind, text, attribute: before === '.' };
    if (kind !== 'space' && kind !== 'continuation') before = text;
  }
}

/**
 * Behind the closing quote. A string that never ends goes to the end of its line, a triple one to the end of the text.
 * By hand: strings of answers can be long enough to exhaust the stack of a regular expression.
 */
function endOfString(source: string, from: number, quote: string): number {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === '\n' && quote.length === 1) return at;
    else if (source.startsWith(quote, at)) return at + quote.length;
  }
  return source.length;
}

interface LogicalLine {
  /** As written, comments and the line end included. */
  text: string;
  /** Comments left out, trimmed; empty for a line that says nothing. */
  code: string;
  indented: boolean;
}

function* logicalLines(source: string): Generator<LogicalLine> {
  let text = '';
  let code = '';
  let depth = 0;
  for (const token of tokens(source)) {
    text += token.text;
    if (token.kind === 'newline' && depth === 0) {
      yield { text, code: code.trim(), indented: /^[^\S\n]/.test(code) };
      text = '';
      code = '';
      continue;
    }
    if (token.kind === 'other' && '([{'.includes(token.text)) depth += 1;
    if (token.kind === 'other' && ')]}'.includes(token.text)) depth = Math.max(0, depth - 1);
    if (token.kind !== 'comment') code += token.kind === 'continuation' ? ' ' : token.text;
  }
  if (text !== '') yield { text, code: code.trim(), indented: /^[^\S\n]/.test(code) };
}

function bindingsOf(code: string): Pick<TopLevelStatement, 'kind' | 'names'> {
  const definition = /^(?:async\s+)?(def|class)\s+([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)/.exec(code);
  if (definition) return { kind: definition[1] === 'def' ? 'def' : 'class', names: [definition[2]!] };
  if (/^(?:import|from)\b/.test(code)) return { kind: 'import', names: importedNames(code) };
  const names = assignedNames(code);
  return names.length > 0 ? { kind: 'assignment', names } : { kind: 'other', names: [] };
}

function importedNames(code: string): string[] {
  return code.split(';').flatMap((statement) => {
    const [, from, list = ''] = /^\s*(from\s+\S+\s+)?import\s+([^]*)/.exec(statement) ?? [];
    return list
      .replaceAll(/[()]/g, ' ')
      .split(',')
      .map((part) => part.trim().split(/\s+as\s+/))
      .map(([name = '', alias]) => (alias ?? (from ? name : name.split('.')[0]!)).trim())
      .filter((name) => name !== '' && name !== '*');
  });
}

/** `a = …`, `a: T = …`, `a = b = …`, `a, b = …`. */
function assignedNames(code: string): string[] {
  const target =
    /^\(?\s*([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*(?:\s*,\s*[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)*)\s*,?\s*\)?\s*(?::[^=]+)?=(?!=)\s*/;
  const names: string[] = [];
  for (let rest = code, match = target.exec(rest); match; rest = rest.slice(match[0].length), match = target.exec(rest))
    names.push(...match[1]!.split(',').map((name) => name.trim()));
  return names;
}
