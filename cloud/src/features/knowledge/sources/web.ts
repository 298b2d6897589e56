import type { DocSource, Provenance } from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { pagesThrough, type Fetched, type FetchDependencies, type Pages } from './fetch-pages.ts';
import { robotsOf, type Robots } from './robots.ts';
import type { OpenSource, Taken, Taking } from './source.ts';
import { isAsKnown, readPage, takenPage, type ReadPage } from './web-page.ts';
import { isInScope, isNoPage, isSameSite, pathOf, plainUrl, scopeOf, type Scope } from './web-scope.ts';
import { pagesOfSitemaps } from './web-sitemap.ts';

export interface WebDependencies extends FetchDependencies {
  /** What the catalogue says of the site, or that somebody else named it. */
  provenance: Provenance;
}

/** So many pages in a row for which the server has no answer, and it is not asked for the rest. */
const tooManySilent = 5;

/** Documentation that lies on a site: the pages that its sitemap lists below an address, or those that links lead to from there. */
export const webSource =
  (dependencies: WebDependencies): OpenSource =>
  async (taking) => {
    const source = ofKind(taking.source);
    const pages = pagesThrough(dependencies, taking);
    const begun = await begin(source.url, pages, dependencies.version);
    const { scope, robots, start } = begun;
    const listed = await listedPages(begun, pages, taking);
    const first = await readPage(begun.answer, readingOf(begun, pages));
    const maxPages = Math.min(taking.limits.pages, source.maxPages);
    return {
      version: taking.version,
      title: typeof first === 'string' ? start.host : (first.siteName ?? first.title),
      provenance: dependencies.provenance,
      expected: listed && Math.min(maxPages, listed.length),
      pages: walk({ ...begun, first, listed, maxPages, scope, robots }, pages, taking),
    };
  };

function ofKind(source: DocSource) {
  if (source.kind !== 'web') throw new Error(`a web source was expected, and not ${source.kind}`);
  return source;
}

interface Begun {
  scope: Scope;
  robots: Robots;
  /** Where the source begins, after redirects. */
  start: URL;
  answer: Extract<Fetched, { kind: 'answer' }>;
}

async function begin(from: string, pages: Pages, version: string): Promise<Begun> {
  const asked = plainUrl(from);
  if (!asked) throw invalidField('source.url', 'expected a URL');
  const asks = await robotsOf(asked.origin, version, pages.fetch);
  pages.rest(asks.delayMs);
  if (!asks.allows(asked.href))
    throw new WhetstoneError('forbidden', `robots.txt of ${asked.host} does not allow ${asked.href}`);
  const answer = await pages.fetch(asked.href, {
    refusal: (next) =>
      isSameSite(asked, next) ? undefined : `it leads to ${next.origin}; if that is the site, name it as the source`,
  });
  if (answer.kind !== 'answer') {
    const why = answer.kind === 'none' ? answer.why : 'it says that it is unchanged';
    throw new WhetstoneError(
      answer.kind === 'none' && answer.isDown ? 'unavailable' : 'not_found',
      `${asked.href} cannot be had: ${why}`,
    );
  }
  const start = plainUrl(answer.url)!;
  const scope = { ...scopeOf(asked), origin: start.origin };
  if (!isInScope(scope, start))
    throw invalidField(
      'source.url',
      `${asked.href} leads to ${start.href}, which does not lie below it; name that as the source`,
    );
  if (start.origin === asked.origin) return { scope, robots: asks, start, answer };
  const robots = await robotsOf(start.origin, version, pages.fetch);
  pages.rest(robots.delayMs);
  if (!robots.allows(start.href))
    throw new WhetstoneError('forbidden', `robots.txt of ${start.host} does not allow ${start.href}`);
  return { scope, robots, start, answer };
}

const readingOf = ({ scope, robots }: Pick<Begun, 'scope' | 'robots'>, { fetch }: Pages) => ({
  fetch,
  mayAsk: (url: URL) => url.origin === scope.origin && robots.allows(url.href),
});

/** The start and what sitemaps list below it; undefined where they list nothing there. */
async function listedPages(
  { scope, robots, start }: Begun,
  { fetch }: Pages,
  { limits }: Taking,
): Promise<URL[] | undefined> {
  const usual = [`${scope.origin}${scope.prefix}sitemap.xml`, `${scope.origin}/sitemap.xml`];
  const urls = await pagesOfSitemaps(robots.sitemaps.length > 0 ? robots.sitemaps : usual, {
    fetch,
    mayAsk: (url) => URL.canParse(url) && new URL(url).origin === scope.origin,
    maxBytes: limits.pageBytes,
  });
  const byPath = new Map([[pathOf(scope, start), start]]);
  for (const url of urls.flatMap((one) => plainUrl(one) ?? [])) {
    const path = pathOf(scope, url);
    if (isInScope(scope, url) && !isNoPage(url) && !byPath.has(path)) byPath.set(path, url);
  }
  return byPath.size > 1 ? [...byPath.values()] : undefined;
}

