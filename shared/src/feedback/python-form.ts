import type { Token } from './token.ts';

const before: ReadonlySet<string> = new Set(
  'return in not and or if elif else while assert del yield await lambda is import except with for print raise from as'.split(
    ' ',
  ),
);
const levels: Record<string, number> = {};
for (const [level, operators] of [
  [1, ':='],
  [2, 'if else lambda'],
  [3, 'or'],
  [4, 'and'],
  [5, 'not'],
  [6, 'in is < > <= >= == !='],
  [7, '|'],
  [8, '^'],
  [9, '&'],
  [10, '<< >>'],
  [11, '+ -'],
  [12, '* / // % @'],
  [13, '~'],
  [14, '**'],
  [15, 'await'],
] as const) {
  for (const operator of operators.split(' ')) levels[operator] = level;
}
const atom = 18;
const opens = ['(', '[', '{'];
const closes = [')', ']', '}'];

interface Group {
  at: number;
  level: number;
  commas: number;
  /** Calls, definitions and subscripts. */
  isOf: Token | undefined;
  isGenerator: boolean;
  /** How many `lambda` have not come to their colon. */
  lambdas: number;
}

const levelOf = (text: string): number | undefined => (Object.hasOwn(levels, text) ? levels[text] : undefined);

const endsValue = (token: Token | undefined) =>
  token !== undefined &&
  (token.kind === 'word'
    ? !before.has(token.text) || token.text === 'print'
    : token.kind === 'punct'
      ? closes.includes(token.text) || token.text === '...'
      : token.kind !== 'line');

/** Tokens without the brackets and commas that a formatter may put in or take away. */
export function pythonForm(tokens: readonly Token[]): Token[] {
  const gone = new Set<number>();
  const groups: Group[] = [];
  let head = 0;
  let known: { head: number; token: Token | undefined } | undefined;
  const forIn = () => {
    if (known?.head !== head) known = { head, token: inOfFor(tokens, head) };
    return known.token;
  };
  for (let i = 0; i < tokens.length; i++) {
    const { kind, text } = tokens[i]!;
    if (kind === 'line') {
      head = i;
      continue;
    }
    if (kind !== 'punct' && kind !== 'word') {
      // Strings that stand beside each other are one.
      if (kind === 'string' && tokens[i - 1]?.kind === 'string') lower(groups, 17);
      continue;
    }
    if (kind === 'punct' && opens.includes(text)) {
      const last = tokens[i - 1];
      const isOf = endsValue(last) ? last : undefined;
      groups.push({ at: i, level: atom, commas: 0, isOf, isGenerator: false, lambdas: 0 });
      continue;
    }
    const group = groups.at(-1);
    if (kind === 'punct' && closes.includes(text) && group) {
      groups.pop();
      const open = tokens[group.at]!.text;
      const isGrouping = open === '(' && group.isOf === undefined && tokens[group.at - 1]?.text !== 'import';
      const makesTuple = group.commas === 1 && (isGrouping || (open === '[' && group.isOf !== undefined));
      if (tokens[i - 1]!.text === ',' && !makesTuple) gone.add(i - 1);
      if (
        open === '(' &&
        !group.isOf &&
        isNeedless(tokens, group, i, { head, forIn: forIn(), isInner: groups.length > 0 })
      ) {
        gone.add(group.at).add(i);
        lower(groups, group.level);
      }
      if (open === '(' && text === ')' && i === group.at + 1 && isClass(tokens, group.at, head))
        gone.add(group.at).add(i);
      continue;
    }
    if (!group) continue;
    if (text === 'lambda') group.lambdas++;
    else if (group.lambdas > 0) {
      if (text === ':') group.lambdas--;
      continue;
    }
    if (text === ',') group.commas++;
    if (text === 'for') group.isGenerator = true;
    if (text === '**' || text === '*' ? !endsValue(tokens[i - 1]) : text === '=' || text === ':' || text === 'yield')
      lower([group], 0);
    else {
      const level = levelOf(text);
      const isSign = (text === '-' || text === '+') && !endsValue(tokens[i - 1]);
      if (level !== undefined) lower([group], isSign ? 13 : level);
    }
  }
  return gone.size === 0 ? [...tokens] : tokens.filter((_, i) => !gone.has(i));
}

