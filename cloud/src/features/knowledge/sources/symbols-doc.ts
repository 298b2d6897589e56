export interface DocComment {
  /** Markdown; examples are fenced code. */
  doc: string;
  /** Why; absent where it is not deprecated. */
  deprecated: string | undefined;
}

interface Block {
  /** Absent for what stands before any tag. */
  tag: string | undefined;
  lines: string[];
}

/** Nobody writes that much about one thing by hand. */
const longestComment = 20_000;

/** What a TSDoc comment says, as Markdown. A comment ends up as prose that is searched, so that tags become words. */
export function docOf(comment: string): DocComment {
  const blocks = blocksOf(linesOf(comment.slice(0, longestComment)));
  const parts = blocks.map(markdownOf).filter((part) => part !== '');
  const reason = blocks.find(({ tag }) => tag === 'deprecated');
  return {
    doc: parts.join('\n\n'),
    deprecated: reason && (linksIn(textOf(reason)).replaceAll(/\s+/g, ' ') || 'no reason is given'),
  };
}

/** Without what makes it a comment. */
function linesOf(comment: string): string[] {
  const lines = comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n');
  // The space behind the star belongs to it; further ones are the indentation of code.
  return lines.map((line, at) => (at === 0 ? line.trim() : line.replace(/^\s*(?:\* ?)?/, '').trimEnd()));
}

/** A tag begins a line; within fenced code it is a decorator. */
function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [{ tag: undefined, lines: [] }];
  let isCode = false;
  for (const line of lines) {
    const tagged = isCode ? null : /^\s*@([A-Za-z]\w*)(?:\s+(.*))?$/.exec(line);
    if (tagged) blocks.push({ tag: tagged[1]!, lines: [tagged[2] ?? ''] });
    else blocks.at(-1)!.lines.push(line);
    if (/^\s*(?:```|~~~)/.test(tagged ? (tagged[2] ?? '') : line)) isCode = !isCode;
  }
  return blocks;
}

/** Tags that say something about visibility, to tools alone. */
const silent = new Set([
  'public',
  'export',
  'packageDocumentation',
  'module',
  'readonly',
  'override',
  'virtual',
  'category',
]);
const titles = new Map([
  ['return', 'Returns'],
  ['defaultValue', 'Default'],
]);

function markdownOf(block: Block): string {
  const { tag } = block;
  const text = textOf(block);
  if (tag === undefined || tag === 'remarks' || tag === 'description' || tag === 'summary') return linksIn(text);
  if (tag === 'deprecated' || silent.has(tag)) return '';
  if (tag === 'example') return exampleOf(text);
  if (tag === 'param' || tag === 'typeParam' || tag === 'template') return parameterOf(text);
  const title = titles.get(tag) ?? `${tag[0]!.toUpperCase()}${tag.slice(1)}`;
  return text === '' ? `${title}.` : `${title}: ${linksIn(text)}`;
}

/** A title may stand before it, in a caption or on a line of its own; what is not fenced is code. */
function exampleOf(text: string): string {
  const { caption, code } = /^(?:<caption>(?<caption>.*?)<\/caption>\s*)?(?<code>[\s\S]*)$/.exec(text)!.groups as {
    caption?: string;
    code: string;
  };
  const head = caption ? `Example: ${caption}` : 'Example:';
  if (code === '') return caption ? head : '';
  return /^\s*(?:```|~~~)/m.test(code) ? `${head}\n\n${code}` : `${head}\n\n\`\`\`ts\n${code}\n\`\`\``;
}

function parameterOf(text: string): string {
  const [, name, about] = /^(?:\{[^}]*\}\s*)?(\[[^\]]*\]|\S+)\s*(?:-\s*)?([\s\S]*)$/.exec(text) ?? [];
  return name === undefined || !about ? '' : `- \`${name.replaceAll(/^\[|(?:=.*)?\]$/g, '')}\`: ${linksIn(about)}`;
}

const textOf = ({ lines }: Block) =>
  lines
    .slice(lines[0]?.trim() === '' ? 1 : 0)
    .join('\n')
    .trimEnd();

/** `{@link X}` is code, `{@link url label}` a link; outside of code that is fenced or inline. */
const linksIn = (text: string): string =>
  text.replaceAll(
    /(```[\s\S]*?(?:```|$)|`[^`\n]*`)|\{@link(?:code|plain)?\s([^{}]*)\}/g,
    (whole: string, code: string | undefined, inside: string) => (code === undefined ? linkOf(inside.trim()) : whole),
  );

function linkOf(inside: string): string {
  const end = inside.search(/[\s|]/);
  const target = end === -1 ? inside : inside.slice(0, end);
  const label = end === -1 ? '' : inside.slice(end).trim().replace(/^\|/, '').trim();
  if (/^https?:/.test(target)) return label === '' ? `<${target}>` : `[${label}](${target})`;
  return label === '' ? `\`${target}\`` : label;
}
