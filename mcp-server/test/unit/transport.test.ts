import { createServer, type RequestListener } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/offline/clock.ts';
import { failureText } from '../../src/offline/transport/failure-text.ts';
import { nodeTransport } from '../../src/offline/transport/node-transport.ts';
import { chooseProxy, type Proxy } from '../../src/offline/transport/proxy.ts';
import { maxBodyBytes, TransportError, type Transport } from '../../src/offline/transport/transport.ts';
import { listening } from '../../../test/support/listening.ts';
import { startProxy } from '../../../test/support/proxy-server.ts';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function serve(answer: RequestListener) {
  const sockets = new Set<Socket>();
  const server = createServer(answer).on('connection', (socket) => sockets.add(socket));
  const { port, url, stop } = await listening(server);
  cleanUps.push(stop);
  return { port, url, sockets };
}

/** Accepts connections and never says a word. */
async function listenInSilence() {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => sockets.add(socket.resume()));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  cleanUps.push(() => new Promise<void>((stopped) => void server.close(() => stopped())));
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, sockets };
}

async function proxied(options: { port: number; credentials?: string }) {
  const server = await startProxy(options);
  cleanUps.push(() => server.stop());
  const choice = chooseProxy('http://cloud.test', { HTTP_PROXY: server.url });
  return { server, proxy: (choice as { proxy: Proxy }).proxy };
}

const transportVia = (proxy?: Proxy) => nodeTransport({ proxy, clock: systemClock });
const transport: Transport = transportVia();
const failureOf = (task: Promise<unknown>) =>
  task.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the transport', () => {
  it('sends method, headers and body, and brings status, headers and body', async () => {
    const { url } = await serve((request, response) => {
      response.writeHead(201, { 'x-answer': 'yes' }).write(`${request.method} ${request.url} `);
      request.pipe(response);
    });
    const reply = await transport(`${url}/a/b?c=d`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'grüße',
    });
    expect(reply).toMatchObject({ status: 201, ok: true });
    expect(reply.headers.get('X-Answer')).toBe('yes');
    expect(reply.headers.get('x-none')).toBeNull();
    expect(await reply.text()).toBe('POST /a/b?c=d grüße');
  });

  it('unpacks an answer that comes compressed, as a text and as it comes', async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"flags":"grüße"}')),
    );
    expect(await (await transport(url)).json()).toEqual({ flags: 'grüße' });
    const parts: Uint8Array[] = [];
    for await (const part of (await transport(url)).body!) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe('{"flags":"grüße"}');
  });

  it('takes no more of a compressed answer than of another, however small it is on the way', async () => {
    const bomb = gzipSync(Buffer.alloc(maxBodyBytes + 1));
    const { url } = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect(bomb.length).toBeLessThan(maxBodyBytes / 500);
    const reply = await transport(url);
    expect(await failureOf(reply.text())).toMatchObject({ code: 'TOO_LARGE' });
  });

  it('says so when a compressed answer cannot be unpacked, or ends too early', async () => {
    const bytes = gzipSync('{"flags":[]}');
    const answers = [Buffer.from('<html>not what it says</html>'), bytes.subarray(0, -9)];
    for (const answer of answers) {
      const { url } = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(answer));
      const failure = await failureOf((await transport(url)).text());
      expect(failureText(failure, url)).toMatch(
        /^http:\/\/127\.0\.0\.1:\d+ answers what cannot be unpacked \(Z_\w+\); check that WHETSTONE_URL is/,
      );
    }
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bytes.length });
      response.write(bytes.subarray(0, 12), () => response.destroy());
    });
    expect(await failureOf((await transport(url)).text())).toMatchObject({ code: 'ECONNRESET' });
  });

  it('does not follow a redirect, which would take the key elsewhere', async () => {
    const paths: (string | undefined)[] = [];
    const { url } = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await transport(`${url}/here`)).status).toBe(302);
    expect(paths).toEqual(['/here']);
  });

  it('uses one connection for requests that follow each other', async () => {
    const { url, sockets } = await serve((_request, response) => response.writeHead(304).end());
    for (let i = 0; i < 3; i++) {
      await transport(url);
      await new Promise((passed) => setTimeout(passed, 5));
    }
    expect(sockets.size).toBe(1);
  });

  it('asks again when the server has just closed the kept connection', async () => {
    const { url, sockets } = await serve((_request, response) => response.end('here'));
    await (await transport(url)).text();
    await new Promise((passed) => setTimeout(passed, 5));
    // The next request is on its way before this end has arrived.
    for (const socket of sockets) socket.resetAndDestroy();
    expect(await (await transport(url)).text()).toBe('here');
  });

  it('ends when it is called off, before the answer and within it, with the reason', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/half') response.write('half');
    });
    const reason = new Error('enough');
    for (const path of ['/', '/half']) {
      const giveUp = new AbortController();
      const reading = transport(url + path, { signal: giveUp.signal }).then((reply) => reply.text());
      setTimeout(() => giveUp.abort(reason), 20);
      expect(await failureOf(reading)).toBe(reason);
    }
    expect(await failureOf(transport(url, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  it('rejects a body that breaks off', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      setImmediate(() => response.destroy());
    });
    expect(await failureOf((await transport(url)).text())).toMatchObject({ code: 'ECONNRESET' });
  });

  it('rejects a body that is too large without reading it all', async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const { url } = await serve((_request, response) => {
      const more = () => {
        sent += chunk.length;
        if (sent < 4 * maxBodyBytes && !response.destroyed) response.write(chunk, more);
      };
      more();
    });
    const failure = await failureOf((await transport(url)).text());
    expect(failureText(failure, url)).toContain('more than 64 MiB');
    expect(sent).toBeLessThan(3 * maxBodyBytes);
  });

  it('names an address that refuses, one that is in no DNS, and one that speaks no TLS', async () => {
    const { url, port } = await serve((_request, response) => response.end());
    const textOf = async (address: string) => failureText(await failureOf(transport(address)), address);
    expect(await textOf('http://127.0.0.1:9')).toMatch(/^http:\/\/127.0.0.1:9 refuses connections/);
    expect(await textOf('http://nosuch.invalid')).toMatch(/has no address in DNS/);
    expect(await textOf(url.replace('http', 'https'))).toMatch(/does not speak TLS.*WHETSTONE_URL/);
    expect(port).toBeGreaterThan(0);
  });
});