interface Walking extends Begun {
  first: ReadPage | string;
  listed: URL[] | undefined;
  maxPages: number;
}

/**
 * Where links lead the way, each page is asked for whole: one that answers that it is unchanged would not say where to go on. A run
 * that takes up an unfinished one knows where the pages led that are taken already.
 */
async function* walk(walking: Walking, pages: Pages, { known }: Taking): AsyncGenerator<Taken> {
  const { scope, robots, start, listed, maxPages } = walking;
  const waiting = [...(listed ?? [start])];
  const asked = new Set(waiting.map((url) => pathOf(scope, url)));
  const done = new Set<string>();
  let silent = 0;
  let why: string | undefined;

  const refusal = (next: URL) => {
    if (!isInScope(scope, next)) return `it leads to ${next.origin}${next.pathname}, which is not part of the source`;
    return robots.allows(next.href) ? undefined : 'it leads to where robots.txt does not allow to go';
  };

  async function* take(url: URL): AsyncGenerator<Taken> {
    const path = pathOf(scope, url);
    if (!robots.allows(url.href)) return yield { kind: 'skipped', path, why: 'robots.txt does not allow it' };
    const isStart = url === start;
    const before = known.get(path);
    if (before?.isTaken && !isStart) {
      done.add(path);
      if (!listed) follow(before.leadsTo ?? []);
      return yield { kind: 'unchanged', path };
    }
    const found = isStart ? walking.answer : await pages.fetch(url.href, { refusal, known: listed && before });
    silent = found.kind === 'none' && found.isDown ? silent + 1 : 0;
    if (silent >= tooManySilent)
      throw new WhetstoneError(
        'unavailable',
        `${url.host} had no answer for ${silent} pages in a row; the last: ${found.kind === 'none' ? found.why : ''}`,
      );
    if (found.kind === 'none') return yield { kind: 'skipped', path, why: found.why };
    const landed = plainUrl(found.url)!;
    const own = pathOf(scope, landed);
    if (done.has(own))
      return yield { kind: 'skipped', path, why: `it leads to ${landed.href}, which is taken already` };
    if (found.kind === 'unchanged') {
      done.add(own);
      return yield { kind: 'unchanged', path: own };
    }
    const page = isStart ? walking.first : await readPage(found, readingOf(walking, pages));
    if (typeof page === 'string') return yield { kind: 'skipped', path, why: page };
    const leadsTo = listed ? [] : follow(page.links);
    if (page.why !== undefined) return yield { kind: 'skipped', path, why: page.why };
    const address = addressOf(scope, landed, page.canonical);
    const at = pathOf(scope, address);
    if (done.has(at)) return yield { kind: 'skipped', path, why: `it is the same page as ${address.href}` };
    for (const one of [own, at]) {
      done.add(one);
      asked.add(one);
    }
    if (isAsKnown(known.get(at), page.text)) return yield { kind: 'unchanged', path: at, leadsTo };
    yield {
      ...takenPage({ path: at, url: address.href }, page, found.headers),
      ...(leadsTo.length > 0 && { leadsTo }),
    };
  }

  /** Those that nothing has led to before. */
  function follow(links: readonly string[]): string[] {
    const followed: string[] = [];
    for (const url of links.flatMap((link) => plainUrl(link) ?? [])) {
      const path = pathOf(scope, url);
      if (!isInScope(scope, url) || isNoPage(url) || asked.has(path)) continue;
      asked.add(path);
      waiting.push(url);
      followed.push(url.href);
    }
    return followed;
  }

  let taken = 0;
  for (let url = waiting.shift(); url; url = waiting.shift()) {
    const path = pathOf(scope, url);
    // Another page has said that this is its address.
    if (done.has(path)) continue;
    if (taken >= maxPages || pages.isFull()) {
      const limit =
        taken >= maxPages
          ? `no more than ${maxPages} pages are taken`
          : 'the pages are as large together as they may be';
      return yield { kind: 'skipped', path, why: `${limit}; ${waiting.length} more are left out with it` };
    }
    for await (const one of take(url)) {
      if (one.kind === 'skipped') why ??= one.why;
      else taken++;
      yield one;
    }
  }
  if (taken === 0)
    throw new WhetstoneError('not_found', `nothing could be taken from ${start.href}: ${why ?? 'it has no pages'}`);
}

/** What a page says is its address, if that can be: some generators send every page to the front, or to another site. */
function addressOf(scope: Scope, landed: URL, canonical: string | undefined): URL {
  const told = canonical === undefined ? undefined : plainUrl(canonical);
  return told && isInScope(scope, told) && pathOf(scope, told) !== 'index' ? told : landed;
}
