import { beforeValue } from './javascript-tokens.ts';
import type { Token } from './token.ts';

/** Of binary operators; more binds closer. */
const precedence: Record<string, number> = {};
for (const [level, operators] of [
  [1, '= += -= *= /= %= **= <<= >>= >>>= &= |= ^= &&= ||= ??= =>'],
  [2, '?'],
  [3, '?? ||'],
  [4, '&&'],
  [5, '|'],
  [6, '^'],
  [7, '&'],
  [8, '== != === !=='],
  [9, '< > <= >= instanceof in as satisfies'],
  [10, '<<'],
  [11, '+ -'],
  [12, '* / %'],
  [13, '**'],
] as const) {
  for (const operator of operators.split(' ')) precedence[operator] = level;
}
const unary = 14;
const postfix = 17;
const atom = 18;

const levelOf = (text: string): number | undefined => (Object.hasOwn(precedence, text) ? precedence[text] : undefined);

/** Whether a value may end with it, so that an operator may follow. */
function endsValue(token: Token | undefined): boolean {
  if (!token) return false;
  if (token.kind === 'word') return token.role === 'value' || !beforeValue.has(token.text);
  if (token.kind !== 'punct') return true;
  return [')', ']', '}', '++', '--'].includes(token.text) && token.role !== 'control';
}

const opening: ReadonlySet<string> = new Set(['(', '[', '{', '${']);
const closing: ReadonlySet<string> = new Set([')', ']', '}']);

/** Tokens without what a formatter may put in or take away; semicolons stay, for they depend on both sides. */
export function javascriptForm(tokens: readonly Token[]): Token[] {
  const plain = withoutParens(withArguments(withoutLeadingBars(tokens)));
  const form: Token[] = [];
  const open: Token[] = [];
  for (let i = 0; i < plain.length; i++) {
    const { kind, text, line, isFirst, hasSpace, role } = plain[i]!;
    const next = plain[i + 1];
    const last = form.at(-1);
    if (kind === 'punct' && closing.has(text)) open.pop();
    const token: Token = { kind, text, line, isFirst, hasSpace, role, inside: open.at(-1) };
    if (kind === 'punct' && opening.has(text)) open.push(token);
    if (
      token.text === ',' &&
      token.kind === 'punct' &&
      // A text that ends with one is a piece of another.
      (next === undefined || (next.kind === 'punct' && [')', ']', '}', '>'].includes(next.text)))
    ) {
      if (last && last.text !== ',' && !['(', '[', '{', '<'].includes(last.text)) continue;
    }
    const isKey =
      token.kind === 'string' &&
      token.inside?.text === '{' &&
      (['{', ',', ';'].includes(last?.text ?? '') ||
        (next?.text === '(' && ['}', '*', 'get', 'set', 'async', 'static'].includes(last?.text ?? ''))) &&
      (next?.text === ':' || next?.text === '(' || next?.text === '?');
    if (isKey && /^"(?:[A-Za-z_$][\w$]*|0|[1-9]\d{0,14})"$/.test(token.text)) {
      token.text = token.text.slice(1, -1);
      token.kind = /^\d/.test(token.text) ? 'number' : 'word';
    }
    // As a type it ends a statement; as an operator it cannot.
    if (token.text === 'void' && last?.kind === 'punct' && ['=>', ':', '|', '&'].includes(last.text))
      token.role = 'value';
    form.push(token);
  }
  return form;
}

/** `type A = | B | C`. */
const withoutLeadingBars = (tokens: readonly Token[]): Token[] =>
  tokens.filter(({ kind, text }, i) => {
    if (kind !== 'punct' || (text !== '|' && text !== '&')) return true;
    const before = tokens[i - 1];
    return endsValue(before) || before?.text === '>' || before?.role === 'control' || before === undefined;
  });