describe('through a proxy', () => {
  it('asks for a plain address by its whole name, with the credentials of the proxy', async () => {
    const { port } = await serve((request, response) => response.end(`${request.headers.host}${request.url}`));
    const { server, proxy } = await proxied({ port, credentials: 'kim:p%40ss' });
    server.seen.length = 0;
    const wrong = await transportVia({ ...proxy, authorization: undefined })('http://cloud.test/x');
    expect(wrong.status).toBe(407);
    const decoded = await startProxy({ port, credentials: 'kim:p@ss' });
    cleanUps.push(() => decoded.stop());
    const reply = await transportVia({ ...proxy, port: decoded.port })('http://cloud.test/x');
    expect(await reply.text()).toBe('cloud.test/x');
    expect(decoded.seen).toEqual([expect.objectContaining({ method: 'GET', target: 'http://cloud.test/x' })]);
  });

  it.each([
    [407, /The proxy http:\/\/127\.0\.0\.1:\d+ wants a user name and password; set HTTPS_PROXY/],
    [403, /The proxy http:\/\/127\.0\.0\.1:\d+ does not connect to https:\/\/cloud\.test \(HTTP 403\).*NO_PROXY/],
  ])('says that the proxy answers %i, and shows no password', async (status, words) => {
    const { server, proxy } = await proxied({ port: 9, credentials: 'kim:geheim' });
    server.refuse(status);
    const failure = await failureOf(transportVia(proxy)('https://cloud.test'));
    const text = failureText(failure, 'https://cloud.test');
    expect(text).toMatch(words);
    expect(`${text} ${String(failure)} ${JSON.stringify(failure)}`).not.toMatch(/geheim|a2lt/);
    expect(server.seen[0]?.target).toBe('cloud.test:443');
  });

  it.each(['http://cloud.test', 'https://cloud.test'])('names the proxy that is not there, for %s', async (url) => {
    const proxy: Proxy = {
      url: 'http://127.0.0.1:9',
      host: '127.0.0.1',
      port: 9,
      secure: false,
      authorization: undefined,
    };
    const text = failureText(await failureOf(transportVia(proxy)(url)), url);
    expect(text).toMatch(/^The proxy http:\/\/127.0.0.1:9 cannot be reached \(ECONNREFUSED\); correct HTTPS_PROXY/);
  });

  it('can be called off while it waits for the proxy', async () => {
    const silent = await listenInSilence();
    const proxy: Proxy = {
      url: silent.url,
      host: '127.0.0.1',
      port: silent.port,
      secure: false,
      authorization: undefined,
    };
    const giveUp = new AbortController();
    const asking = failureOf(transportVia(proxy)('https://cloud.test', { signal: giveUp.signal }));
    await vi.waitFor(() => expect(silent.sockets.size).toBe(1));
    giveUp.abort(new Error('enough'));
    expect(await asking).toMatchObject({ message: 'enough' });
    await vi.waitFor(() => expect([...silent.sockets].every((socket) => socket.closed)).toBe(true));
  });
});

