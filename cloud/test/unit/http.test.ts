import { operation, Prepared } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Ctx } from '../../src/context.ts';
import { mount } from '../../src/http/mount.ts';
import { newHttpServer } from '../../src/http/server.ts';
import { createLog } from '../../src/log.ts';

const shared = { tag: 'test', summary: 'Of the test' } as const;
const contract = {
  echo: operation({
    ...shared,
    method: 'GET',
    path: '/echo/:name',
    role: 'viewer',
    rest: 'others',
    input: z.object({
      name: z.string().max(5),
      count: z.number().min(0).optional(),
      userId: z.string().optional(),
      deep: z.boolean().default(false),
      others: z.record(z.string(), z.unknown()).optional(),
    }),
    output: z.object({ sent: z.unknown() }),
  }),
  fall: operation({
    ...shared,
    method: 'POST',
    path: '/fall',
    role: 'editor',
    input: z.object({ depth: z.number() }),
    output: z.object({}),
  }),
  leak: operation({
    ...shared,
    method: 'GET',
    path: '/leak',
    role: 'public',
    input: z.object({}),
    output: z.object({ name: z.string() }),
  }),
  ready: operation({
    ...shared,
    method: 'GET',
    path: '/ready',
    role: 'public',
    etag: true,
    input: z.object({}),
    output: z.object({}),
  }),
};

const ctx = (role: Ctx['actor']['role']): Ctx => ({
  organisationId: 'o',
  projectId: 'p',
  actor: { kind: 'key', id: 'k', name: 'n', role, selector: 's' },
  transaction: () => Promise.reject(new Error('not in this test')),
});

const lines: string[] = [];
const { app, answer } = newHttpServer(createLog('info', { write: (line) => void lines.push(line) }));
const kept = new Prepared('{"made":"before"}', '"tag"');
const payloads: unknown[] = [];
app.addHook('onSend', async (_request, _reply, payload) => void payloads.push(payload));
const handlers = {
  echo: async (_: Ctx, input: object) => ({ sent: input }),
  fall: async () => Promise.reject(new Error('password is hunter2')),
  leak: () => ({ name: 'shown', secretHash: 'never shown' }),
  ready: () => kept,
};
mount(app, contract, handlers, {
  authenticate: ({ headers: { authorization: header } }) => {
    if (!header) throw new WhetstoneError('unauthorized', 'send an API key');
    return header === 'Bearer slow'
      ? Promise.resolve(ctx('viewer'))
      : ctx(header === 'Bearer editor' ? 'editor' : 'viewer');
  },
  applyOnce: () => Promise.reject(new Error('not in this test')),
  applyTogether: () => Promise.reject(new Error('not in this test')),
  appliedBefore: () => Promise.reject(new Error('not in this test')),
  answer,
});

const get = (url: string, key = 'viewer') => app.inject({ url, headers: { authorization: `Bearer ${key}` } });
const post = (
  payload: string,
  key = 'editor',
  headers: Record<string, string> = { 'content-type': 'application/json' },
) => app.inject({ method: 'POST', url: '/fall', payload, headers: { authorization: `Bearer ${key}`, ...headers } });