/** `new Foo` calls as `new Foo()` does. */
function withArguments(tokens: readonly Token[]): Token[] {
  const all: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    all.push(token);
    const isBracketed = tokens[i + 1]?.text === '(' && tokens[i + 1]!.kind === 'punct';
    if (token.kind !== 'word' || token.text !== 'new' || token.role === 'value') continue;
    if (tokens[i + 1]?.kind !== 'word' && !isBracketed) continue;
    let end = isBracketed ? closeOf(tokens, i + 1) : i + 1;
    if (end < 0) continue;
    while (tokens[end + 1]?.text === '.' && tokens[end + 2]?.kind === 'word') end += 2;
    all.push(...(isBracketed ? withArguments(tokens.slice(i + 1, end + 1)) : tokens.slice(i + 1, end + 1)));
    i = end;
    const next = tokens[end + 1];
    const opens = next !== undefined && (next.kind === 'template' || ['(', '<', '[', '{', '?.'].includes(next.text));
    const { line } = tokens[end]!;
    const made = (text: string): Token => ({
      kind: 'punct',
      text,
      line,
      isFirst: false,
      hasSpace: false,
      role: undefined,
      inside: undefined,
    });
    if (!opens && tokens[i]!.text !== 'class' && tokens[i]!.text !== 'function') all.push(made('('), made(')'));
  }
  return all;
}

/** -1 where it is farther than anybody writes it. */
function closeOf(tokens: readonly Token[], at: number): number {
  let depth = 0;
  for (let i = at; i < tokens.length && i < at + 200; i++) {
    if (tokens[i]!.kind !== 'punct') continue;
    if (tokens[i]!.text === '(') depth++;
    else if (tokens[i]!.text === ')' && --depth === 0) return i;
  }
  return -1;
}

interface Group {
  at: number;
  /** Its closest-reaching operator; what binds weaker outside may go without the brackets. */
  level: number;
  operators: Set<string>;
  questions: number;
  hasOptional: boolean;
  hasNew: boolean;
}

/** Takes away the parentheses around what holds together without them. */
function withoutParens(tokens: readonly Token[]): Token[] {
  const gone = new Set<number>();
  const groups: Group[] = [];
  const before = (i: number) => {
    let at = i - 1;
    while (gone.has(at)) at--;
    return tokens[at];
  };
  const add = (text: string, level: number) => {
    const group = groups.at(-1);
    if (!group) return;
    if (level < group.level) group.operators = new Set([text]);
    else if (level === group.level) group.operators.add(text);
    group.level = Math.min(group.level, level);
  };
  for (let i = 0; i < tokens.length; i++) {
    const { kind, text } = tokens[i]!;
    if (kind === 'punct' && opening.has(text)) {
      groups.push({ at: i, level: atom, operators: new Set(), questions: 0, hasOptional: false, hasNew: false });
      continue;
    }
    if (kind === 'punct' && closing.has(text)) {
      const group = groups.pop();
      if (group && text === ')' && tokens[group.at]!.text === '(' && isNeedless(tokens, group, i)) {
        gone.add(group.at).add(i);
        for (const operator of group.operators) add(operator, group.level);
        const outer = groups.at(-1);
        if (outer && group.hasOptional) outer.hasOptional = true;
      }
      continue;
    }
    const group = groups.at(-1);
    if (!group) continue;
    if (text === '?.' && kind === 'punct') group.hasOptional = true;
    if (kind === 'word' && text === 'new' && tokens[i]!.role !== 'value') group.hasNew = true;
    if ((kind !== 'punct' && kind !== 'word') || (kind === 'word' && tokens[i]!.role === 'value')) continue;
    const last = before(i);
    if (text === ',' || text === ';' || text === '...') add(text, 0);
    else if (text === ':') add(text, group.questions-- > 0 ? 2 : 0);
    else if (text === 'yield' || (text === '=>' && kind === 'punct')) add(text, 1);
    else if (endsValue(last) || last?.role === 'control') {
      const level = levelOf(text);
      if (text === '?' && kind === 'punct') group.questions++;
      if (level !== undefined) add(text, level);
    } else if (['!', '~', '+', '-', '++', '--', 'typeof', 'void', 'delete', 'await', '<'].includes(text))
      add(text, unary);
  }
  if (gone.size === 0) return [...tokens];
  const left: Token[] = [];
  let breaks: boolean | undefined;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (gone.has(i)) {
      if (token.text === '(') breaks ??= token.isFirst;
      continue;
    }
    left.push(breaks === undefined ? token : { ...token, isFirst: breaks });
    breaks = undefined;
  }
  return left;
}

