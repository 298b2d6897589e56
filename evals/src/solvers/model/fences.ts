/** A fenced code block of an answer. */
export interface FencedBlock {
  /** First word of the info string, lower case; empty where there is none. */
  tag: string;
  text: string;
  /** False where the answer ended before the block did. */
  closed: boolean;
}

const fence = /^([ \t]*)(`{3,}|~{3,})[ \t]*([^`]*)$/;
/** Documents whose own fences are the blocks that matter. */
const documents = new Set(['markdown', 'md', 'mdx']);

/**
 * Fenced blocks as CommonMark has them (section 4.5), and as models write them besides: indented in a list, inside a
 * Markdown block with as many backticks, with a tagged fence in a docstring, never closed.
 */
export function fencedBlocks(text: string): FencedBlock[] {
  const lines = text.split(/\r?\n/);
  const blocks: FencedBlock[] = [];
  for (let at = 0; at < lines.length;) {
    const opening = fence.exec(lines[at] ?? '');
    if (!opening) {
      at += 1;
      continue;
    }
    const { content, next, closed } = readBlock(lines, at + 1, opening);
    const tag =
      (opening[3] ?? '')
        .trim()
        .split(/[\s{,:]/)[0]
        ?.toLowerCase() ?? '';
    const block = { tag, text: content.join('\n'), closed };
    const inner = documents.has(tag) ? fencedBlocks(block.text) : [];
    blocks.push(...(inner.length > 0 ? inner : [block]));
    at = next;
  }
  return blocks;
}

function readBlock(lines: readonly string[], start: number, opening: RegExpExecArray) {
  const nested = closingLine(lines, start, opening, true);
  // A tagged fence that nothing closes is the next block, and this one was never closed.
  const end = nested ?? closingLine(lines, start, opening, false) ?? lines.length;
  const indent = opening[1] ?? '';
  const content = lines.slice(start, end).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
  const reopened = fence.exec(lines[end] ?? '')?.[3]?.trim();
  return { content, next: reopened ? end : end + 1, closed: end < lines.length };
}

/** The line that closes the block: with `nesting` the tagged fences in it have closings of their own, without they end it. */
function closingLine(lines: readonly string[], start: number, opening: RegExpExecArray, nesting: boolean) {
  const [, indent = '', marks = ''] = opening;
  let depth = 1;
  for (let at = start; at < lines.length; at += 1) {
    const found = fence.exec(lines[at] ?? '');
    if (!found || found[2]?.[0] !== marks[0] || (found[2]?.length ?? 0) < marks.length) continue;
    // Deeper than this it is text of the code, a docstring's example say.
    if ((found[1] ?? '').length > indent.length + 3) continue;
    if (found[3]?.trim()) {
      if (!nesting) return at;
      depth += 1;
    } else if (--depth === 0) return at;
  }
  return undefined;
}
