import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { afterAttempt, maxAttempts } from '../../src/features/webhooks/after-attempt.ts';
import { eventBody, maxBodyBytes } from '../../src/features/webhooks/event-body.ts';
import { silenceAfter, type Silence } from '../../src/features/webhooks/rest.ts';
import { newSecret, signatureHeaders } from '../../src/features/webhooks/signature.ts';

const first = { event: 'regression.alert', attempt: 1, failuresInRow: 0 };
const hourMs = 3_600_000;

describe('after an attempt', () => {
  it.each([200, 201, 204, 299])('that was answered %d, the delivery has arrived', (status) => {
    expect(afterAttempt(first, { status }, 0)).toEqual({ kind: 'delivered' });
  });

  it.each([
    [{ status: 500 }, 'answered 500'],
    [{ status: 404 }, 'answered 404'],
    [{ status: 302 }, 'answered 302; redirects are not followed'],
    [{ status: undefined, problem: 'hooks.example cannot be reached' }, 'hooks.example cannot be reached'],
    [{ status: undefined }, 'there was no answer'],
  ])('that came to %j, another one follows', (attempted, problem) => {
    expect(afterAttempt(first, attempted, 0.5)).toEqual({ kind: 'again', problem, delayMs: 10_000 });
  });

  it('pauses grow threefold, and all of them together are about a day, whatever chance says', () => {
    const pauses = (chance: number) =>
      Array.from({ length: maxAttempts - 1 }, (_, i) => {
        const next = afterAttempt({ ...first, attempt: i + 1 }, { status: 503 }, chance);
        return next.kind === 'again' ? next.delayMs : Number.NaN;
      });
    expect(pauses(0.5).slice(0, 4)).toEqual([10_000, 30_000, 90_000, 270_000]);
    for (const chance of [0, 0.5, 0.999]) {
      const sumMs = pauses(chance).reduce((sum, pause) => sum + pause, 0);
      expect(sumMs).toBeGreaterThan(24 * hourMs);
      expect(sumMs).toBeLessThan(31 * hourMs);
    }
  });

  it('that was the last, the delivery is given up, and the tenth in a row turns the webhook off', () => {
    const last = { ...first, attempt: maxAttempts };
    expect(afterAttempt(last, { status: 500 }, 0)).toEqual({
      kind: 'failed',
      problem: 'answered 500',
      turnOff: undefined,
    });
    expect(afterAttempt({ ...last, failuresInRow: 8 }, { status: 500 }, 0)).toMatchObject({ turnOff: undefined });
    expect(afterAttempt({ ...last, failuresInRow: 9 }, { status: 500 }, 0)).toMatchObject({
      turnOff: '10 deliveries in a row failed; the last one: answered 500',
    });
  });

  it('that was answered 410, the webhook is turned off at once', () => {
    expect(afterAttempt(first, { status: 410 }, 0)).toMatchObject({
      kind: 'failed',
      turnOff: expect.stringContaining('410 Gone') as string,
    });
  });

  it('that was refused, and after a ping, there is no other', () => {
    const refused = { status: undefined, problem: 'this address is not called', isRefused: true };
    expect(afterAttempt(first, refused, 0)).toMatchObject({ kind: 'failed', problem: 'this address is not called' });
    const ping = { event: 'ping', attempt: 1, failuresInRow: 9 };
    expect(afterAttempt(ping, { status: 500 }, 0)).toMatchObject({ kind: 'failed', turnOff: undefined });
  });
});

describe('a receiver that does not answer', () => {
  const endedAt = new Date('2026-01-02T03:04:05Z');
  const awake: Silence = { silentInRow: 0, restingUntil: null };
  const restS = ({ restingUntil }: Silence) => (restingUntil!.getTime() - endedAt.getTime()) / 1_000;

  it('rests twice as long each time, up to ten minutes', () => {
    const rests: number[] = [];
    let standing = awake;
    for (let call = 0; call < 100; call++) {
      standing = silenceAfter(standing, { hasAnswered: false, silentBefore: standing.silentInRow, endedAt });
      rests.push(restS(standing));
    }
    expect(rests.slice(0, 9)).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600]);
    expect(rests.at(-1)).toBe(600);
  });

  it('counts calls of the same moment once', () => {
    const once = silenceAfter(awake, { hasAnswered: false, silentBefore: 0, endedAt });
    expect(silenceAfter(once, { hasAnswered: false, silentBefore: 0, endedAt })).toBe(once);
  });

  it('that answers is awake at once, whatever it answers', () => {
    const silent = { silentInRow: 7, restingUntil: endedAt };
    expect(silenceAfter(silent, { hasAnswered: true, silentBefore: 7, endedAt })).toEqual(awake);
  });
});

describe('the body of an event', () => {
  const at = new Date('2026-01-02T03:04:05.678Z');

  it('has its type, its time and its data', () => {
    expect(JSON.parse(eventBody({ type: 'rollback.done', at, data: { flag: 'x' } }))).toEqual({
      type: 'rollback.done',
      timestamp: '2026-01-02T03:04:05.678Z',
      data: { flag: 'x' },
    });
  });

  it('that would be too large leaves the large members out and names them', () => {
    const data = { runId: 'r-1', problems: Array.from({ length: 60_000 }, (_, i) => `p-${i}`), missing: undefined };
    const body = eventBody({ type: 'regression.alert', at, data });
    expect(JSON.parse(body)).toMatchObject({ data: { runId: 'r-1', omitted: ['problems'] } });
  });

  it('is never too large', () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`name-${i}`, i]));
    const wide = { text: '☃'.repeat(maxBodyBytes / 3) };
    for (const data of [many, wide, { ...many, ...wide }]) {
      expect(Buffer.byteLength(eventBody({ type: 'regression.alert', at, data }))).toBeLessThanOrEqual(maxBodyBytes);
    }
  });
});

describe('the signature of a delivery', () => {
  it("is the one that Standard Webhooks' own library finds right, and no other secret or body has it", () => {
    const secret = newSecret();
    const body = '{"type":"ping","data":{"text":"Ünï ☃"}}';
    const headers = signatureHeaders({ id: 'msg-1', body, secret, at: new Date() });
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow();
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
    expect(() => new Webhook(secret).verify(body, { ...headers, 'webhook-id': 'msg-2' })).toThrow();
  });

  it('has secrets of 32 bytes, no two alike', () => {
    const secrets = Array.from({ length: 10 }, newSecret);
    expect(new Set(secrets).size).toBe(10);
    for (const secret of secrets) expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
  });
});