function isNeedless(tokens: readonly Token[], group: Group, end: number): boolean {
  const { at, level } = group;
  const first = tokens[at + 1]!;
  if (end === at + 1) return false;
  const previous = tokens[at - 1];
  const next = tokens[end + 1];
  if (next?.text === '=>' && next.kind === 'punct') return end === at + 2 && first.kind === 'word';
  return level > 0 && leftAllows(tokens, group, previous, first) && rightAllows(group, next, first, end === at + 2);
}

function leftAllows(
  tokens: readonly Token[],
  { at, level, operators }: Group,
  last: Token | undefined,
  first: Token,
): boolean {
  const startsStatement = !last || [';', '{', '}', '=>', 'default'].includes(last.text);
  if (
    startsStatement &&
    (['{', 'function', 'class', 'let', 'async', '['].includes(first.text) ||
      (first.kind === 'string' && last?.text !== '=>'))
  )
    return false;
  if (!last) return true;
  if (last.role === 'control') return true;
  if (endsValue(last)) return false;
  if (last.kind === 'word') {
    if (last.text === 'new' || (last.text === 'await' && tokens[at - 2]?.text === 'for')) return false;
    if (last.text === 'extends') return level >= postfix;
    if (last.text === 'as' || last.text === 'satisfies') return level >= 5;
    if (['typeof', 'void', 'delete', 'await', 'keyof'].includes(last.text)) return level >= unary;
    return (levelOf(last.text) ?? 0) < level;
  }
  if (last.text === '>' && !tokens[at]!.hasSpace) return false;
  if (last.text === '@' || last.text === '...' || last.text === '.' || last.text === '?.')
    return level >= postfix && last.text === '...';
  const outer = levelOf(last.text);
  if (outer === undefined) return !['!', '~', '++', '--'].includes(last.text) || level >= unary;
  if (!endsValue(tokens[at - 2])) {
    if (last.text === '+' || last.text === '-') return level >= unary && first.text !== last.text;
    if (last.text === '<') return false;
  }
  if (outer <= 2) return true;
  if (level !== outer) return level > outer;
  return outer === 13 || ((outer === 3 || outer === 4) && operators.size === 1 && operators.has(last.text));
}

function rightAllows(group: Group, next: Token | undefined, first: Token, isSingle: boolean): boolean {
  const { level, operators } = group;
  if (!next) return true;
  if (next.kind === 'template' && next.text !== '}') return level >= postfix && !group.hasOptional;
  if (next.kind === 'word') {
    const outer = levelOf(next.text);
    return outer === undefined ? next.isFirst || next.text === 'of' || next.text === 'else' : level >= outer;
  }
  if (next.kind !== 'punct') return next.isFirst || next.kind === 'template';
  if (['(', '[', '.', '?.', '++', '--', '!'].includes(next.text)) {
    if (first.kind === 'number' || first.text === 'function' || first.text === 'class' || first.text === '{')
      return false;
    if (isSingle && first.kind === 'word' && next.text === '(' && first.text === 'eval') return false;
    return level >= postfix && !group.hasOptional && !group.hasNew;
  }
  if (next.text === '{') return false;
  const outer = levelOf(next.text);
  if (outer === undefined) return true;
  if (outer === 1) return level >= postfix;
  if (outer === 13 || outer === 2) return level > outer;
  if (outer === 3) return level > outer || (operators.size === 1 && operators.has(next.text));
  return level >= outer;
}

