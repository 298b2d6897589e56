import { WhetstoneError } from '@whetstone/shared/errors';
import type { Outbound, OutboundAnswer } from '../../../platform/outbound/outbound.ts';
import { retryAfterMs } from '../../../platform/retry-after.ts';
import type { Lanes, Time } from './fetch-lanes.ts';
import type { KnownPage, Limits } from './source.ts';

export interface FetchDependencies {
  outbound: Pick<Outbound, 'fetch'>;
  /** One for the process, so that a host is asked one thing at a time. */
  lanes: Lanes;
  time: Time;
  /** Of Whetstone. */
  version: string;
}

export type Fetched =
  | { kind: 'answer'; url: string; body: Buffer; headers: Headers }
  /** As it was when it was known. */
  | { kind: 'unchanged'; url: string }
  /** There is no page, or none that is to be taken. `isDown` where the server, and not the page, is why. */
  | { kind: 'none'; url: string; why: string; isDown: boolean };

export interface Asking {
  known?: KnownPage | undefined;
  /** Where redirects may lead; a sentence where they may not. */
  refusal?: (url: URL) => string | undefined;
  maxBytes?: number;
}

export type FetchPage = (url: string, asking?: Asking) => Promise<Fetched>;

export interface Pages {
  fetch: FetchPage;
  /** From now on calls to a host are this far apart at least. */
  rest(ms: number): void;
  /** Whether everything together is as large as it may be. */
  isFull(): boolean;
}

export const agentOf = (version: string) => `Whetstone/${version} (+docs)`;
const politeRestMs = 200;

const maxRedirects = 5;
const maxAttempts = 4;
const longestWaitMs = 120_000;
const markdownFirst = 'text/html, application/xhtml+xml;q=0.9, text/markdown;q=0.9, text/plain;q=0.8, */*;q=0.1';

/**
 * Asks other servers for pages as they would have it: in turn, again when they ask for it, and not for what did not change. What is
 * wrong with a page is told; what ends the whole is thrown.
 */
export function pagesThrough(
  { outbound, lanes, time, version }: FetchDependencies,
  { limits, signal }: { limits: Limits; signal: AbortSignal },
): Pages {
  let restMs = politeRestMs;
  let bytes = 0;

  async function once(url: URL, { known, maxBytes = limits.pageBytes }: Asking): Promise<OutboundAnswer> {
    const allowed = Math.min(maxBytes, limits.totalBytes - bytes);
    const answer = await lanes.inTurn(url.host, restMs, signal, () =>
      outbound.fetch(url.href, {
        headers: { 'user-agent': agentOf(version), accept: markdownFirst, ...conditionsOf(known) },
        timeoutMs: limits.requestMs,
        maxBytes: allowed,
        signal,
      }),
    );
    bytes += answer.body.length;
    return answer;
  }

  async function answered(url: URL, asking: Asking): Promise<OutboundAnswer | string> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await once(url, asking).catch(sentenceOf);
      if (typeof outcome === 'string') {
        // Who did not answer within a minute is not asked four times.
        if (outcome.includes('did not answer within') || attempt >= maxAttempts) return outcome;
        await time.sleep(backoffMs(attempt, time.random()), signal);
        continue;
      }
      if (!mayPass(outcome.status)) return outcome;
      const asked = retryAfterMs(outcome.headers.get('retry-after'), time.now());
      if (attempt >= maxAttempts) return `${url.host} answers ${outcome.status}`;
      if (asked !== undefined && asked > longestWaitMs)
        return `${url.host} answers ${outcome.status} and asks to wait for ${Math.ceil(asked / 1_000)} s, which is too long`;
      await time.sleep(asked ?? backoffMs(attempt, time.random()), signal);
    }
  }

  return {
    rest(ms) {
      restMs = Math.max(restMs, ms);
    },
    isFull: () => bytes >= limits.totalBytes,
    async fetch(from, asking = {}) {
      const been = new Set<string>();
      for (let url = new URL(from); ;) {
        const none = (why: string, isDown = false): Fetched => ({ kind: 'none', url: url.href, why, isDown });
        if (been.has(url.href)) return none('its redirects lead in a circle');
        been.add(url.href);
        let answer: OutboundAnswer | string;
        try {
          answer = await answered(url, asking);
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          // What was too large has come as far as it was allowed to.
          if (error.isTooLarge) bytes += Math.min(asking.maxBytes ?? limits.pageBytes, limits.totalBytes - bytes);
          return none(error.message);
        }
        if (typeof answer === 'string') return none(answer, true);
        const { status, headers, body } = answer;
        if (status === 304) return { kind: 'unchanged', url: url.href };
        if (status === 200) return { kind: 'answer', url: url.href, body, headers };
        const location = headers.get('location');
        if (![301, 302, 303, 307, 308].includes(status) || location === null || !URL.canParse(location, url.href))
          return none(status === 404 || status === 410 ? 'it is gone' : `the answer is ${status}`);
        if (been.size > maxRedirects) return none(`it redirects more than ${maxRedirects} times`);
        const next = new URL(location, url);
        next.hash = '';
        const refused =
          asking.refusal?.(next) ??
          (url.protocol === 'https:' && next.protocol === 'http:' ? 'it redirects from https to http' : undefined);
        if (refused) return none(refused);
        url = next;
      }
    },
  };
}

/** Where asking again would not help. */
class Refused extends Error {
  readonly isTooLarge: boolean;

  constructor(cause: WhetstoneError) {
    super(cause.message, { cause });
    this.isTooLarge = cause.code === 'payload_too_large';
  }
}

/** A sentence where a later attempt may do better; everything else ends it. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof WhetstoneError)) throw error;
  if (error.code === 'unavailable') return error.message;

  throw new Refused(error);
}

const conditionsOf = (known: KnownPage | undefined): Record<string, string> => ({
  ...(known?.etag ? { 'if-none-match': known.etag } : {}),
  ...(known?.lastModified ? { 'if-modified-since': known.lastModified } : {}),
});

const mayPass = (status: number) => status === 429 || status >= 500;

const backoffMs = (attempt: number, chance: number) => 1_000 * 2 ** (attempt - 1) * (0.5 + chance);
