import { WhetstoneError } from '@whetstone/shared/errors';
import robotsParser from 'robots-parser';
import { agentOf, type FetchPage } from './fetch-pages.ts';
import { textOf } from './fetch-text.ts';

export interface Robots {
  allows(url: string): boolean;
  /** Between two calls, in milliseconds; 0 where it does not say. */
  delayMs: number;
  sitemaps: string[];
}

/** Of which a reader has to take 500 KiB at least: RFC 9309, 2.5. */
const maxBytes = 512 * 1_024;
const longestDelayMs = 60_000;

/** Its types speak of a default export; what it exports is the function itself. */
const parse = robotsParser as unknown as typeof robotsParser.default;

/** What a host asks of those who visit it. Where it cannot be asked, nothing is visited; where it has no such file, everything may be. */
export async function robotsOf(origin: string, version: string, fetch: FetchPage): Promise<Robots> {
  const url = `${origin}/robots.txt`;
  const found = await fetch(url, { maxBytes });
  if (found.kind === 'none' && found.isDown)
    throw new WhetstoneError(
      'unavailable',
      `${url} cannot be read, so it is not known what may be visited: ${found.why}`,
    );
  const text = found.kind === 'answer' ? textOf(found.body, found.headers.get('content-type')) : '';
  const robots = parse(url, text);
  const agent = agentOf(version);
  const delayMs = (robots.getCrawlDelay(agent) ?? 0) * 1_000;
  if (delayMs > longestDelayMs)
    throw new WhetstoneError(
      'forbidden',
      `${url} asks for ${delayMs / 1_000} s between two pages, which would take too long`,
    );
  return { allows: (page) => robots.isAllowed(page, agent) !== false, delayMs, sitemaps: robots.getSitemaps() };
}