/** After these the end of a line counts as the end of a statement, or makes a name of the word. */
const breakAfter: ReadonlySet<string> = new Set(
  'return throw break continue yield async get set static type interface declare abstract namespace module readonly accessor override'.split(
    ' ',
  ),
);
const jumps: ReadonlySet<string> = new Set(['return', 'throw', 'break', 'continue', 'yield']);
const continues: ReadonlySet<string> = new Set(['in', 'instanceof', 'as', 'satisfies', 'extends', 'implements']);

/** Whether a statement is over where the text has no semicolon. */
function endsHere(last: Token | undefined, next: Token | undefined): boolean {
  if (!next || (next.kind === 'punct' && next.text === '}')) return last?.role !== 'control';
  if (!next.isFirst || !last) return false;
  const canEnd =
    endsValue(last) ||
    last.text === 'of' ||
    last.text === 'as' ||
    last.role === 'value' ||
    breakAfter.has(last.text) ||
    last.text === '>' ||
    last.text === '!';
  if (!canEnd || last.role === 'control') return false;
  if (next.kind === 'word') return !continues.has(next.text) || next.role === 'value';
  if (next.kind === 'punct') return ['@', '~', '{', '++', '--', '...'].includes(next.text);
  return next.kind === 'number' || next.kind === 'string';
}

export interface Slice {
  tokens: readonly Token[];
  from: number;
  to: number;
}

/** Whether two rows of tokens say the same, but for semicolons that the ends of lines stand for. */
export function sameJavascript(a: Slice, b: Slice): boolean {
  let i = a.from;
  let j = b.from;
  while (i < a.to || j < b.to) {
    const x = i < a.to ? a.tokens[i] : undefined;
    const y = j < b.to ? b.tokens[j] : undefined;
    if (x && y && x.text === y.text && x.kind === y.kind) {
      const last = a.tokens[i - 1];
      if (x.isFirst !== y.isFirst && breaksBefore(last, x)) return false;
      i++;
      j++;
    } else if (x && y && isSeparator(x) && isSeparator(y)) {
      i++;
      j++;
    } else if (x && isNeedlessEnd(x, b.tokens, j)) i++;
    else if (y && isNeedlessEnd(y, a.tokens, i)) j++;
    else return false;
  }
  return true;
}

function breaksBefore(last: Token | undefined, next: Token): boolean {
  if (next.text === '++' || next.text === '--') return true;
  if (last?.kind !== 'word' || last.role === 'value' || !breakAfter.has(last.text)) return false;
  if (jumps.has(last.text)) return next.text !== ';' && next.text !== '}';
  return next.kind === 'word' || next.kind === 'string' || next.text === '*' || next.text === '{';
}

/** Members of a type end with either. */
const isSeparator = ({ text, kind, inside }: Token) =>
  kind === 'punct' && (text === ',' || text === ';') && (inside?.role === 'value' || inside?.role === 'type');

/** Whether the end of a line stands for it in the other row, before the token `at`. */
function isNeedlessEnd(token: Token, others: readonly Token[], at: number): boolean {
  const last = others[at - 1];
  const next = others[at];
  // Members of a type: no object has a name on a line of its own that goes on with a colon, and no comma before it.
  if (token.text === ',' && isSeparator(token) && next?.isFirst && (next.kind === 'word' || next.kind === 'string'))
    return [':', '?'].includes(others[at + 1]?.text ?? '');
  if (token.kind !== 'punct' || token.text !== ';' || (token.inside && token.inside.text !== '{')) return false;
  if (endsHere(last, next)) return true;
  // The type of a member does not go on with a bracket on a line of its own.
  if (next?.text === '[' && next.isFirst && (token.inside?.role === 'type' || token.inside?.role === 'value'))
    return true;
  if (!last) return true;
  if (last.kind !== 'punct') return false;
  return last.text === ';' || last.text === '{' || (last.text === '}' && last.role !== 'value');
}