describe('the choice of a proxy', () => {
  const hostOf = (url: string, env: Record<string, string>) => {
    const choice = chooseProxy(url, env);
    return choice.kind === 'proxy' ? choice.proxy.host : choice.kind;
  };
  const both = { HTTPS_PROXY: 'http://secure.test:3128', HTTP_PROXY: 'plain.test:8080' };

  it.each([
    ['https://acme.dev', both, 'secure.test'],
    ['http://acme.dev', both, 'plain.test'],
    ['https://acme.dev', { ...both, https_proxy: 'http://lower.test' }, 'lower.test'],
    ['https://acme.dev', { HTTP_PROXY: 'http://plain.test' }, 'direct'],
    ['https://acme.dev', { HTTPS_PROXY: ' ' }, 'direct'],
    ['http://127.0.0.1:8787', both, 'direct'],
    ['http://localhost:8787', both, 'direct'],
    ['http://[::1]:8787', both, 'direct'],
    ['https://acme.dev', { ...both, NO_PROXY: '*' }, 'direct'],
    ['https://acme.dev', { ...both, NO_PROXY: 'other.dev, acme.dev' }, 'direct'],
    ['https://api.acme.dev', { ...both, NO_PROXY: 'acme.dev' }, 'direct'],
    ['https://api.acme.dev', { ...both, no_proxy: '.acme.dev' }, 'direct'],
    ['https://api.acme.dev', { ...both, NO_PROXY: '*.ACME.dev' }, 'direct'],
    ['https://acme.dev', { ...both, NO_PROXY: '.acme.dev' }, 'secure.test'],
    ['https://notacme.dev', { ...both, NO_PROXY: 'acme.dev' }, 'secure.test'],
    ['https://acme.dev', { ...both, NO_PROXY: 'acme.dev:443' }, 'direct'],
    ['https://acme.dev:8443', { ...both, NO_PROXY: 'acme.dev:443' }, 'secure.test'],
    ['https://10.1.2.3', { ...both, NO_PROXY: '10.1.2.3' }, 'direct'],
    ['https://[fd00::1]', { ...both, NO_PROXY: '[fd00::1]:443' }, 'direct'],
    ['https://[fd00::1]', { ...both, NO_PROXY: 'fd00::1' }, 'direct'],
    ['https://acme.dev', { HTTPS_PROXY: 'socks5://secure.test' }, 'refused'],
    ['https://acme.dev', { HTTPS_PROXY: 'http://:3128' }, 'refused'],
  ])('for %s and %o is %s', (url, env, host) => {
    expect(hostOf(url, env)).toBe(host);
  });

  it('shows where the proxy is and keeps its credentials apart', () => {
    expect(chooseProxy('https://acme.dev', { HTTPS_PROXY: 'https://kim:p%40ss@proxy.test' })).toEqual({
      kind: 'proxy',
      proxy: {
        url: 'https://proxy.test',
        host: 'proxy.test',
        port: 443,
        secure: true,
        authorization: `Basic ${Buffer.from('kim:p@ss').toString('base64')}`,
      },
    });
  });
});

it.each([
  ['CERT_HAS_EXPIRED', /not valid today.*clock/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /another host name.*WHETSTONE_URL/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /does not trust.*NODE_EXTRA_CA_CERTS/],
  ['ECONNRESET', /cannot be reached \(ECONNRESET\)/],
])('a failure with %s comes with its fix', (code, words) => {
  expect(failureText(new TransportError(code), 'https://acme.dev')).toMatch(words);
});
