import { plainComment, unquoted, Unreadable, type Comment, type Token, type Tokens } from './token.ts';

interface Flavour {
  markup: boolean;
}

/** What is open: brackets with the token that opened them, and the parts of templates and of markup. */
type Open =
  | { kind: 'bracket'; close: string; role: Token['role'] }
  | { kind: 'template' }
  | { kind: 'hole'; of: 'template' | 'attribute' | 'child'; at: number }
  | { kind: 'tag'; closes: boolean; startsAt: number }
  | { kind: 'children' };

const space = /[ \t\n\v\f\r\u00a0\u2028\u2029\ufeff]+/y;
const lineComment = /\/\/[^\n]*/y;
const word = /#?[\p{L}_$\p{Nl}\\][\p{L}\p{N}\p{M}_$\\{}\u200c\u200d]*/uy;
const plainWord = /#?[A-Za-z_$][\w$]*(?![\\\u0080-\uffff])/y;
const number = /(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]+)?|\.\d[\d_]*(?:[eE][+-]?[\d_]+)?)n?/y;
const single = /'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'/y;
const double = /"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"/y;
// No repetition in a repetition of the same: what does not end would be tried in every way there is.
const regex = /\/(?![*/])[^/\\[\n]*(?:(?:\\[^\n]|\[[^\]\\\n]*(?:\\[^\n][^\]\\\n]*)*\])[^/\\[\n]*)*\/[\w$]*/y;
const templateText = /[^`\\$]*(?:(?:\\[\s\S]|\$(?!\{))[^`\\$]*)*/y;
const punctuation =
  /\.\.\.|=>|===|!==|\*\*=|>>>=|<<=|>>=|&&=|\|\|=|\?\?=|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\*\*|\+\+|--|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|<<|[{}()[\];,<>+\-*/%&|^!~?:=.@]/y;
/** What `punctuation` begins with and nothing else does. */
const marks: ReadonlySet<string> = new Set('{}()[];,<>+-*/%&|^!~?:=@');
const isDigit = (char: string) => char >= '0' && char <= '9';
const markupName = /[A-Za-z_$][\w$:.-]*/y;
const markupText = /[^<{]+/y;
const attributeText = /"[^"]*"|'[^']*'/y;

/** Words after which a value begins, not an operator. */
export const beforeValue: ReadonlySet<string> = new Set(
  'return typeof instanceof in of new delete void throw case do else yield await extends default as satisfies keyof'.split(
    ' ',
  ),
);
const control: ReadonlySet<string> = new Set(['if', 'while', 'for', 'with', 'switch']);

