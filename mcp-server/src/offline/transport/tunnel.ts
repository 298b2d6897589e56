import type { Socket } from 'node:net';
import type { Proxy } from './proxy.ts';
import { builtinHttp } from './builtin-http.ts';
import { guardConnecting } from './guard-connecting.ts';
import { TransportError, type Sending } from './transport.ts';
import type { Clock } from '../clock.ts';

interface Tunnel extends Pick<Sending, 'signal' | 'background'> {
  proxy: Proxy;
  target: URL;
  clock: Clock;
}

/**
 * Asks a proxy for a connection to the target, with TLS to the target inside it. Written here because the agents that do
 * this (hpagent, https-proxy-agent) can neither be cancelled meanwhile nor let the process end, nor say what the proxy
 * answered.
 */
export async function openTunnel({ proxy, target, signal, background, clock }: Tunnel): Promise<Socket> {
  const { request } = builtinHttp(proxy.secure);
  const { connect: startTls } = process.getBuiltinModule('node:tls');
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const authority = `${target.hostname}:${target.port || 443}`;
  return new Promise((resolve, reject) => {
    const asking = request({
      method: 'CONNECT',
      host: proxy.host,
      port: proxy.port,
      path: authority,
      headers: { host: authority, ...(proxy.authorization && { 'proxy-authorization': proxy.authorization }) },
      agent: false,
      ...(signal && { signal }),
    });
    guardConnecting(asking, { background, clock });
    asking.on('error', (cause: NodeJS.ErrnoException) => {
      reject(
        signal?.aborted ? signal.reason : new TransportError(cause.code ?? 'ECONNRESET', { proxy: proxy.url, cause }),
      );
    });
    // What it answers instead of connecting, when it does so as a response.
    asking.once('response', (response) => {
      response.destroy();
      reject(refused(response.statusCode, proxy));
    });
    asking.once('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode === 200)
        return resolve(startTls({ socket, host, servername: nameFor(host), ALPNProtocols: ['http/1.1'] }));
      socket.destroy();
      reject(refused(statusCode, proxy));
    });
    asking.end();
  });
}

const refused = (status: number | undefined, { url }: Proxy) => new TransportError(`PROXY_${status}`, { proxy: url });

/** The name in a TLS greeting must not be an address. */
const nameFor = (host: string) => (/^[\d.]+$|:/.test(host) ? '' : host);
