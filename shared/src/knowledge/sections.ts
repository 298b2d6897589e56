import { fencesOf, type Fence } from './fences.ts';
import { slugger } from './slug.ts';

export interface Heading {
  level: number;
  title: string;
  /** What a link to it ends with, without the #. */
  anchor: string;
}

/** What stands under one heading, up to the next one. Lines are numbered from 1, its heading's included. */
export interface Section {
  /** From the page's title down to the section's own heading. */
  trail: Heading[];
  firstLine: number;
  lines: string[];
  fences: (Fence | undefined)[];
}

export interface Page {
  title: string | undefined;
  sections: Section[];
}

/** Reads a Markdown document by its headings. Front matter gives the title if it has one, and belongs to no section. */
export function pageOf(markdown: string): Page {
  const lines = markdown.split(/\r\n|\n|\r/);
  const fences = fencesOf(lines);
  const matter = frontMatter(lines);
  const slug = slugger();
  const sections: Section[] = [];
  let trail: Heading[] = [];
  let from = matter.lines;
  let first: string | undefined;
  const close = (to: number) => {
    if (lines.slice(from, to).some((line) => line.trim() !== ''))
      sections.push({ trail, firstLine: from + 1, lines: lines.slice(from, to), fences: fences.slice(from, to) });
    from = to;
  };
  for (let at = matter.lines; at < lines.length; at++) {
    if (fences[at]) continue;
    const heading = headingAt(lines, at, slug);
    if (!heading) continue;
    close(at);
    trail = [...trail.filter(({ level }) => level < heading.level), heading];
    if (heading.level === 1) first ??= heading.title;
  }
  close(lines.length);
  return { title: matter.title ?? first ?? sections.find(({ trail: [top] }) => top)?.trail[0]!.title, sections };
}

/** Titles of the headings that stand in a part of a page, those by signs alone. */
export function headingsIn(part: string): string[] {
  // Most parts have none, or begin with the only one.
  if (!part.includes('\n#') && !part.startsWith('#')) return [];
  const lines = part.split('\n');
  const fences = fencesOf(lines);
  return lines.flatMap((line, at) => (fences[at] ? [] : (markedHeading(line)?.title ?? [])));
}

function markedHeading(line: string) {
  const marked = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/.exec(line);
  return marked ? { level: marked[1]!.length, ...titleOf(marked[2] ?? '') } : undefined;
}

function headingAt(lines: readonly string[], at: number, slug: (text: string) => string): Heading | undefined {
  const line = lines[at]!;
  const marked = markedHeading(line);
  if (marked) return headingOf(marked.level, marked, slug);
  const under = lines[at + 1];
  const isText = /^ {0,3}[^\s>#|*+<=-]/.test(line) && (at === 0 || lines[at - 1]!.trim() === '');
  if (under === undefined || !isText || !/^ {0,3}(=+|-{2,})[ \t]*$/.test(under)) return undefined;
  return headingOf(under.trim().startsWith('=') ? 1 : 2, titleOf(line.trim()), slug);
}

const headingOf = (level: number, { title, anchor }: ReturnType<typeof titleOf>, slug: (text: string) => string) => ({
  level,
  title,
  anchor: anchor ?? slug(title),
});

/** `## Title {#id}` and `## Title {/*id*\/}` name their anchor themselves. */
function titleOf(text: string): { title: string; anchor: string | undefined } {
  const own = /\s*\{(?:#|\/\*)\s*([\w.:-]+)\s*(?:\*\/)?\}\s*$/.exec(text);
  return { title: plainText(own ? text.slice(0, own.index) : text), anchor: own?.[1] };
}

/** Without its marks; what stands in a code span stays as it is, and so do the underscores within a name. */
const plainText = (text: string) =>
  withoutLinks(text)
    .split(/(`+[^`]+`+)/)
    .map((part, at) => (at % 2 === 1 ? part.replaceAll(/^`+ ?| ?`+$/g, '') : withoutMarks(part)))
    .join('')
    .trim();

const withoutLinks = (text: string) =>
  text.replaceAll(
    /(`+[^`]+`+)|!?\[((?:`[^`]*`|[^\]`])*)\]\([^)]*\)/g,
    (_, code: string | undefined, label: string) => code ?? label,
  );

const withoutMarks = (text: string) =>
  text
    .replaceAll(/<\/?[A-Za-z][^>]*>/g, '')
    .replaceAll(/(?<![\\\w])(\*{1,3}|_{1,3})(?=\S)(.*?\S)\1(?!\w)/g, '$2')
    .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');

function frontMatter(lines: readonly string[]): { lines: number; title: string | undefined } {
  if (lines[0]?.trim() !== '---') return { lines: 0, title: undefined };
  const end = lines.findIndex((line, at) => at > 0 && /^(?:---|\.\.\.)\s*$/.test(line));
  if (end === -1) return { lines: 0, title: undefined };
  const named = lines.slice(1, end).map((line) => /^title:\s*(.+?)\s*$/.exec(line)?.[1]);
  const title = named.find((one) => one !== undefined)?.replace(/^(["'])(.*)\1$/, '$2');
  return { lines: end + 1, title: title || undefined };
}
