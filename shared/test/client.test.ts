import { createClient, type ClientOptions } from '@whetstone/shared/client';
import { describe, expect, it } from 'vitest';

interface Sent {
  url: string;
  init: RequestInit;
}

/** A client whose network answers by the list, the last answer for all that follow; and what it was asked. */
function clientWith(answers: (() => Promise<Response>)[], options: Partial<ClientOptions> = {}) {
  const sent: Sent[] = [];
  const fetch = async (to: string | URL | Request, init: RequestInit = {}) => {
    sent.push({ url: to instanceof Request ? to.url : to.toString(), init });
    return answers[Math.min(sent.length, answers.length) - 1]!();
  };
  const pauses: number[] = [];
  const pause = async (attempt: number) => void pauses.push(attempt);
  return { client: createClient({ baseUrl: 'http://cloud.test', fetch, pause, ...options }), sent, pauses };
}

const json =
  (body: unknown, status = 200) =>
  async () =>
    Response.json(body, { status });
const dead = () => Promise.reject(new TypeError('fetch failed'));
const evaluation = {
  key: 'f',
  enabled: true,
  variant: 'on',
  value: true,
  reason: 'STATIC',
  flagVersion: 1,
  metadata: {},
};

describe('the client', () => {
  it('refuses a wrong input before sending anything', async () => {
    const { client, sent } = clientWith([json({})]);
    await expect(client.evaluateFlag({ key: 'Not A Key' })).rejects.toMatchObject({
      code: 'invalid',
      errors: [{ path: 'key' }],
    });
    expect(sent).toEqual([]);
  });

  it('puts path, query, rest and key where they belong', async () => {
    const { client, sent } = clientWith([json(evaluation)], { apiKey: 'secret', baseUrl: 'http://cloud.test/behind/' });
    await client.evaluateFlag({ key: 'f', userId: 'a b', attributes: { plan: ['x', 'y'], seats: 3 } });
    expect(sent[0]!.url).toBe('http://cloud.test/behind/api/flags/f/evaluate?userId=a+b&plan=x&plan=y&seats=3');
    expect(sent[0]!.init.headers).toMatchObject({ authorization: 'Bearer secret' });
  });

  it('calls a dead connection, a proxy page and a strange answer alike unavailable', async () => {
    for (const answer of [
      dead,
      async () => new Response('<h1>Bad gateway</h1>', { status: 502 }),
      json({ odd: true }),
    ]) {
      const { client } = clientWith([answer], { retries: 0 });
      await expect(client.evaluateFlag({ key: 'f' })).rejects.toMatchObject({ code: 'unavailable' });
    }
  });

  it('gives up after its time limit and says so', async () => {
    const { client } = clientWith([], {
      timeoutMs: 5,
      retries: 0,
      fetch: (_, init) =>
        new Promise((_, fail) => init!.signal!.addEventListener('abort', () => fail(new Error('aborted')))),
    });
    await expect(client.evaluateFlag({ key: 'f' })).rejects.toMatchObject({
      message: expect.stringContaining('within 5 ms'),
    });
  });

  it('tries a read again, with growing pauses', async () => {
    const { client, pauses } = clientWith([dead, dead, json(evaluation)]);
    expect(await client.evaluateFlag({ key: 'f' })).toMatchObject({ enabled: true });
    expect(pauses).toEqual([1, 2]);
  });

  it('tries a write again only under one idempotency key', async () => {
    const flag = { key: 'f', rolloutPercentage: 5 };
    const repeatable = clientWith([dead, dead, dead]);
    await expect(repeatable.client.createFlag(flag)).rejects.toMatchObject({ code: 'unavailable' });
    const keys = repeatable.sent.map(({ init }) => new Headers(init.headers).get('idempotency-key'));
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);

    const other = clientWith([dead]);
    await expect(other.client.createKey({ name: 'n', role: 'viewer' })).rejects.toMatchObject({ code: 'unavailable' });
    expect(other.sent).toHaveLength(1);
  });

  it('does not try again what its caller has given up', async () => {
    const { client, sent } = clientWith([dead]);
    await expect(client.evaluateFlag({ key: 'f' }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(sent).toHaveLength(1);
  });

  it('rebuilds the error the cloud threw, with what it knows more', async () => {
    const problem = { code: 'conflict', detail: 'stale', status: 409, currentVersion: 7, requestId: 'r' };
    const { client } = clientWith([json(problem, 409)]);
    await expect(client.archiveFlag({ key: 'f' })).rejects.toMatchObject({
      code: 'conflict',
      message: 'stale',
      extra: { currentVersion: 7, requestId: 'r' },
    });
  });

  it('does not trust a code it has never heard of', async () => {
    const { client } = clientWith([json({ code: 'teapot' }, 418)]);
    await expect(client.archiveFlag({ key: 'f' })).rejects.toMatchObject({ code: 'internal' });
  });
});
