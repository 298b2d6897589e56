import { WhetstoneError } from '@whetstone/shared/errors';
import type { OutboundCall } from './outbound.ts';

export interface Hop {
  url: URL;
  headers: Record<string, string>;
}

interface Redirecting {
  status: number;
  headers: { get(name: string): string | null };
}

const redirects = new Set([301, 302, 303, 307, 308]);
/** What was meant for one host alone. */
const ofOneHost = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** Where an answer sends a GET or HEAD; undefined when it is an answer. Not from https to http. */
export function nextHop(
  { url, headers }: Hop,
  { status, headers: answered }: Redirecting,
  method: OutboundCall['method'] = 'GET',
): { url: string; headers: Record<string, string> } | undefined {
  const location = answered.get('location');
  if (!redirects.has(status) || location === null || method === 'POST' || !URL.canParse(location, url.href)) {
    return undefined;
  }
  const next = new URL(location, url);
  if (url.protocol === 'https:' && next.protocol === 'http:') {
    throw new WhetstoneError('forbidden', `${url.host} redirects from https to http, which is not followed`);
  }
  const isSameOrigin = next.origin === url.origin;
  const kept = Object.entries(headers).filter(([name]) => isSameOrigin || !ofOneHost.has(name.toLowerCase()));
  return { url: next.href, headers: Object.fromEntries(kept) };
}
