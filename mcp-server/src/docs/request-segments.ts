import type { Origin } from '../config.ts';
import { isRecord, parseJson } from '../json.ts';
import type { Transport } from '../offline/transport/transport.ts';

/** A version as the cloud sends it for use without it. */
export interface SentSegments {
  library: string;
  version: string;
  stamp: string;
  etag: string | undefined;
  parts: Uint8Array[];
}

export type SegmentsReply = { kind: 'sent'; segments: SentSegments } | { kind: 'unchanged' } | { kind: 'failed' };

interface SegmentsRequest {
  origin: Origin;
  transport: Transport;
  library: string;
  version: string;
  /** Of the copy at hand. */
  etag: string | undefined;
  /** What is larger is not worth the disk. */
  mostBytes: number;
}

const deadlineMs = 60_000;
const mostParts = 1_000;

/** Asks for all parts of a version, one after the other, holding nobody up. Whatever goes wrong is an answer. */
export async function requestSegments(request: SegmentsRequest): Promise<SegmentsReply> {
  try {
    const first = await partOf(request, 0, request.etag);
    if (first === 'unchanged') return { kind: 'unchanged' };
    if (!first || first.parts > mostParts) return { kind: 'failed' };
    const packed = [first.packed];
    let bytes = first.packed.length;
    for (let part = 1; part < first.parts; part++) {
      const next = await partOf(request, part, undefined);
      // Taken anew in the meantime: parts of two contents are no version.
      if (!next || next === 'unchanged' || next.stamp !== first.stamp) return { kind: 'failed' };
      bytes += next.packed.length;
      if (bytes > request.mostBytes) return { kind: 'failed' };
      packed.push(next.packed);
    }
    const { library, version, stamp, etag } = first;
    return { kind: 'sent', segments: { library, version, stamp, etag, parts: packed } };
  } catch {
    return { kind: 'failed' };
  }
}

async function partOf(
  { origin: { url, apiKey }, transport, library, version }: SegmentsRequest,
  part: number,
  etag: string | undefined,
) {
  const headers = {
    authorization: `Bearer ${apiKey}`,
    accept: 'application/json',
    'accept-encoding': 'gzip',
    ...(etag !== undefined && { 'if-none-match': etag }),
  };
  const path = `/api/knowledge/segments/${encodeURIComponent(library)}/${encodeURIComponent(version)}?part=${part}`;
  const signal = AbortSignal.timeout(deadlineMs);
  const reply = await transport(url + path, { headers, signal, background: true });
  if (reply.status === 304) return 'unchanged';
  const body = parseJson(await reply.text());
  if (!reply.ok || !isRecord(body)) return undefined;
  const { stamp, parts, packed } = body;
  if (typeof stamp !== 'string' || typeof packed !== 'string' || !Number.isSafeInteger(parts)) return undefined;
  return {
    library: typeof body['library'] === 'string' ? body['library'] : library,
    version: typeof body['version'] === 'string' ? body['version'] : version,
    stamp,
    parts: Number(parts),
    packed: Buffer.from(packed, 'base64'),
    etag: reply.headers.get('etag') ?? undefined,
  };
}
