import { chunksOf, visibleText, warningsOf } from '@whetstone/shared/knowledge';
import { sha256 } from '../sha256.ts';
import type { FetchPage } from './fetch-pages.ts';
import { mediaTypeOf, textOf } from './fetch-text.ts';
import { readHtml } from './html-reader.ts';
import { isNestedTooDeeply } from './html-nesting.ts';
import type { KnownPage, TakenPage } from './source.ts';

export interface ReadPage {
  title: string;
  text: string;
  warnings: string[];
  canonical: string | undefined;
  links: string[];
  siteName: string | undefined;
  /** Why it is not to be taken, though its links may be followed. */
  why: string | undefined;
}

interface Answer {
  url: string;
  body: Buffer;
  headers: Headers;
}

interface Reading {
  fetch: FetchPage;
  /** Where a page's Markdown may lie. */
  mayAsk: (url: URL) => boolean;
}

/** Turning it into Markdown takes about a second for each MiB, in which the process does nothing else. */
const maxHtmlLength = 2 * 2 ** 20;
const htmlTypes = new Set(['text/html', 'application/xhtml+xml']);
const markdownTypes = new Set(['text/markdown', 'text/x-markdown', 'text/plain']);

/** What a page says, as Markdown; or why it is none, in a sentence. */
export async function readPage(answer: Answer, { fetch, mayAsk }: Reading): Promise<ReadPage | string> {
  const { headers, body, url } = answer;
  const contentType = headers.get('content-type');
  const type = mediaTypeOf(contentType);
  const text = textOf(body, contentType);
  const isHtml = htmlTypes.has(type) || (type === '' && text.trimStart().startsWith('<'));
  if (!isHtml && type !== '' && !markdownTypes.has(type)) return `it is ${type}, and no text`;
  const asks = directivesOf(headers.get('x-robots-tag'));
  if (!isHtml) return { ...markdownPage(text, url), why: whyNot(asks, text) };

  if (text.length > maxHtmlLength) return `its HTML is longer than ${maxHtmlLength} characters`;
  if (isNestedTooDeeply(text)) return 'its HTML is nested too deeply to be a page';
  const html = await readHtml(text, url);
  asks.push(...html.robotsMeta);
  const hiding = warningsOf(html.hidden).map((warning) => `hidden text ${warning}`);
  const links = asks.some((one) => one === 'nofollow' || one === 'none') ? [] : html.links;
  const about = { canonical: html.canonical, links, siteName: html.siteName };
  const why = whyNot(asks, html.markdown);
  const better = why === undefined ? await alternate(html.markdownUrl, { fetch, mayAsk }) : undefined;
  const shown = better ?? html.markdown;
  const title = html.title || titleOf(shown, url);
  return { title, text: shown, warnings: [...warningsOf(shown), ...hiding], ...about, why };
}

/** A page that says where it lies as Markdown has been written so. */
async function alternate(url: string | undefined, { fetch, mayAsk }: Reading): Promise<string | undefined> {
  if (url === undefined || !mayAsk(new URL(url))) return undefined;
  const found = await fetch(url, { refusal: (next) => (mayAsk(next) ? undefined : 'it leads elsewhere') });
  if (found.kind !== 'answer') return undefined;
  const contentType = found.headers.get('content-type');
  if (!markdownTypes.has(mediaTypeOf(contentType))) return undefined;
  const text = visibleText(textOf(found.body, contentType)).trim();
  return text === '' ? undefined : text;
}

function markdownPage(written: string, url: string): Omit<ReadPage, 'why'> {
  const text = visibleText(written).trim();
  const links = [...text.matchAll(/\]\(\s*<?([^\s()<>]+)/g)].map(([, to]) => to!).filter((to) => URL.canParse(to, url));
  return {
    title: titleOf(text, url),
    text,
    warnings: warningsOf(text),
    canonical: undefined,
    links: links.map((to) => new URL(to, url).href),
    siteName: undefined,
  };
}

function titleOf(markdown: string, url: string): string {
  const { pathname, host } = new URL(url);
  const named = pathname.split('/').findLast((part) => part !== '') ?? host;
  return chunksOf(markdown.slice(0, titleWithin), named)[0]?.title || named;
}
const titleWithin = 20_000;

/** Directives for everybody, or for us. */
const directivesOf = (header: string | null) =>
  (header ?? '')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim().replace(/^whetstone:\s*/, ''));

function whyNot(asks: readonly string[], text: string): string | undefined {
  if (asks.some((one) => one === 'noindex' || one === 'none')) return 'it asks not to be indexed';
  return text.trim() === '' ? 'it has no text without running its scripts' : undefined;
}

interface Address {
  path: string;
  url: string;
}

export const takenPage = ({ path, url }: Address, page: ReadPage, headers?: Headers): TakenPage => ({
  kind: 'page',
  path,
  url,
  title: page.title,
  text: page.text,
  etag: headers?.get('etag') ?? undefined,
  lastModified: headers?.get('last-modified') ?? undefined,
  warnings: page.warnings,
});

/** Servers that say nothing of change, or change what they say, still send the same text. */
export const isAsKnown = (known: KnownPage | undefined, text: string) => known?.contentHash === sha256(text);
