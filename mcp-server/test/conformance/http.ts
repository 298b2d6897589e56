import {
  createMcpHandler,
  hostHeaderValidationResponse,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { listening } from '../../../test/support/listening.ts';

type NewServer = (era: 'legacy' | 'modern') => Server;

/** The official suite speaks HTTP only: a server of ours on a free port of this machine, in both eras. */
export async function serveOverHttp(newServer: NewServer) {
  const modern = createMcpHandler(() => newServer('modern'), { legacy: 'reject' });
  const legacy = legacySessions(newServer);

  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const request = await asRequest(incoming);
      const response =
        hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
        originValidationResponse(request, localhostAllowedOrigins()) ??
        (await ((await isLegacyRequest(request)) ? legacy(request) : modern.fetch(request)));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      if (response.body) await pipeline(Readable.fromWeb(response.body as ReadableStream), outgoing);
      else outgoing.end();
    })().catch(() => outgoing.destroy());
  });
  const { url, stop } = await listening(server);
  return { url: `${url}/mcp`, stop };
}

/** A server per session, as one process per client is over stdio. */
function legacySessions(newServer: NewServer) {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
  return async (request: Request) => {
    const session = sessions.get(request.headers.get('mcp-session-id') ?? '');
    if (session) return session.handleRequest(request);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    await newServer('legacy').connect(transport);
    return transport.handleRequest(request);
  };
}

async function asRequest(incoming: IncomingMessage) {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = chunks.length > 0 ? Buffer.concat(chunks) : null;
  const { method = 'GET', url = '/' } = incoming;
  return new Request(`http://127.0.0.1${url}`, { method, headers, body });
}
