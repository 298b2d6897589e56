import type { Origin } from '../config.ts';
import { parseRetryAfter } from './retry-pace.ts';

export type RulesetReply =
  | { kind: 'ruleset'; document: unknown; etag: string | undefined }
  | { kind: 'unchanged' }
  | RulesetFailure;

export interface RulesetFailure {
  kind: 'failed';
  /** A sentence with the fix in it. */
  problem: string;
  /** Whether anything at all answered at that address. */
  reachable: boolean;
  retryAfterMs?: number | undefined;
}

interface RulesetRequest {
  origin: Origin;
  /** Of the ruleset at hand. */
  etag: string | undefined;
  fetch: typeof fetch;
  signal: AbortSignal;
}

/** Asks once for the ruleset. Whatever goes wrong is an answer, never an exception. */
export async function requestRuleset({ origin, etag, fetch, signal }: RulesetRequest): Promise<RulesetReply> {
  let reachable = false;
  try {
    const headers: Record<string, string> = { authorization: `Bearer ${origin.apiKey}`, accept: 'application/json' };
    if (etag) headers['if-none-match'] = etag;
    // Redirects are not followed: the key would go where nobody configured it.
    const response = await fetch(`${origin.url}/api/flags/ruleset`, { headers, signal, redirect: 'manual' });
    reachable = true;
    return response.status === 200 ? await readRuleset(response, origin) : await readOther(response, origin);
  } catch (error) {
    const problem = `${origin.url} ${describe(error)}; start it, or check WHETSTONE_URL.`;
    return { kind: 'failed', problem, reachable };
  }
}

async function readRuleset(response: Response, { url }: Origin): Promise<RulesetReply> {
  const text = await response.text();
  try {
    return { kind: 'ruleset', document: JSON.parse(text), etag: response.headers.get('etag') ?? undefined };
  } catch {
    return unreadable(url);
  }
}

/** Something answered, but not with a ruleset: a proxy's page, half a document, another service. */
export const unreadable = (url: string): RulesetFailure => ({
  kind: 'failed',
  problem: `${url} answered something that is not a ruleset; check that WHETSTONE_URL is a Whetstone server.`,
  reachable: true,
});

async function readOther(response: Response, origin: Origin): Promise<RulesetReply> {
  // An unread body would keep the connection busy.
  await response.body?.cancel();
  if (response.status === 304) return { kind: 'unchanged' };
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'));
  return { kind: 'failed', problem: problemOf(response, origin), reachable: true, retryAfterMs };
}

function problemOf({ status, headers }: Response, { url, selector }: Origin) {
  if (status === 401 || status === 403) {
    return `${url} refused WHETSTONE_API_KEY wsk_${selector}_… (HTTP ${status}): it is revoked, expired or of another server; set a valid key and restart.`;
  }
  if (status >= 300 && status < 400) {
    return `${url} redirects to ${headers.get('location') ?? 'another address'}; set WHETSTONE_URL to the final address.`;
  }
  if (status === 404) return `${url} has no flags API (HTTP 404); check WHETSTONE_URL.`;
  if (status === 429) return `${url} asks for fewer requests (HTTP 429); it is asked again later.`;
  return `${url} answered HTTP ${status}; it is asked again later, see the server's log.`;
}

function describe(error: unknown) {
  if (!(error instanceof Error)) return 'cannot be reached';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'did not answer in time';
  const { code } = (error.cause ?? error) as { code?: unknown };
  if (code === 'ECONNREFUSED') return 'refuses connections';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'has no address in DNS';
  return `cannot be reached (${typeof code === 'string' ? code : error.message})`;
}
