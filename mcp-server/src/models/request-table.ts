import type { Origin } from '../config.ts';
import { parseJson } from '../json.ts';
import { parseRetryAfter } from '../offline/retry-pace.ts';
import { failureText } from '../offline/transport/failure-text.ts';
import type { Transport } from '../offline/transport/transport.ts';

export type TableReply =
  | { kind: 'table'; packed: unknown; etag: string | undefined }
  | { kind: 'unchanged' }
  /** `isOurs`: it is no trouble of the network, which others tell of. */
  | { kind: 'failed'; why: string; isOurs: boolean; retryAfterMs?: number | undefined };

interface TableRequest {
  origin: Origin;
  /** Of the table at hand. */
  etag: string | undefined;
  transport: Transport;
}

const deadlineMs = 10_000;

/** Asks once for the routing table, holding nobody up. Whatever goes wrong is an answer, never an exception. */
export async function requestTable({ origin: { url, apiKey }, etag, transport }: TableRequest): Promise<TableReply> {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    accept: 'application/json',
    'accept-encoding': 'gzip',
    ...(etag !== undefined && { 'if-none-match': etag }),
  };
  try {
    const signal = AbortSignal.timeout(deadlineMs);
    const reply = await transport(`${url}/api/portfolio/table`, { headers, signal, background: true });
    if (reply.status === 304) return { kind: 'unchanged' };
    const packed = parseJson(await reply.text());
    if (reply.ok) return { kind: 'table', packed, etag: reply.headers.get('etag') ?? undefined };
    const retryAfterMs = parseRetryAfter(reply.headers.get('retry-after'));
    return {
      kind: 'failed',
      why: `${url} answered HTTP ${reply.status} when it was asked for the routing table.`,
      // A server that has no such thing is an older one.
      isOurs: reply.status !== 404 && reply.status < 500,
      retryAfterMs,
    };
  } catch (error) {
    return { kind: 'failed', why: failureText(error, url), isOurs: false };
  }
}
