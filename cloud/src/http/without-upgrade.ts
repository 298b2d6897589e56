import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Has a request that asks for an upgrade answered as if it had not asked. As soon as a server takes upgrades at all, Node
 * stops reading HTTP from whoever asks for one, a body included; clients that offer HTTP/2 with their first request (`h2c`:
 * Java's, curl --http2) would wait for ever. RFC 9110, section 7.8, lets a server pass such an offer over.
 */
export function answerWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, rest: Buffer) {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!offering.has(rawHeaders[i]!.toLowerCase())) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  }
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  // Read once more from its beginning, by a parser that finds no offer in it.
  socket.unshift(Buffer.concat([head, rest]));
  server.emit('connection', socket);
}

const offering: ReadonlySet<string> = new Set(['connection', 'upgrade', 'http2-settings']);
