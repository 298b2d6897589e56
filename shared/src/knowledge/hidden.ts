/** Before each line of a code block; no text has it, since controls are taken out first. */
export const codeMark = '\u0003';

/** `{/*name*\/}` behind a heading is its anchor, and no comment. */
const anchor = /\{\/\*\s*[\w.:-]+\s*\*\/\}/y;
const tag = /<([A-Za-z][\w-]*)/y;
const isVoid = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/i;
/** Of code within a line. */
const longest = 2_000;

/**
 * Markdown without its comments and hidden elements, of which line ends stay. What begins first counts, as in CommonMark 0.31.2 §6:
 * a comment between backticks is shown, and backticks in a comment are not. One pass, whatever the text is.
 */
export function withoutHidden(text: string): string {
  const kept: string[] = [];
  let from = 0;
  const endOf = finder(text);
  const remove = (start: number, end: number) => {
    kept.push(text.slice(from, start), lineEnds(text.slice(start, end)));
    from = end;
    return end;
  };
  // oxlint-disable-next-line no-control-regex -- the mark of code is one
  const opens = /[<`\\{\u0003]/g;
  for (let found = opens.exec(text); found; found = opens.exec(text)) {
    const at = found.index;
    opens.lastIndex = next(text, at, { endOf, remove });
  }
  return kept.length === 0 ? text : kept.join('') + text.slice(from);
}

type EndOf = (what: string, from: number) => number;

interface Scan {
  endOf: EndOf;
  remove: (start: number, end: number) => number;
}

/** Where to go on behind what begins here. */
function next(text: string, at: number, { endOf, remove }: Scan): number {
  const char = text[at]!;
  if (char === codeMark) return endOf('\n', at);
  if (char === '\\') return at + 2;
  if (char === '`') return codeEnd(text, at);
  if (text.startsWith('<!--', at)) return remove(at, commentEnd('-->', at + 4, endOf) ?? endOf(codeMark, at));
  if (text.startsWith('{/*', at)) {
    anchor.lastIndex = at;
    const end = anchor.test(text) ? undefined : commentEnd('*/}', at + 3, endOf);
    return end === undefined ? at + 1 : remove(at, end);
  }
  tag.lastIndex = at;
  const name = tag.exec(text)?.[1];
  if (name === undefined) return at + 1;
  const { end, isTag } = tagEnd(text, at + 1 + name.length, endOf);
  const attributes = text.slice(at + 1 + name.length, end - 1);
  if (!isTag || !isHidden(attributes) || attributes.endsWith('/') || isVoid.test(name)) return end;
  return remove(at, elementEnd(text, end, name));
}

/** A comment ends before a block of code begins. */
function commentEnd(close: string, from: number, endOf: EndOf): number | undefined {
  const end = endOf(close, from);
  return end < endOf(codeMark, from) ? end + close.length : undefined;
}

/** Behind the same number of backticks on the same line; where there are none, behind these. */
function codeEnd(text: string, at: number): number {
  let open = at;
  while (text[open] === '`') open++;
  const [line = ''] = text.slice(open, open + longest).split('\n', 1);
  for (const { 0: run, index } of line.matchAll(/`+/g)) if (run.length === open - at) return open + index + run.length;
  return open;
}

/** Behind the `>` that is in no quoted value; where another `<` comes first, that is no tag, and what begins there may be one. */
function tagEnd(text: string, from: number, endOf: EndOf): { end: number; isTag: boolean } {
  for (let at = from; at < text.length; at++) {
    const char = text[at]!;
    if (char === '>') return { end: at + 1, isTag: true };
    if (char === '<' || char === codeMark) return { end: at, isTag: false };
    if ((char === '"' || char === "'") && /=\s*$/.test(text.slice(Math.max(from, at - 10), at))) {
      const close = endOf(char, at + 1);
      if (close < text.length) at = close;
    }
  }
  return { end: text.length, isTag: false };
}

/** By its attributes and inline style alone, as far as the text says. */
function isHidden(attributes: string): boolean {
  const names = attributes.replaceAll(/=\s*(?:"[^"]*"|'[^']*')/g, ' ');
  if (/(?:^|[\s/"'])hidden(?![\w:-]|\s*=\s*\{)/i.test(names)) return true;
  if (/\baria-hidden\s*=\s*["']?true/i.test(attributes)) return true;
  const style = /\bstyle\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))/i.exec(attributes);
  return /display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*[01](?:px)?\s*(?:;|$|!)|opacity\s*:\s*0(?![.\d])|(?:^|[;\s])color\s*:\s*transparent/i.test(
    style?.[1] ?? style?.[2] ?? style?.[3] ?? '',
  );
}

/** Behind its closing tag, elements of the same name within it aside. One that is never closed hides all that follows. */
function elementEnd(text: string, from: number, name: string): number {
  let depth = 1;
  const same = new RegExp(`<(/?)${name}(?![\\w-])`, 'gi');
  same.lastIndex = from;
  for (let found = same.exec(text); found; found = same.exec(text)) {
    depth += found[1] === '/' ? -1 : 1;
    if (depth > 0) continue;
    const end = text.indexOf('>', found.index);
    return end === -1 ? text.length : end + 1;
  }
  return text.length;
}

/** Where a text comes next, else the end. Asked for ever later places, all of it together costs one pass for each text. */
function finder(text: string): EndOf {
  const known = new Map<string, number>();
  return (what, from) => {
    const before = known.get(what);
    if (before !== undefined && before >= from) return before;
    const found = text.indexOf(what, from);
    const at = found === -1 ? text.length : found;
    known.set(what, at);
    return at;
  };
}

const lineEnds = (removed: string) => '\n'.repeat(removed.split('\n').length - 1);
