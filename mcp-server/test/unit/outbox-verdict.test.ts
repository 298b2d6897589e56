import { expect, it } from 'vitest';
import { verdictOf } from '../../src/offline/outbox/verdict.ts';

const origin = { url: 'http://cloud.test', apiKey: 'wsk_selector1234_secret', selector: 'selector1234' };
const verdict = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  verdictOf(
    { status, headers: new Headers(headers), body: typeof body === 'string' ? body : JSON.stringify(body) },
    origin,
    ({ accepted }) => accepted === 1,
  );
const told = { code: 'invalid', detail: 'exposures: expected a list' };

it.each([
  [200, { accepted: 1 }, 'delivered'],
  [201, { accepted: 1 }, 'delivered'],
  [400, told, 'refused'],
  [409, { code: 'conflict' }, 'refused'],
  [413, { code: 'payload_too_large' }, 'refused'],
  [401, { code: 'unauthorized' }, 'stopped'],
  [403, { code: 'forbidden' }, 'stopped'],
  [302, '', 'stopped'],
  [404, { code: 'not_found' }, 'later'],
  [408, '', 'later'],
  [429, { code: 'rate_limited' }, 'later'],
  [500, { code: 'internal' }, 'later'],
  [502, '<h1>Bad gateway</h1>', 'later'],
  [503, { code: 'unavailable' }, 'later'],
])('HTTP %i with %j means %s', (status, body, kind) => {
  expect(verdict(status, body)).toMatchObject({ kind });
});

it.each([200, 401, 403, 404, 407])(
  'neither swallows nor sets aside a record because something that is not Whetstone answers %i',
  (status) => {
    expect(verdict(status, '<h1>Log in to our network</h1>')).toMatchObject({
      kind: 'later',
      reason: expect.stringContaining('WHETSTONE_URL'),
    });
  },
);

it.each([{}, [], { ok: true }, { error: 'no such route' }])(
  'does not take %j for an answer, though it is JSON and comes with 200',
  (body) => {
    expect(verdict(200, body)).toMatchObject({ kind: 'later', reason: expect.stringContaining('WHETSTONE_URL') });
  },
);

it('says what the cloud said, and waits as long as it asks for', () => {
  expect(verdict(400, told)).toEqual({ kind: 'refused', reason: 'HTTP 400 invalid: exposures: expected a list' });
  expect(verdict(429, '', { 'retry-after': '7' })).toMatchObject({ retryAfterMs: 7_000, onlyThis: false });
  expect(verdict(401, { code: 'unauthorized' })).toMatchObject({
    reason: expect.stringContaining('WHETSTONE_API_KEY'),
  });
  expect(verdict(301, '', { location: 'https://new.test' })).toMatchObject({
    reason: expect.stringContaining('https://new.test'),
  });
});
