import type { Token } from '../tokens.ts';

const openers = new Set(['(', '[', '{']);
const closers = new Set([')', ']', '}']);

/** Tokens of a piece of a line in one form; whole texts are for the comparator of `@whetstone/shared/feedback`. */
export function formOf(tokens: readonly Token[], isPython: boolean): string {
  const dropped = wrapping(tokens);
  const out: string[] = [];
  for (const [at, token] of tokens.entries()) {
    if (dropped.has(at)) continue;
    const next = tokens[at + 1];
    if (token.text === ';' && !isPython) continue;
    if (token.text === ',' && (!next || closers.has(next.text))) continue;
    if (!isPython && token.kind === 'name' && next?.text === '=>' && tokens[at - 1]?.text !== 'async')
      out.push('(', token.text, ')');
    else out.push(sayingOf(token));
  }
  return out.join(' ');
}

function sayingOf({ kind, text }: Token): string {
  if (kind === 'number') return text.replaceAll('_', '').toLowerCase();
  if (kind !== 'string' || text.startsWith('`')) return text;
  const [, prefix = '', inner = text] = /^(\w*)(?:"""|'''|["'])([^]*?)(?:"""|'''|["'])?$/.exec(text) ?? [];
  return `${prefix.toLowerCase()}"${inner.replace(/\\(['"])/g, '$1')}"`;
}

/** Brackets that only hold a value together over several lines. */
function wrapping(tokens: readonly Token[]): Set<number> {
  const dropped = new Set<number>();
  const open: number[] = [];
  for (const [at, { text }] of tokens.entries()) {
    if (openers.has(text)) open.push(at);
    else if (closers.has(text)) {
      const from = open.pop();
      if (from === undefined || text !== ')') continue;
      const before = tokens[from - 1]?.text ?? '';
      const next = tokens[at + 1];
      const ends = !next || next.text === ';' || next.line > (tokens[at]?.line ?? 0) || closers.has(next.text);
      const holds = before === '=' || before === 'return' || (before === '=>' && tokens[from + 1]?.text !== '{');
      const isTuple = tokens.slice(from, at).some((token) => token.text === ',') && at - from < 40;
      if (holds && ends && (!isTuple || tokens[from + 1]?.text === '<')) dropped.add(from).add(at);
    }
  }
  return dropped;
}
