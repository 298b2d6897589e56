import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FetchPage } from './fetch-pages.ts';
import { textOf } from './fetch-text.ts';

/** As sitemaps.org allows for one file, which is far more than the documentation of one library. */
const maxPages = 50_000;
const maxSitemaps = 50;

const unpack = promisify(gunzip);

interface Looking {
  fetch: FetchPage;
  /** Where sitemaps may lie. */
  mayAsk: (url: string) => boolean;
  maxBytes: number;
}

/** The pages that sitemaps list, with those that they list in turn. What cannot be read lists nothing. */
export async function pagesOfSitemaps(
  from: readonly string[],
  { fetch, mayAsk, maxBytes }: Looking,
): Promise<string[]> {
  const pages = new Set<string>();
  const asked = new Set<string>();
  const waiting = [...from];
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    if (asked.has(url) || !mayAsk(url) || asked.size >= maxSitemaps || pages.size >= maxPages) continue;
    asked.add(url);
    const found = await fetch(url, {
      maxBytes,
      refusal: (next) => (mayAsk(next.href) ? undefined : 'it leads elsewhere'),
    });
    if (found.kind !== 'answer') continue;
    const listed = await listedIn(found.body, found.headers.get('content-type'), maxBytes);
    for (const page of listed.pages.slice(0, maxPages)) pages.add(page);
    waiting.push(...listed.sitemaps);
  }
  return [...pages];
}

interface Listed {
  pages: string[];
  sitemaps: string[];
}

/** What one sitemap lists: XML, packed or not, or a line for each page. */
async function listedIn(body: Buffer, contentType: string | null, maxBytes: number): Promise<Listed> {
  const nothing: Listed = { pages: [], sitemaps: [] };
  const plain = await unpacked(body, maxBytes);
  if (!plain) return nothing;
  const text = textOf(plain, contentType).trim();
  if (!text.startsWith('<'))
    return { ...nothing, pages: text.split(/\r?\n/).filter((line) => /^https?:\/\/\S+$/.test(line)) };
  let root: XmlElement | null;
  try {
    root = parseXml(text, { ignoreUndefinedEntities: true }).root;
  } catch {
    return nothing;
  }
  const places = childrenOf(root).flatMap((entry) => childrenOf(entry).filter(({ name }) => name === 'loc'));
  const urls = places.map((place) => place.text.trim()).filter((url) => URL.canParse(url));
  return root?.name === 'sitemapindex' ? { ...nothing, sitemaps: urls } : { ...nothing, pages: urls };
}

const childrenOf = (element: XmlElement | null) =>
  (element?.children ?? []).flatMap((child) => (child instanceof XmlElement ? [child] : []));

/** Undefined for what is broken, or larger than it may be: as its last four bytes say, or as it turns out. */
async function unpacked(body: Buffer, maxBytes: number): Promise<Buffer | undefined> {
  if (body[0] !== 0x1f || body[1] !== 0x8b) return body;
  if (body.length < 18 || body.readUInt32LE(body.length - 4) > maxBytes) return undefined;
  return await unpack(body, { maxOutputLength: maxBytes }).catch(() => undefined);
}
