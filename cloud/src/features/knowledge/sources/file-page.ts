import { chunksOf, visibleText, warningsOf } from '@whetstone/shared/knowledge';
import { sha256 } from '../sha256.ts';
import { textOf, withShortLines } from './file-text.ts';
import { longestPath, shownPath, type FoundFile, type SkippedFile } from './files.ts';
import { isDeclarations, isForAgents } from './npm-prose.ts';
import type { Taken, Taking, TakenSymbol } from './source.ts';
import { symbolsOf, type Compiler } from './symbols.ts';

export interface PageOptions {
  /** What it is called as a whole: the title of a README without one. */
  title: string;
  known: Taking['known'];
  urlOf: (path: string) => string;
  /** Loaded where a first `.d.ts` is read. */
  compiler: () => Compiler;
  /** Absent where HTML is not taken. */
  htmlToMarkdown?: HtmlToMarkdown | undefined;
}

/** The main content of a page. */
export type HtmlToMarkdown = (
  html: string,
  url: string,
) => Promise<{ title: string | undefined; markdown: string }> | { title: string | undefined; markdown: string };

/** What a file is to readers: a page, one that they know, or nothing for a reason. */
export async function pageOfFile(
  file: FoundFile | SkippedFile,
  { title, known, urlOf, compiler, htmlToMarkdown }: PageOptions,
): Promise<Taken> {
  if (file.kind === 'skipped') return file;
  const { path } = file;
  if (path.length > longestPath || /\p{C}/u.test(path))
    return { kind: 'skipped', path: shownPath(path), why: 'its path is too long, or has characters that nobody sees' };
  const decoded = textOf(file);
  if (typeof decoded !== 'string') return decoded;
  const url = urlOf(path);
  const isTypes = isDeclarations(path);
  const html = isHtml(path) ? await htmlToMarkdown?.(decoded, url) : undefined;
  const whole = isTypes ? visibleDeclarations(decoded) : visibleText(html?.markdown ?? decoded);
  const text = withShortLines(whole);
  if (text.trim() === '') return { kind: 'skipped', path, why: 'nothing is in it' };
  if (known.get(path)?.contentHash === sha256(text)) return { kind: 'unchanged', path };
  return {
    kind: 'page',
    path,
    url,
    title: isTypes ? path : (html?.title ?? (isReadme(path) && !hasHeadline(text) ? title : titleOf(text, path))),
    text,
    ...(isTypes ? { symbols: symbolsIn(whole, compiler) } : {}),
    warnings: [
      ...(isForAgents(path) ? ['is addressed to coding agents'] : []),
      ...warningsOf(isTypes ? wordsIn(text) : text),
    ],
  };
}

export const isHtml = (path: string) => /\.html?$/i.test(path);

/** A heading, front matter, or what the file is called. */
const titleOf = (text: string, otherwise: string) =>
  chunksOf(text.slice(0, titleWithin), otherwise)[0]?.title || otherwise;
const titleWithin = 20_000;

const isReadme = (path: string) => /^readme\b/i.test(path);
/** What is under an image, such as "Install", says less than what the README is of. */
const hasHeadline = (text: string) => /^(?:---\n(?:.*\n)*?title:|# +\S|\S.*\n=+ *$)/m.test(text.slice(0, titleWithin));

/** A comment in code is there to be seen; one of HTML in it hides at most the rest of its line. */
const visibleDeclarations = (text: string) =>
  text
    .split(/\r\n?|\n/)
    .map((line) => (/^[\t\x20-\x7e]*$/.test(line) && !/<!--|<\/\w/.test(line) ? line : visibleText(line)))
    .join('\n');

/** Comments and texts: to code alone, a property called `assistant` is one like others. */
const wordsIn = (source: string) =>
  (source.match(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g) ?? []).join(
    '\n',
  );

function symbolsIn(text: string, compiler: () => Compiler): TakenSymbol[] {
  try {
    return symbolsOf(text, compiler());
  } catch (error) {
    // Nested so deep that the parser runs out of stack: it can be read, but not be taken apart.
    if (error instanceof RangeError) return [];
    throw error;
  }
}
