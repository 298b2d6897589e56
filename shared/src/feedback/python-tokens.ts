import { plainComment, unquoted, Unreadable, type Comment, type Token, type Tokens } from './token.ts';

const blank = /[ \t\f]+/y;
const comment = /#[^\n]*/y;
const joined = /\\\n/y;
const word = /[\p{L}_\p{Nl}][\p{L}\p{N}\p{M}_]*/uy;
const number = /(?:0[xXbBoO][\da-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?)[jJlL]?/y;
const string =
  /([rRbBuUfF]{0,2})("""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""|'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''|"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"|'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*')/y;
const operator =
  /\*\*=|\/\/=|>>=|<<=|\.\.\.|->|:=|==|!=|<=|>=|\*\*|\/\/|<<|>>|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|@=|[-+*/%@&|^~<>()[\]{},:.=;]/y;
const compound: ReadonlySet<string> = new Set(
  'if elif else for while try except finally with def class async case'.split(' '),
);
const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/** A logical line begins with a token `line` whose text is the depth of its block: what counts about indentation. */
export function pythonTokens(text: string): Tokens {
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  const indents = [0];
  const brackets: string[] = [];
  let at = 0;
  let line = 0;
  let hasSpace = true;
  let startsLine = true;
  /** The first token of the logical line, and what of it is open for a block on the same line. */
  let head = 0;
  let mayOpenBlock = false;
  let inlineDepth = 0;
  let lambdas = 0;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const push = (kind: Token['kind'], shown: string, source = shown) => {
    tokens.push({ kind, text: shown, line, isFirst: false, hasSpace });
    hasSpace = false;
    for (let i = source.indexOf('\n'); i >= 0; i = source.indexOf('\n', i + 1)) line++;
  };
  const beginLine = (depth: number) => {
    head = tokens.length + 1;
    push('line', `@${depth}`);
    mayOpenBlock = false;
    lambdas = 0;
  };
  const indentation = () => {
    const found = take(blank) ?? '';
    let width = 0;
    for (const char of found) width = char === '\t' ? ((width >> 3) << 3) + 8 : char === '\f' ? 0 : width + 1;
    if (at >= text.length || text[at] === '\n' || text[at] === '#' || text.startsWith('\\\n', at)) return;
    while (indents.at(-1)! > width) indents.pop();
    if (indents.at(-1)! < width) indents.push(width);
    startsLine = false;
    inlineDepth = 0;
    beginLine(indents.length - 1);
  };
  const mark = (found: string) => {
    const close = closing[found];
    if (close !== undefined) brackets.push(close);
    else if (found === ')' || found === ']' || found === '}') {
      if (brackets.pop() !== found) throw new Unreadable(`"${found}" closes nothing`);
    }
    if (brackets.length === 0 && found === ';') {
      if (!/^[ \t\f]*(?:#[^\n]*)?(?:\n|$)/.test(text.slice(at, at + 2_000)))
        beginLine(indents.length - 1 + inlineDepth);
      return;
    }
    push('punct', found);
    if (brackets.length > 0 || found !== ':') return;
    if (lambdas > 0) lambdas--;
    else if (mayOpenBlock && !/^[ \t\f]*(?:#[^\n]*)?(?:\n|$)/.test(text.slice(at, at + 2_000))) {
      inlineDepth++;
      beginLine(indents.length - 1 + inlineDepth);
    }
  };

  while (at < text.length) {
    if (startsLine) indentation();
    if (at >= text.length) break;
    if (take(blank) !== undefined) {
      hasSpace = true;
      continue;
    }
    if (text[at] === '\n') {
      at++;
      line++;
      if (brackets.length === 0) startsLine = true;
      hasSpace = true;
      continue;
    }
    if (take(joined) !== undefined) {
      line++;
      hasSpace = true;
      continue;
    }
    const said = take(comment);
    if (said !== undefined) {
      comments.push({ text: plainComment(said.replace(/^#(?!!)\s*/, '# ')), line });
      continue;
    }
    string.lastIndex = at;
    const quoted = string.exec(text);
    if (quoted) {
      at += quoted[0].length;
      push('string', plainString(quoted[1]!, quoted[2]!, tokens), quoted[0]);
      continue;
    }
    const named = take(word);
    if (named !== undefined) {
      if (tokens.length === head) mayOpenBlock = compound.has(named);
      if (named === 'lambda' && brackets.length === 0) lambdas++;
      push('word', named);
      continue;
    }
    const counted = take(number);
    if (counted !== undefined) {
      push('number', counted.toLowerCase());
      continue;
    }
    const found = take(operator);
    if (found === undefined) throw new Unreadable(`"${text[at]!}" belongs to nothing`);
    mark(found);
  }
  if (brackets.length > 0) throw new Unreadable('a bracket stays open');
  return { tokens, comments };
}

function plainString(prefix: string, quoted: string, tokens: readonly Token[]): string {
  const kind = prefix.toLowerCase().replace('u', '');
  const isLong = /^(?:"""|''')/.test(quoted);
  const content = isLong ? quoted.slice(3, -3) : quoted.slice(1, -1);
  const last = tokens.at(-1);
  if (last?.kind === 'line' && (kind === '' || kind === 'r') && isDocumentation(tokens))
    return `${kind}"""${documentation(content)}"""`;
  const plain = kind.includes('r') ? content : unquoted(content);
  return isLong ? `${kind}"""${plain}"""` : `${kind}"${plain}"`;
}

/** The first statement of a module, function or class. */
function isDocumentation(tokens: readonly Token[]): boolean {
  if (tokens.length === 1) return true;
  const depth = tokens.at(-1)!.text;
  for (let i = tokens.length - 2; i >= 0; i--) {
    if (tokens[i]!.kind !== 'line') continue;
    const word = tokens[i + 1]!.text === 'async' ? tokens[i + 2]?.text : tokens[i + 1]!.text;
    return (word === 'def' || word === 'class') && Number(tokens[i]!.text.slice(1)) < Number(depth.slice(1));
  }
  return false;
}

/** As documentation is read (PEP 257): indentation that its lines share, and blanks at their ends, are not of it. */
function documentation(content: string): string {
  const [first = '', ...rest] = content.split('\n').map(withBlanks);
  const margin = Math.min(
    ...rest.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length),
  );
  return [first.trim(), ...rest.map((line) => line.slice(margin === Infinity ? 0 : margin).trimEnd())]
    .join('\n')
    .trim();
}

/** Tabs as blanks. */
function withBlanks(line: string): string {
  if (!line.includes('\t')) return line;
  let wide = '';
  for (const char of line) wide += char === '\t' ? ' '.repeat(8 - (wide.length % 8)) : char;
  return wide;
}