export function javascriptTokens(text: string, { markup }: Flavour): Tokens {
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  const open: Open[] = [];
  /** How deep each `do` stands whose `while` has not come. */
  const loops: number[] = [];
  let at = 0;
  let line = 0;
  let isFirst = true;
  let hasSpace = true;
  /** Of the text of markup that was read last. */
  let endsBlank = false;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return undefined;
    at += found.length;
    return found;
  };
  const passed = (what: string) => {
    for (let i = what.indexOf('\n'); i >= 0; i = what.indexOf('\n', i + 1)) {
      line++;
      isFirst = true;
    }
    hasSpace = true;
  };
  const push = (kind: Token['kind'], shown: string, source = shown): Token => {
    // All of one shape: there are many of them, and copies of those that differ in it take ten times as long.
    const token: Token = { kind, text: shown, line, isFirst, hasSpace, role: undefined, inside: undefined };
    tokens.push(token);
    isFirst = false;
    hasSpace = false;
    if (kind !== 'word' && kind !== 'punct') {
      for (let i = source.indexOf('\n'); i >= 0; i = source.indexOf('\n', i + 1)) line++;
    }
    return token;
  };
  const comment = (what: string, endsLine: boolean) => {
    comments.push({ text: plainComment(what), line });
    if (endsLine) hasSpace = true;
    else passed(what);
  };
  const isValueNext = (): boolean => {
    const last = tokens.at(-1);
    if (!last) return true;
    if (last.kind === 'word') return beforeValue.has(last.text) && last.role !== 'value';
    if (last.kind !== 'punct') return false;
    if (last.text === ')') return last.role === 'control';
    if (last.text === '}') return last.role !== 'value';
    return last.text !== ']' && last.text !== '++' && last.text !== '--';
  };
  /** Whether `while` belongs to the `do` before it, whose body may have no braces. */
  const endsDo = () => {
    while (loops.length > 0 && loops.at(-1)! > open.length) loops.pop();
    const last = tokens.at(-1);
    if (loops.at(-1) !== open.length || last?.role === 'control' || last?.text === 'do' || last?.text === 'else')
      return false;
    loops.pop();
    return true;
  };
  const quotedIn = (pattern: RegExp) => {
    const found = take(pattern);
    if (found === undefined) throw new Unreadable('a string does not end');
    push('string', `"${unquoted(found.slice(1, -1))}"`, found);
  };

  const code = () => {
    const char = text[at]!;
    const blank = char <= ' ' || char > '~' ? take(space) : undefined;
    if (blank !== undefined) return passed(blank);
    if (char === '/') {
      const rest = take(lineComment);
      if (rest !== undefined) return comment(rest, true);
      if (text[at + 1] === '*') {
        const end = text.indexOf('*/', at + 2);
        if (end < 0) throw new Unreadable('a comment does not end');
        const whole = text.slice(at, end + 2);
        at = end + 2;
        return comment(whole, false);
      }
      if (isValueNext()) {
        const found = take(regex);
        if (found === undefined) throw new Unreadable('a regular expression does not end');
        return void push('regex', found);
      }
    }
    if (char === "'") return quotedIn(single);
    if (char === '"') return quotedIn(double);
    if (char === '`') {
      at++;
      push('template', '`');
      return void open.push({ kind: 'template' });
    }
    if (markup && char === '<' && isValueNext() && startsMarkup(text, at)) return startTag();
    const named = marks.has(char) || isDigit(char) ? undefined : (take(plainWord) ?? take(word));
    if (named !== undefined) {
      // `of`, `as` and `satisfies` are names where no value stands before them.
      const before = tokens.at(-1)?.text;
      const isMember =
        before === '.' ||
        before === '?.' ||
        ((named === 'of' || named === 'as' || named === 'satisfies') && isValueNext());
      const role = isMember ? 'value' : named === 'while' && endsDo() ? 'do' : undefined;
      if (named === 'do' && !isMember) loops.push(open.length);
      push('word', named).role = role;
      return;
    }
    const counted = marks.has(char) ? undefined : take(number);
    if (counted !== undefined) return void push('number', plainNumber(counted));
    const mark = take(punctuation);
    if (mark === undefined) throw new Unreadable(`"${char}" belongs to nothing`);
    bracket(mark);
  };

  const bracket = (mark: string) => {
    if (mark === '(' || mark === '[' || mark === '{') {
      const before = tokens.at(-1);
      const second = tokens.at(-2);
      const role = mark === '{' ? roleOfBrace(tokens) : undefined;
      const ownsControl =
        mark === '(' &&
        before?.kind === 'word' &&
        control.has(before.text) &&
        second?.text !== '.' &&
        before.role !== 'do';
      push('punct', mark).role = role === 'body' ? undefined : role;
      const close = mark === '(' ? ')' : mark === '[' ? ']' : '}';
      const closed = ownsControl ? 'control' : role === 'body' ? 'value' : role;
      return void open.push({ kind: 'bracket', close, role: closed });
    }
    if (mark === ')' || mark === ']' || mark === '}') {
      const last = open.pop();
      if (last?.kind === 'hole' && mark === '}') return closeHole(last);
      if (last?.kind !== 'bracket' || last.close !== mark) throw new Unreadable(`"${mark}" closes nothing`);
      push('punct', mark).role = last.role;
      return;
    }
    push('punct', mark);
  };

  const closeHole = (hole: Open & { kind: 'hole' }) => {
    const sole = tokens.length === hole.at + 2 ? tokens.at(-1) : undefined;
    if (hole.of === 'child' && sole && /^" +"$/.test(sole.text)) {
      tokens.length = hole.at;
      isFirst = false;
      pushText(' ');
      return;
    }
    if (hole.of === 'attribute' && sole?.kind === 'string' && !/[\\"\n&]/.test(sole.text.slice(1, -1))) {
      tokens.length = hole.at;
      tokens.push(sole);
      return;
    }
    push('punct', '}');
  };

  /** Markup joins its text over lines; prettier keeps a blank that counts as {" "}. */
  const pushText = (shown: string, source = shown) => {
    const last = tokens.at(-1);
    if (last?.kind === 'markup') {
      // Only added to: to look at what is there already would take time by the square of its pieces.
      const more = shown.replace(/\s+/g, ' ');
      last.text += endsBlank && more.startsWith(' ') ? more.slice(1) : more;
      endsBlank = more === '' ? endsBlank : more.endsWith(' ');
      for (let i = source.indexOf('\n'); i >= 0; i = source.indexOf('\n', i + 1)) line++;
    } else {
      push('markup', shown, source);
      endsBlank = shown.endsWith(' ');
    }
  };

  const startTag = () => {
    const startsAt = tokens.length;
    at++;
    push('tag', '<');
    open.push({ kind: 'tag', closes: false, startsAt });
  };

  const tag = (current: Open & { kind: 'tag' }) => {
    const blank = take(space);
    if (blank !== undefined) return passed(blank);
    const char = text[at]!;
    if (char === '>') {
      at++;
      push('tag', '>');
      open.pop();
      if (!current.closes) open.push({ kind: 'children' });
      else if (open.pop()?.kind !== 'children') throw new Unreadable('a tag closes nothing');
      return;
    }
    if (char === '/') {
      const comment = take(lineComment);
      if (comment !== undefined) return void comments.push({ text: plainComment(comment), line });
      at++;
      push('tag', '/');
      if (tokens.length - current.startsAt === 2) current.closes = true;
      else if (text[at] === '>') {
        at++;
        push('tag', '>');
        open.pop();
      } else throw new Unreadable('a tag is broken');
      return;
    }
    if (char === '{') {
      at++;
      open.push({ kind: 'hole', of: 'attribute', at: tokens.length });
      return void push('punct', '{');
    }
    if (char === '=') {
      at++;
      return void push('tag', '=');
    }
    const value = take(attributeText);
    if (value !== undefined) {
      const content = value.slice(1, -1).replaceAll('&quot;', '"').replaceAll('&apos;', "'");
      return void push('string', `"${content}"`, value);
    }
    const name = take(markupName);
    if (name === undefined) throw new Unreadable('a tag is broken');
    push('tag', name);
  };

  const children = () => {
    const char = text[at]!;
    if (char === '<') return startTag();
    if (char === '{') {
      at++;
      open.push({ kind: 'hole', of: 'child', at: tokens.length });
      return void push('punct', '{');
    }
    const found = take(markupText)!;
    const shown = shownText(found);
    if (shown === '') passed(found);
    else pushText(shown, found);
  };

  const template = () => {
    const found = take(templateText)!;
    if (found !== '') push('template', found);
    if (at >= text.length) throw new Unreadable('a template does not end');
    if (text[at] === '`') {
      at++;
      push('template', '`');
      open.pop();
    } else {
      at += 2;
      open.push({ kind: 'hole', of: 'template', at: tokens.length });
      push('punct', '${');
    }
  };

  if (text.startsWith('#!')) comment(take(/#![^\n]*/y)!, true);
  while (at < text.length) {
    const current = open.at(-1);
    if (current?.kind === 'template') template();
    else if (current?.kind === 'tag') tag(current);
    else if (current?.kind === 'children') children();
    else code();
  }
  if (open.length > 0) throw new Unreadable('something stays open');
  return { tokens, comments };
}

/** `<T,>(x: T) => x` is no markup. */
const startsMarkup = (text: string, at: number) =>
  /^<(?:>|[A-Za-z_$][\w$:.-]*(?!\s*(?:,|extends\b))[\s/>{])/.test(text.slice(at, at + 120));

/** As the grammar of JSX has it: lines are trimmed where they meet, and empty ones go. */
function shownText(text: string): string {
  const lines = text.split('\n');
  return lines
    .map((line, i) => {
      const plain = line.replace(/[ \t\r]+/g, ' ');
      const started = i > 0 ? plain.trimStart() : plain;
      return i < lines.length - 1 ? started.trimEnd() : started;
    })
    .filter((line) => line !== '')
    .join(' ');
}

/** As prettier prints numbers, so that what it changes about them is nothing. */
function plainNumber(text: string): string {
  if (/^\d+$/.test(text)) return text;
  const lower = text.toLowerCase();
  if (/^0[xbo]/.test(lower) || lower.endsWith('n')) return lower;
  return lower
    .replace(/e\+/, 'e')
    .replace(/^([\d_.]+)e-?0+$/, '$1')
    .replace(/^\./, '0.')
    .replace(/(\.\d*?)0+(?=e|$)/, '$1')
    .replace(/\.(?=e|$)/, '');
}

/** What a `{` that comes now holds: a value, members of a type, or statements; `body` is a function's that is a value itself. */
function roleOfBrace(tokens: readonly Token[]): 'value' | 'type' | 'do' | 'body' | undefined {
  const last = tokens.at(-1);
  if (!last) return undefined;
  if (last.text === '=>') return 'body';
  if (last.kind === 'word' && last.text === 'do') return 'do';
  if (last.kind === 'word' && last.role !== 'value' && beforeValue.has(last.text))
    return last.text === 'else' ? undefined : 'value';
  if (last.kind !== 'punct' || [')', '}', ']', '>'].includes(last.text)) {
    if (last.role === 'control') return undefined;
    return isInterface(tokens) ? 'type' : isValueFunction(tokens) ? 'body' : undefined;
  }
  return last.text === ';' || last.text === '{' ? undefined : 'value';
}

function isInterface(tokens: readonly Token[]): boolean {
  for (let i = tokens.length - 1; i >= 0 && i > tokens.length - 40; i--) {
    const { text, kind } = tokens[i]!;
    // What a parameter of it defaults to.
    if (text === '}' && ['>', ',', '&', '|', '['].includes(tokens[i + 1]?.text ?? '')) {
      for (let depth = 1; depth > 0 && i > 0;) {
        i--;
        depth += tokens[i]!.text === '}' ? 1 : tokens[i]!.text === '{' ? -1 : 0;
      }
      continue;
    }
    if (text === ';' || text === '{' || text === '}') return false;
    if (kind === 'word' && text === 'interface') return true;
  }
  return false;
}

/** A body of `function` or `class` belongs to a value when that word stands where a value is due. */
function isValueFunction(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (let i = tokens.length - 1; i >= 0 && i > tokens.length - 400; i--) {
    const { text, kind } = tokens[i]!;
    if (text === ')' || text === ']' || text === '}') depth++;
    else if (text === '(' || text === '[' || text === '{') {
      if (--depth < 0) return false;
    } else if (depth === 0 && kind === 'punct' && (text === ';' || text === '=>')) return false;
    else if (depth === 0 && kind === 'word' && (text === 'function' || text === 'class')) {
      const before = tokens[i - 1]?.text === 'async' ? tokens[i - 2] : tokens[i - 1];
      if (!before) return false;
      if (before.kind === 'word')
        return beforeValue.has(before.text) && before.text !== 'default' && before.text !== 'else';
      return before.kind === 'punct' && !'; { } )'.split(' ').includes(before.text);
    }
  }
  return false;
}
