import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { visibleText, warningsOf } from '@whetstone/shared/knowledge';
import { pagesThrough, type Pages } from './fetch-pages.ts';
import { textOf } from './fetch-text.ts';
import { linksOf, partsOf, type Link } from './llms-txt-pages.ts';
import { robotsOf, type Robots } from './robots.ts';
import type { OpenSource, Taken, Taking } from './source.ts';
import { isAsKnown, readPage, takenPage } from './web-page.ts';
import { pathOf, plainUrl, scopeOf, type Scope } from './web-scope.ts';
import type { WebDependencies } from './web.ts';

const tooManySilent = 5;

/** Documentation as a site lists it for models: what llms.txt links to, or the pages that lie in llms-full.txt. */
export const llmsTxtSource =
  (dependencies: WebDependencies): OpenSource =>
  async (taking) => {
    const { source, limits } = taking;
    if (source.kind !== 'llms-txt') throw new Error(`an llms-txt source was expected, and not ${source.kind}`);
    const asked = plainUrl(source.url);
    if (!asked) throw invalidField('source.url', 'expected a URL');
    const pages = pagesThrough(dependencies, taking);
    const robots = robotsOnce(pages, dependencies.version);
    if (!(await robots(asked)).allows(asked.href))
      throw new WhetstoneError('forbidden', `robots.txt of ${asked.host} does not allow ${asked.href}`);
    const refusal = (next: URL) =>
      isOfficial(asked, next) ? undefined : `it leads to ${next.origin}; if that is the site, name it as the source`;
    // One file that holds all pages is as large as an archive.
    const found = await pages.fetch(asked.href, { refusal, maxBytes: limits.archiveBytes });
    if (found.kind !== 'answer') {
      const isDown = found.kind === 'none' && found.isDown;
      throw new WhetstoneError(
        isDown ? 'unavailable' : 'not_found',
        `${asked.href} cannot be had: ${found.kind === 'none' ? found.why : 'it is empty'}`,
      );
    }
    const text = textOf(found.body, found.headers.get('content-type'));
    if (/^\s*<(?:!doctype|html)/i.test(text))
      throw new WhetstoneError('not_found', `${asked.href} is a page of HTML, and no list for models`);
    const scope = scopeOf(plainUrl(found.url)!);
    const isFull = /full[^/]*$/i.test(asked.pathname);
    const parts = isFull ? partsOf(text, found.url) : [];
    const links = isFull ? [] : linksOf(text, found.url).filter(({ url }) => isOfficial(asked, new URL(url)));
    const count = isFull ? parts.length : links.length;
    if (count === 0) throw new WhetstoneError('not_found', `${asked.href} names no page of its site`);
    return {
      version: taking.version,
      title: /^# +(.+)$/m.exec(text)?.[1]?.trim() ?? asked.host,
      provenance: dependencies.provenance,
      expected: Math.min(limits.pages, count),
      pages: isFull ? inFile(parts, scope, found.url, taking) : linked(links, { scope, robots, asked }, pages, taking),
    };
  };

type RobotsOf = (url: URL) => Promise<Robots>;

function robotsOnce(pages: Pages, version: string): RobotsOf {
  const known = new Map<string, Promise<Robots>>();
  return async ({ origin }) => {
    const asking = known.get(origin) ?? robotsOf(origin, version, pages.fetch);
    known.set(origin, asking);
    const robots = await asking;
    pages.rest(robots.delayMs);
    return robots;
  };
}

/** Names below which everybody may have a site. */
const shared =
  /^(?:(?:github|gitlab|gitbook|readthedocs|mintlify)\.(?:io|app)|(?:netlify|vercel|web|firebaseapp|herokuapp|onrender)\.(?:app|com)|pages\.dev|workers\.dev|fly\.dev|[a-z]{2,3}\.[a-z]{2})$/;

