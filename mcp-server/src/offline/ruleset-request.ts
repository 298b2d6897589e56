import type { Origin } from '../config.ts';
import { parseRetryAfter } from './retry-pace.ts';
import { failureText } from './transport/failure-text.ts';
import type { Reply, Transport } from './transport/transport.ts';

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
  transport: Transport;
  signal: AbortSignal;
}

/** Asks once for the ruleset. Whatever goes wrong is an answer, never an exception. */
export async function requestRuleset({ origin, etag, transport, signal }: RulesetRequest): Promise<RulesetReply> {
  const headers = {
    ...identify(origin),
    accept: 'application/json',
    'accept-encoding': 'gzip',
    ...(etag && { 'if-none-match': etag }),
  };
  let reachable = false;
  try {
    const reply = await transport(`${origin.url}/api/flags/ruleset`, { headers, signal, background: true });
    reachable = true;
    if (reply.status === 304) return { kind: 'unchanged' };
    return reply.status === 200 ? await readRuleset(reply, origin) : refusal(reply, origin);
  } catch (error) {
    return failed(signal.aborted ? signal.reason : error, origin, reachable);
  }
}

async function readRuleset(reply: Reply, { url }: Origin): Promise<RulesetReply> {
  const text = await reply.text();
  try {
    return { kind: 'ruleset', document: JSON.parse(text), etag: reply.headers.get('etag') ?? undefined };
  } catch {
    return unreadable(url);
  }
}

export const identify = ({ apiKey }: Origin): Record<string, string> => ({ authorization: `Bearer ${apiKey}` });

/** Something answered, but not with a ruleset: a proxy's page, half a document, another service. */
export const unreadable = (url: string): RulesetFailure => ({
  kind: 'failed',
  problem: `${url} answered something that is not a ruleset; check that WHETSTONE_URL is a Whetstone server.`,
  reachable: true,
});

export const failed = (error: unknown, { url }: Origin, reachable: boolean): RulesetFailure => ({
  kind: 'failed',
  problem: failureText(error, url),
  reachable,
});

/** What a status that brings no rules means. */
export const refusal = (reply: Reply, origin: Origin): RulesetFailure => ({
  kind: 'failed',
  problem: problemOf(reply, origin),
  reachable: true,
  retryAfterMs: parseRetryAfter(reply.headers.get('retry-after')),
});

function problemOf({ status, headers }: Reply, { url, selector }: Origin) {
  if (status === 401 || status === 403) {
    return `${url} refused WHETSTONE_API_KEY wsk_${selector}_… (HTTP ${status}): it is revoked, expired or of another server; set a valid key and restart.`;
  }
  if (status >= 300 && status < 400) {
    return `${url} redirects to ${headers.get('location') ?? 'another address'}; set WHETSTONE_URL to the final address.`;
  }
  if (status === 404) return `${url} has no flags API (HTTP 404); check WHETSTONE_URL.`;
  if (status === 407)
    return `A proxy before ${url} wants a user name and password (HTTP 407); put them into HTTP_PROXY.`;
  if (status === 429) return `${url} asks for fewer requests (HTTP 429); it is asked again later.`;
  return `${url} answered HTTP ${status}; it is asked again later, see the server's log.`;
}
