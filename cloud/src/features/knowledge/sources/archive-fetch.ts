import { WhetstoneError } from '@whetstone/shared/errors';
import type { Outbound, OutboundAnswer } from '../../../platform/outbound/outbound.ts';
import { sizeOf } from './files.ts';

export interface Asking {
  outbound: Pick<Outbound, 'fetch'>;
  /** What is asked for, for sentences: `the tarball of fastify 5.12.8`. */
  what: string;
  headers?: Record<string, string>;
  maxBytes: number;
  timeoutMs: number;
  signal: AbortSignal;
}

/** The answer where there is one, and undefined where the other server says that it has no such thing. */
export async function askFor(url: string, asking: Asking): Promise<Buffer | undefined> {
  const { what, outbound, headers, maxBytes, timeoutMs, signal } = asking;
  let answer: OutboundAnswer;
  try {
    const packed = { 'accept-encoding': 'identity', ...headers };
    answer = await outbound.fetch(url, { headers: packed, maxBytes, timeoutMs, redirects: 5, signal });
  } catch (error) {
    throw error instanceof WhetstoneError ? inWords(error, asking) : error;
  }
  const { status, body } = answer;
  if (status === 200) return body;
  if (status === 404 || status === 410) return undefined;
  const host = new URL(url).host;
  if (status === 401 || status === 403)
    throw new WhetstoneError('forbidden', `${host} does not hand out ${what} without credentials (${status})`);
  if (status === 429)
    throw new WhetstoneError('unavailable', `${host} wants to be asked less often (429); ask for ${what} again later`);
  throw new WhetstoneError('unavailable', `${host} answered ${status} for ${what}; try again later`);
}

function inWords(error: WhetstoneError, { what, maxBytes }: Asking): WhetstoneError {
  const cause = { cause: error };
  if (error.code === 'payload_too_large')
    return new WhetstoneError(
      'payload_too_large',
      `${what} is larger than ${sizeOf(maxBytes)}, the most that is taken`,
      cause,
    );
  const fix = error.code === 'forbidden' ? '; who runs the server may allow a host with WHETSTONE_OUTBOUND_ALLOW' : '';
  return new WhetstoneError(error.code, `${what} cannot be had: ${error.message}${fix}`, cause);
}