/** The site of an llms.txt, and those whose names end as its own does: `react.example` for `docs.react.example`. */
export function isOfficial(site: URL, url: URL): boolean {
  if (url.origin === site.origin) return true;
  const parent = site.hostname.replace(/^(?:www|docs|developers?)\./, '');
  const suffix = shared.test(parent) || !parent.includes('.') ? site.hostname : parent;
  const isAddress = /^[\d.]+$|^\[/.test(url.hostname);
  return (
    !isAddress &&
    url.protocol === 'https:' &&
    url.port === '' &&
    (url.hostname === suffix || url.hostname.endsWith(`.${suffix}`))
  );
}

const pathIn = (scope: Scope, url: URL) =>
  url.origin === scope.origin ? pathOf(scope, url) : `${url.host}/${pathOf({ origin: url.origin, prefix: '/' }, url)}`;

interface Site {
  scope: Scope;
  robots: RobotsOf;
  asked: URL;
}

async function* linked(
  links: readonly Link[],
  { scope, robots, asked }: Site,
  pages: Pages,
  { known, limits }: Taking,
): AsyncGenerator<Taken> {
  const refusal = (next: URL) =>
    isOfficial(asked, next) ? undefined : `it leads to ${next.origin}, which is not part of the site`;
  const done = new Set<string>();
  let silent = 0;
  let taken = 0;
  let firstWhy: string | undefined;

  async function take({ title, url }: Link): Promise<Taken | undefined> {
    const to = new URL(url);
    const path = pathIn(scope, to);
    const skipped = (why: string): Taken => ({ kind: 'skipped', path, why });
    if (done.has(path)) return undefined;
    done.add(path);
    const asks = await robots(to);
    if (!asks.allows(url)) return skipped('robots.txt does not allow it');
    const before = known.get(path);
    if (before?.isTaken) return { kind: 'unchanged', path };
    const found = await pages.fetch(url, { refusal, known: before });
    silent = found.kind === 'none' && found.isDown ? silent + 1 : 0;
    if (silent >= tooManySilent)
      throw new WhetstoneError('unavailable', `${to.host} had no answer for ${silent} pages in a row`);
    if (found.kind === 'none') return skipped(found.why);
    if (found.kind === 'unchanged') return { kind: 'unchanged', path };
    const page = await readPage(found, {
      fetch: pages.fetch,
      mayAsk: (other) => other.origin === to.origin && asks.allows(other.href),
    });
    if (typeof page === 'string') return skipped(page);
    if (page.why !== undefined) return skipped(page.why);
    if (isAsKnown(known.get(path), page.text)) return { kind: 'unchanged', path };
    return takenPage({ path, url: found.url }, { ...page, title: page.title || title }, found.headers);
  }

  for (const [at, link] of links.entries()) {
    if (taken >= limits.pages || pages.isFull())
      return yield tooMany(pathIn(scope, new URL(link.url)), links.length - at - 1, limits.pages);
    const one = await take(link);
    if (!one) continue;
    if (one.kind === 'skipped') firstWhy ??= one.why;
    else taken++;
    yield one;
  }
  if (taken === 0)
    throw new WhetstoneError(
      'not_found',
      `nothing that ${asked.href} names could be taken: ${firstWhy ?? 'it names nothing'}`,
    );
}

async function* inFile(
  parts: ReturnType<typeof partsOf>,
  scope: Scope,
  file: string,
  { known, limits, signal }: Taking,
): AsyncGenerator<Taken> {
  const done = new Set<string>();
  for (const [at, part] of parts.entries()) {
    signal.throwIfAborted();
    const path = freePath(part.url === undefined ? namePath(part.title) : pathIn(scope, plainUrl(part.url)!), done);
    if (at >= limits.pages) return yield tooMany(path, parts.length - at - 1, limits.pages);
    const text = visibleText(part.text).trim();
    if (Buffer.byteLength(text) > limits.pageBytes) {
      yield { kind: 'skipped', path, why: `it is larger than ${limits.pageBytes} bytes` };
    } else if (isAsKnown(known.get(path), text)) {
      yield { kind: 'unchanged', path };
    } else {
      yield { kind: 'page', path, url: part.url ?? file, title: part.title, text, warnings: warningsOf(text) };
    }
  }
}

const tooMany = (path: string, others: number, pages: number): Taken => ({
  kind: 'skipped',
  path,
  why: `no more than ${pages} pages, or what they may be large together, are taken; ${others} more are left out with it`,
});

const namePath = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '') || 'page';

/** Each page has a path of its own, though two are called the same. */
function freePath(path: string, taken: Set<string>): string {
  let free = path;
  for (let again = 2; taken.has(free); again++) free = `${path}-${again}`;
  taken.add(free);
  return free;
}