describe('the HTTP border', () => {
  let port: number;
  beforeAll(async () => {
    port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
  });
  afterAll(() => app.close());

  it('reads a query by the type of the field, and what no field has as the rest', async () => {
    const { sent } = (await get('/echo/a?count=3&userId=42&deep=true&x=1&x=2&y=true')).json();
    expect(sent).toEqual({ name: 'a', count: 3, userId: '42', deep: true, others: { x: ['1', '2'], y: 'true' } });
  });

  // 200 connections that do not read a ruleset of 5 MB would hold a gigabyte of text.
  it('sends an answer that is kept as the same bytes to all, and waits for nobody who takes none', async () => {
    payloads.length = 0;
    for (let i = 0; i < 2; i++) expect((await app.inject('/ready')).body).toBe('{"made":"before"}');
    expect(payloads).toEqual([Buffer.from('{"made":"before"}'), Buffer.from('{"made":"before"}')]);
    expect(payloads[1]).toBe(payloads[0]);
    expect(app.server.timeout).toBe(60_000);
  });

  it('takes words that JavaScript knows for attributes like any other', async () => {
    const answer = await get('/echo/a?constructor=1&__proto__=2&toString=3');
    expect(answer.body).toContain('"others":{"constructor":"1","toString":"3"}');
  });

  it('decodes what is encoded in the path', async () => {
    expect((await get('/echo/%40a%2Fb')).json().sent).toMatchObject({ name: '@a/b' });
    expect((await get('/echo/%zz')).json()).toMatchObject({ status: 400, errors: [{ path: 'path' }] });
  });

  it('names each field at fault', async () => {
    const problem = (await get('/echo/toolong?count=-1')).json();
    expect(problem.errors.map(({ path }: { path: string }) => path)).toEqual(['name', 'count']);
    expect(problem).toMatchObject({
      type: 'urn:whetstone:problem:invalid',
      title: 'Bad Request',
      status: 400,
      code: 'invalid',
    });
  });

  it('waits for a key that has to be looked up', async () => {
    expect((await get('/echo/a', 'slow')).statusCode).toBe(200);
    expect((await post('{"depth":1}', 'slow')).statusCode).toBe(403);
  });

  it('looks at the key before it looks at the body', async () => {
    expect((await post('{', 'viewer')).json().code).toBe('forbidden');
    expect((await app.inject({ method: 'POST', url: '/fall', payload: '{' })).json().code).toBe('unauthorized');
  });

  it("calls a broken, wrong or missing body the caller's mistake", async () => {
    expect((await post('{')).json()).toMatchObject({ code: 'invalid', errors: [{ path: 'body' }] });
    expect((await post('[]')).json()).toMatchObject({ errors: [{ path: 'body', message: 'expected a JSON object' }] });
    expect((await post('')).json()).toMatchObject({ errors: [{ path: 'depth' }] });
    expect((await post('x', 'editor', { 'content-type': 'text/plain' })).json()).toMatchObject({
      code: 'unsupported_media_type',
    });
  });

  it('keeps the details of a bug to itself and logs them once', async () => {
    const answer = await post('{"depth":1}');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('hunter2');
    const bugs = lines.filter((line) => line.includes('hunter2'));
    expect(bugs).toHaveLength(1);
    expect(bugs[0]).toContain(answer.json().requestId);
  });

  it('answers nothing that the operation does not promise', async () => {
    expect((await app.inject('/leak')).json()).toEqual({ name: 'shown' });
  });

  it('spares a caller what is still current', async () => {
    const first = await app.inject('/ready');
    expect([first.body, first.headers.etag]).toEqual(['{"made":"before"}', '"tag"']);
    const again = await app.inject({ url: '/ready', headers: { 'if-none-match': 'W/"tag"' } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('gives every answer an id, the one that came if it is sane', async () => {
    const given = await app.inject({ url: '/leak', headers: { 'x-request-id': 'abc-1' } });
    expect(given.headers['x-request-id']).toBe('abc-1');
    const insane = await app.inject({ url: '/leak', headers: { 'x-request-id': 'a b\u0007' } });
    expect(insane.headers['x-request-id']).toMatch(/^[\w-]{12}\.\w+$/);
  });

  it('answers an unknown address in the same shape, without its query', async () => {
    expect((await get('/nowhere?token=x')).json()).toMatchObject({
      code: 'not_found',
      detail: 'there is no operation at GET /nowhere; see /docs',
    });
  });

  it.each([
    ['garbage', 'garbage\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 413],
  ])('answers %s on the bare socket in the same shape', async (_, bytes, status) => {
    const socket = connect(port, '127.0.0.1');
    socket.write(bytes);
    const answer = await text(socket);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ status });
  });

  it('counts what it answered, in the format of Prometheus', async () => {
    await get('/echo/a');
    await get('/echo/toolong');
    const { body, headers } = await app.inject('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    const count = (labels: string) => Number(new RegExp(`duration_seconds_count{${labels}} (\\d+)`).exec(body)?.[1]);
    expect(count('operation="echo",status="200"')).toBeGreaterThan(0);
    expect(count('operation="echo",status="400"')).toBeGreaterThan(0);
    const buckets = [...body.matchAll(/bucket{operation="echo",status="200",le="([^"]+)"} (\d+)/g)].map(([, , n]) =>
      Number(n),
    );
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
    expect(buckets.at(-1)).toBe(count('operation="echo",status="200"'));
    expect(body).toContain('process_cpu_user_seconds_total');
  });

  it('logs no key, whoever puts one where', async () => {
    const key = 'wsk_fakeSelector_fakeSecretOfNobody0123456789abcd000000';
    await app.inject({ method: 'POST', url: `/fall?key=${key}`, headers: { authorization: `Bearer ${key}` } });
    app.log.info({ careless: key }, key);
    expect(lines.at(-1)).toContain('wsk_fakeSelector_[redacted]');
    expect(lines.join('')).not.toContain('fakeSecret');
  });
});