function lower(groups: readonly Group[], level: number): void {
  const group = groups.at(-1);
  if (group) group.level = Math.min(group.level, level);
}

const isClass = (tokens: readonly Token[], at: number, head: number) =>
  at === head + 3 && tokens[head + 1]!.text === 'class';

interface Statement {
  head: number;
  /** The `in` of a `for`. */
  forIn: Token | undefined;
  isInner: boolean;
}

/** What may stand around a tuple without brackets. */
function isNeedless(
  tokens: readonly Token[],
  { at, level, commas, isGenerator }: Group,
  end: number,
  { head, forIn, isInner }: Statement,
): boolean {
  const last = tokens[at - 1];
  const next = tokens[end + 1];
  if (isGenerator || end === at + 1) return false;
  const first = tokens[head + 1]?.text ?? '';
  const ends = next === undefined || next.kind === 'line';
  if (last?.text === 'import') return true;
  if (level === 0) return tokens[at + 1]!.text === 'yield' && ends && /^[^=<>!]*=$/.test(last?.text ?? '');
  const isTarget = first === 'for' || (first === 'async' && tokens[head + 2]?.text === 'for');
  if (commas > 0) {
    if (level <= 1) return false;
    if (last?.text === 'for' && isTarget) return next?.text === 'in';
    if (last?.text === 'in' && isTarget && last === forIn) return next?.text === ':';
    if (isInner || last === undefined) return false;
    if (last.kind === 'line') return next?.text === '=';
    return ['return', 'del'].includes(last.text) ? ends : last.text === '=' && (ends || next.text === '=');
  }
  if (last === undefined || last.kind === 'line')
    return ends && level > 1 && tokens[at + 1]?.kind !== 'string' ? true : followed(next, level);
  if (last.kind === 'word') {
    if (
      ['return', 'if', 'elif', 'while', 'assert', 'del', 'for', 'yield', 'raise', 'from', 'else', 'except'].includes(
        last.text,
      )
    ) {
      return (level > 1 || (!isInner && ['if', 'elif', 'while'].includes(last.text))) && followed(next, level);
    }
    if (last.text === 'in' && isTarget && last === forIn) return level > 1 && followed(next, level);
    const outer = levelOf(last.text);
    return outer !== undefined && outer !== 2 && level > outer && followed(next, level);
  }
  if (['=', ',', '(', '[', '{', ':', '->', ':='].includes(last.text) || /^[^=<>!]+=$/.test(last.text)) {
    return level > 2
      ? followed(next, level)
      : level === 2 && last.text !== ':' && (ends || next.text === ',' || closes.includes(next.text));
  }
  const outer = levelOf(last.text);
  if (outer === undefined) return false;
  const isSign = (last.text === '-' || last.text === '+') && !endsValue(tokens[at - 2]);
  return level > (isSign ? 13 : outer) && followed(next, level);
}

/** Whether what comes after binds no closer than what was in the brackets. */
function followed(next: Token | undefined, level: number): boolean {
  if (next === undefined || next.kind === 'line') return true;
  if (next.kind === 'word') {
    const outer = next.text === 'not' ? 6 : levelOf(next.text);
    if (outer === undefined) return ['as', 'from', 'for', 'async'].includes(next.text) && level > 2;
    return outer === 6 ? level > 6 : level > outer || (outer !== 2 && level === outer);
  }
  if (next.kind !== 'punct') return false;
  if ([',', ':', '=', ...closes].includes(next.text) || /^[^=<>!]+=$/.test(next.text)) return true;
  if (['.', '(', '['].includes(next.text)) return level === atom && next.text !== '.';
  const outer = levelOf(next.text);
  if (outer === undefined) return false;
  return outer === 6 || outer === 14 ? level > outer : level >= outer;
}

function inOfFor(tokens: readonly Token[], head: number): Token | undefined {
  if (!['for', 'async'].includes(tokens[head + 1]?.text ?? '')) return undefined;
  let depth = 0;
  for (let i = head + 1; i < tokens.length && tokens[i]!.kind !== 'line'; i++) {
    const { text, kind } = tokens[i]!;
    if (kind === 'punct' && opens.includes(text)) depth++;
    else if (kind === 'punct' && closes.includes(text)) depth--;
    else if (depth === 0 && text === 'in') return tokens[i];
  }
  return undefined;
}
