import { WhetstoneError } from '@whetstone/shared/errors';
import type { IncomingHttpHeaders } from 'node:http';

interface Asked {
  method: string;
  headers: IncomingHttpHeaders;
}

/**
 * Throws `forbidden` when another site, or another port of this machine, had the browser send what only our own pages
 * may. Browsers say by themselves where a request comes from and no page can change that: `Sec-Fetch-Site`, or, over plain
 * http from another machine, only `Origin`, which goes with every request that changes something.
 */
export function holdToSameOrigin({ method, headers }: Asked, publicUrl: string | undefined) {
  const site = headers['sec-fetch-site'];
  // A WebSocket begins with a GET, but no policy of the browser keeps another page from reading what it brings.
  const isRead = (method === 'GET' || method === 'HEAD') && headers.upgrade === undefined;
  // `none`: an address that a person typed.
  const isOurs =
    site === undefined ? isOwnOrigin(headers, publicUrl) || (isRead && !headers.origin) : site === 'same-origin';
  if (isOurs || (isRead && site === 'none')) return;
  throw new WhetstoneError(
    'forbidden',
    'a signed-in browser may ask for this from the pages of this server alone; programs send "authorization: Bearer wsk_…"',
  );
}

function isOwnOrigin({ origin, host }: IncomingHttpHeaders, publicUrl: string | undefined) {
  if (origin === undefined || !URL.canParse(origin)) return false;
  return publicUrl === undefined ? new URL(origin).host === host : origin === new URL(publicUrl).origin;
}
