import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { builtinHttp } from './builtin-http.ts';
import { unzipped } from './unzip.ts';
import { guardConnecting } from './guard-connecting.ts';
import type { Proxy } from './proxy.ts';
import { openTunnel } from './tunnel.ts';
import { maxBodyBytes, TransportError, type Reply, type Sending, type Transport } from './transport.ts';

interface Parts {
  proxy: Proxy | undefined;
  clock: Clock;
}

/**
 * HTTP/1.1 on node:http. Node 20's own fetch takes 40 MB and 100 ms of CPU for its first request and knows no proxy.
 * Nothing is loaded before the first request. Certificates are checked as NODE_EXTRA_CA_CERTS has it, which Node reads.
 */
export function nodeTransport(parts: Parts): Transport {
  return async (url, sending = {}) => {
    try {
      return await send(new URL(url), sending, parts);
    } catch (error) {
      if (error instanceof StaleConnection && isRepeatable(sending)) return send(new URL(url), sending, parts);
      throw error instanceof StaleConnection ? error.cause : error;
    }
  };
}

/** A kept connection that the server closed just as we used it. */
class StaleConnection extends Error {}

const isRepeatable = ({ method = 'GET', headers = {} }: Sending) => method === 'GET' || 'idempotency-key' in headers;

async function send(target: URL, sending: Sending, { proxy, clock }: Parts): Promise<Reply> {
  const { method = 'GET', headers = {}, body, signal, background } = sending;
  signal?.throwIfAborted();
  const isTls = target.protocol === 'https:';
  const tunnel = proxy && isTls && (await openTunnel({ proxy, target, signal, background, clock }));
  const speaksTls = proxy && !isTls ? proxy.secure : isTls;
  const { request } = builtinHttp(speaksTls);

  return new Promise((resolve, reject) => {
    const outgoing = request({
      ...(proxy && !isTls ? throughProxy(target, proxy, headers) : direct(target, headers)),
      ...(tunnel && { createConnection: () => tunnel }),
      ...(signal && { signal }),
      method,
    });
    guardConnecting(outgoing, { background, clock });
    outgoing.once('response', (incoming) => resolve(replyOf(incoming, signal)));
    outgoing.on('error', (cause: NodeJS.ErrnoException) =>
      reject(reasonOf(cause, outgoing, { signal, proxy: !isTls ? proxy : undefined })),
    );
    outgoing.end(body);
  });
}

const direct = (target: URL, headers: Record<string, string>): RequestOptions => ({
  host: target.hostname.replace(/^\[|\]$/g, ''),
  port: target.port,
  path: target.pathname + target.search,
  headers,
});

/** To a plain-text server one asks the proxy by the whole address. */
const throughProxy = (target: URL, proxy: Proxy, headers: Record<string, string>): RequestOptions => ({
  host: proxy.host,
  port: proxy.port,
  path: target.href,
  headers: {
    ...headers,
    host: target.host,
    ...(proxy.authorization && { 'proxy-authorization': proxy.authorization }),
  },
});

function reasonOf(
  cause: NodeJS.ErrnoException,
  outgoing: ClientRequest,
  { signal, proxy }: { signal: AbortSignal | undefined; proxy: Proxy | undefined },
): unknown {
  if (signal?.aborted) return signal.reason;
  const code = cause.code ?? 'ECONNRESET';
  const error = new TransportError(code, { proxy: proxy?.url, cause });
  const isStale = outgoing.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
  return isStale ? new StaleConnection('a kept connection was closed', { cause: error }) : error;
}

function replyOf(incoming: IncomingMessage, signal: AbortSignal | undefined): Reply {
  const status = incoming.statusCode ?? 0;
  const hasBody = status !== 204 && status !== 304;
  const body = hasBody && incoming.headers['content-encoding'] === 'gzip' ? unzipped(incoming) : incoming;
  const text = () =>
    readAll(body).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error;
    });
  // It has no body; read to its end, the connection is free for the next request.
  if (!hasBody) incoming.resume();
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name) => [incoming.headers[name.toLowerCase()] ?? []].flat().join(', ') || null },
    body,
    text,
    json: async () => JSON.parse(await text()) as unknown,
  };
}

async function readAll(body: Readable) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop ends the connection. Counted as it is unpacked: a few kilobytes may hold a million.
    if (bytes > maxBodyBytes) throw new TransportError('TOO_LARGE');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
