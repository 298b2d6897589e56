import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { listening } from '../../../test/support/listening.ts';
import { makePrivateAuthority, noCertificates } from '../../../test/support/private-authority.ts';
import { openOutbound } from '../../src/platform/outbound/guarded-fetch.ts';

type Options = Parameters<typeof openOutbound>[0];
const call = { timeoutMs: 10_000, maxBytes: 1_000 };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((clean) => clean()));
  vi.unstubAllEnvs();
});

function outbound(change: Partial<Options> = {}) {
  const one = openOutbound({ allow: ['127.0.0.1'], ports: [80, 443], userAgent: 'Whetstone/test', ...change });
  cleanups.push(one.close);
  return one;
}

async function receiver(answer: RequestListener) {
  const server = await listening(createServer(answer));
  cleanups.push(server.stop);
  return server;
}

describe('a guarded call', () => {
  it('brings what was sent there and what was answered back', async () => {
    const { url } = await receiver((request, response) => {
      const seen = { method: request.method, agent: request.headers['user-agent'], x: request.headers['x-y'] };
      request.on('data', (body) =>
        response.writeHead(201, { 'x-answer': 'yes' }).end(JSON.stringify([seen, `${body}`])),
      );
    });
    const answer = await outbound().fetch(`${url}/a?b=c`, {
      ...call,
      method: 'POST',
      headers: { 'x-y': 'z' },
      body: 'hello',
    });
    expect(answer).toMatchObject({ status: 201, url: `${url}/a?b=c` });
    expect(answer.headers.get('x-answer')).toBe('yes');
    expect(JSON.parse(answer.body.toString())).toEqual([{ method: 'POST', agent: 'Whetstone/test', x: 'z' }, 'hello']);
  });

  it('reaches nothing on this machine that nobody has allowed, by address or by name', async () => {
    let requests = 0;
    const { port } = await receiver((_, response) => response.end(`${++requests}`));
    const guarded = outbound({ allow: [], ports: [port], resolve: async () => ['127.0.0.1'] });
    for (const host of ['127.0.0.1', '2130706433', '[::ffff:127.0.0.1]', 'localhost', 'innocent.example']) {
      const url = `http://${host}:${port}/`;
      await expect(guarded.fetch(url, call)).rejects.toMatchObject({ code: 'forbidden' });
      await expect(guarded.check(url)).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(requests).toBe(0);
  });

  it('connects to the address that it looked at, whatever the name says a moment later', async () => {
    const { port } = await receiver((request, response) => response.end(request.headers.host));
    const answers = [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1', '10.0.0.1']];
    const guarded = outbound({ ports: [port], resolve: async () => answers.shift() ?? ['127.0.0.2'] });
    const url = `http://rebinding.example:${port}/`;
    expect((await guarded.fetch(url, call)).body.toString()).toBe(`rebinding.example:${port}`);
    // Asked once for one call: the second answer is still there.
    expect(answers).toHaveLength(2);
    await expect(guarded.fetch(url, call)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(guarded.fetch(url, call)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is looked at each time, though a connection of an earlier one might still be open', async () => {
    let connections = 0;
    const server = createServer((_, response) => response.end('here'));
    server.on('connection', () => connections++);
    const { port, stop } = await listening(server);
    cleanups.push(stop);
    const answers = [['127.0.0.1'], ['127.0.0.1'], ['10.0.0.1']];
    const guarded = outbound({ ports: [port], resolve: async () => answers.shift()! });
    for (let i = 0; i < 2; i++) await guarded.fetch(`http://rebinding.example:${port}/`, call);
    expect(connections).toBe(2);
    await expect(guarded.fetch(`http://rebinding.example:${port}/`, call)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('tries the next address of a name when one does not answer', async () => {
    const { port } = await receiver((_, response) => response.end('here'));
    const guarded = outbound({
      allow: ['127.0.0.0/8'],
      ports: [port],
      resolve: async () => ['127.0.0.2', '127.0.0.1'],
    });
    expect((await guarded.fetch(`http://two.example:${port}/`, call)).body.toString()).toBe('here');
  });

  it('follows no redirect unless it is asked to, and then a few', async () => {
    const { url } = await receiver((request, response) => {
      const left = Number(request.url!.slice(1));
      if (left === 0) response.end(`${request.headers.authorization}`);
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const guarded = outbound();
    const headers = { authorization: 'Bearer fake' };
    expect(await guarded.fetch(`${url}/2`, { ...call, headers })).toMatchObject({ status: 302 });
    const followed = await guarded.fetch(`${url}/2`, { ...call, headers, redirects: 2 });
    expect(followed).toMatchObject({ status: 200, url: `${url}/0` });
    expect(followed.body.toString()).toBe('Bearer fake');
    expect(await guarded.fetch(`${url}/9`, { ...call, redirects: 2 })).toMatchObject({ status: 302, url: `${url}/7` });
    expect(await guarded.fetch(`${url}/1`, { ...call, method: 'POST', redirects: 2 })).toMatchObject({ status: 302 });
  });

  it('is not led inside by a redirect, and shows another host no credentials', async () => {
    const elsewhere = await receiver((request, response) => response.end(`${request.headers.authorization}`));
    const inside = [
      'http://10.0.0.1/',
      'http://[::1]/',
      'http://2852039166/latest/',
      'file:///etc/passwd',
      '//10.0.0.1/',
    ];
    const { url } = await receiver((request, response) =>
      response.writeHead(307, { location: decodeURIComponent(request.url!.slice(1)) }).end(),
    );
    const guarded = outbound();
    const options = { ...call, redirects: 3, headers: { Authorization: 'Bearer fake' } };
    for (const to of inside) {
      await expect(guarded.fetch(`${url}/${encodeURIComponent(to)}`, options)).rejects.toMatchObject({
        code: 'forbidden',
      });
    }
    const answer = await guarded.fetch(`${url}/${encodeURIComponent(elsewhere.url)}`, options);
    expect(answer.body.toString()).toBe('undefined');
  });

  it('is over when its time is, at whatever the other side is slow', async () => {
    // Takes connections and says nothing; then a byte of a header now and then; then a byte of a body.
    const silent = await tcp(() => undefined);
    const headers = await tcp((write) => write('HTTP/1.1 200 OK\r\n', 'x-a: b\r\n'));
    const body = await tcp((write) => write('HTTP/1.1 200 OK\r\n\r\n', 'x'));
    const guarded = outbound();
    for (const port of [silent, headers, body]) {
      await expect(guarded.fetch(`http://127.0.0.1:${port}/`, { ...call, timeoutMs: 200 })).rejects.toMatchObject({
        code: 'unavailable',
        message: `127.0.0.1:${port} did not answer within 200 ms`,
      });
    }
    const lost = outbound({ resolve: () => new Promise(() => undefined) });
    await expect(lost.fetch('http://lost.example/', { ...call, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('can be given up by who asked for it', async () => {
    const port = await tcp(() => undefined);
    const stop = new AbortController();
    const asked = outbound().fetch(`http://127.0.0.1:${port}/`, { ...call, signal: stop.signal });
    stop.abort(new Error('the server stops'));
    await expect(asked).rejects.toThrow('the server stops');
  });

  it('takes no more of an answer than it may, whatever its headers say and however it was packed', async () => {
    const sent = { endless: 0 };
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { url } = await receiver((request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000))) sent.endless++;
      };
      if (request.url === '/exact') response.end('x'.repeat(1_000));
      else if (request.url === '/packed') response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      else more();
      response.on('drain', more);
    });
    const guarded = outbound();
    expect((await guarded.fetch(`${url}/exact`, call)).body).toHaveLength(1_000);
    for (const path of ['/endless', '/packed']) {
      await expect(guarded.fetch(url + path, call)).rejects.toMatchObject({ code: 'payload_too_large' });
    }
    expect(await guarded.fetch(`${url}/endless`, { ...call, maxBytes: 0 })).toMatchObject({
      status: 200,
      body: Buffer.alloc(0),
    });
    // Not a hundred megabytes on their way to nobody.
    expect(sent.endless).toBeLessThan(5_000);
  });

  it('knows nothing of proxies that the environment names', async () => {
    let seen = 0;
    const proxy = await receiver((_, response) => response.end(`${++seen}`));
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'HTTPS_PROXY']) vi.stubEnv(name, proxy.url);
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    const { url } = await receiver((_, response) => response.end('straight'));
    expect((await outbound().fetch(url, call)).body.toString()).toBe('straight');
    expect(seen).toBe(0);
  });

  it('tells in its failures the host and nothing of the path, where secrets may stand', async () => {
    const { port, stop } = await listening(createServer());
    await stop();
    await expect(outbound().fetch(`http://127.0.0.1:${port}/a-fake-secret`, call)).rejects.toMatchObject({
      code: 'unavailable',
      message: `127.0.0.1:${port} cannot be reached (ECONNREFUSED)`,
    });
  });

  it('holds a certificate to the name in the URL, at an address that was looked up', async ({ skip }) => {
    if (noCertificates) skip(noCertificates);
    const { caFile, cert, key } = makePrivateAuthority('good.example');
    const server = await listening(createSecureServer({ cert, key }, (_, response) => response.end('secure')));
    cleanups.push(server.stop);
    const ca = readFileSync(caFile, 'utf8');
    const guarded = outbound({ ports: [server.port], resolve: async () => ['127.0.0.1'], ca });
    expect((await guarded.fetch(`https://good.example:${server.port}/`, call)).body.toString()).toBe('secure');
    for (const host of ['other.example', '127.0.0.1']) {
      await expect(guarded.fetch(`https://${host}:${server.port}/`, call)).rejects.toMatchObject({
        message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') as string,
      });
    }
    const trusting = outbound({ ports: [server.port], resolve: async () => ['127.0.0.1'] });
    await expect(trusting.fetch(`https://good.example:${server.port}/`, call)).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

/** A server that answers a connection with something at once and something again and again; resolves with its port. */
async function tcp(begin: (write: (first: string, then: string) => void) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    begin((first, then) => {
      socket.write(first);
      const timer = setInterval(() => socket.write(then), 20);
      socket.on('close', () => clearInterval(timer));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
