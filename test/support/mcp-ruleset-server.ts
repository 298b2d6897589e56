import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A stand-in for the cloud that misbehaves on demand, over real sockets. It speaks `GET /api/flags/ruleset` with ETag and
 * nothing else, and takes any key: it does not prove that the real server answers these bytes, checks keys or scopes
 * flags to a project. The tests against the real server do.
 */
export async function startRulesetServer(flags: object[]) {
  let fault: Fault = 'none';
  const server = createServer((request, response) => {
    if (fault !== 'none' && request.url !== '/elsewhere') return misbehave[fault](response);
    const etag = '"1"';
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end();
    return response
      .writeHead(200, { etag, 'content-type': 'application/json' })
      .end(JSON.stringify({ revision: 1, flags }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** From now on. */
    become: (next: Fault) => void (fault = next),
    stop: () =>
      new Promise<void>((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}

export type RulesetServer = Awaited<ReturnType<typeof startRulesetServer>>;
export type Fault = 'none' | keyof typeof misbehave;

const misbehave = {
  'black hole': () => undefined,
  redirecting: (response: ServerResponse) => response.writeHead(302, { location: '/elsewhere' }).end(),
  'broken inside': (response: ServerResponse) => response.writeHead(500).end('oops'),
  'over its limit': (response: ServerResponse) => response.writeHead(429, { 'retry-after': '1' }).end(),
  'refusing the key': (response: ServerResponse) => response.writeHead(401).end('{}'),
  'speaking garbage': (response: ServerResponse) => response.writeHead(200).end('<h1>It works!</h1>'),
  'speaking other JSON': (response: ServerResponse) => response.writeHead(200).end('[1, 2]'),
  'cut off': (response: ServerResponse) => {
    response.writeHead(200, { 'content-length': 1_000 }).write('{"revision":1,');
    setImmediate(() => response.destroy());
  },
  'hanging up': (response: ServerResponse) => response.destroy(),
} satisfies Record<string, (response: ServerResponse) => unknown>;
