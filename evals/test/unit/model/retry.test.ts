import { describe, expect, it } from 'vitest';
import { CallFault } from '../../../src/solvers/model/call-fault.ts';
import { defaultRetryPolicy as policy, nextWait, withRetries } from '../../../src/solvers/model/retry.ts';
import { fakeClock } from './fake-clock.ts';

const broke = new CallFault('broke');
const refusal = (retryAfterMs?: number) => new CallFault('refused', { refused: true, retryAfterMs });

describe('waiting for the next try', () => {
  const wait = (broken: number, random: number, fault = broke) =>
    nextWait(policy, { broken, refused: 0, startedAt: 0 }, fault, 0, () => random);

  it('doubles its upper bound with every failure, up to a limit, and takes any part of it', () => {
    expect([1, 2, 3, 4].map((broken) => wait(broken, 1))).toEqual(
      [500, 1000, 2000, 4000].map((waitMs) => ({ waitMs })),
    );
    expect(wait(7, 1)).toEqual({ waitMs: 30_000 });
    expect(wait(3, 0)).toEqual({ waitMs: 0 });
    expect(wait(3, 0.5)).toEqual({ waitMs: 1000 });
  });

  it('never comes back before it was asked to, however lucky the draw', () => {
    expect(wait(1, 0, refusal(7000))).toEqual({ waitMs: 7000 });
    expect(wait(1, 1, refusal(7000))).toEqual({ waitMs: 7500 });
  });

  it('gives up after so many broken calls, and refusals do not count as such', () => {
    expect(wait(policy.maxTries, 0)).toEqual({ giveUp: '8 calls broke' });
    const refused = (count: number) =>
      nextWait(policy, { broken: 0, refused: count, startedAt: 0 }, refusal(), 0, () => 0);
    expect(refused(policy.maxRefusals - 1)).toEqual({ waitMs: 0 });
    expect(refused(policy.maxRefusals)).toEqual({ giveUp: '60 calls were refused for the rate' });
  });

  it('gives up at once where it is asked to wait beyond its deadline', () => {
    expect(wait(1, 0, refusal(24 * 3_600_000))).toEqual({
      giveUp: '900 s are over or would be, and the endpoint asks to wait 86400 s',
    });
  });
});

describe('trying until it answers', () => {
  const setUp = () => {
    const time = fakeClock();
    const stop = new AbortController();
    return { ...time, stop, context: { policy, clock: time.clock, random: () => 1, signal: stop.signal } };
  };

  it('answers what the first whole call says', async () => {
    const { context, advance } = setUp();
    let calls = 0;
    const answer = withRetries(context, async () => {
      calls += 1;
      if (calls < 3) throw broke;
      return 'yes';
    });
    await advance(1500);
    await expect(answer).resolves.toBe('yes');
    expect(calls).toBe(3);
  });

  it('says that there is no answer, and why, after its last try', async () => {
    const { context, advance } = setUp();
    let calls = 0;
    const answer = withRetries(context, async () => {
      calls += 1;
      throw broke;
    });
    const outcome = expect(answer).rejects.toMatchObject({
      code: 'unavailable',
      message: 'no answer: 8 calls broke; last: broke',
    });
    await advance(3_600_000);
    await outcome;
    expect(calls).toBe(8);
  });

  it('bears more refusals than broken calls', async () => {
    const { context, advance } = setUp();
    let calls = 0;
    const answer = withRetries(context, async () => {
      calls += 1;
      if (calls < 20) throw refusal(100);
      return 'yes';
    });
    await advance(60_000);
    await expect(answer).resolves.toBe('yes');
    expect(calls).toBe(20);
  });

  it('does not try again what no second try mends', async () => {
    const { context } = setUp();
    let calls = 0;
    const wrong = new Error('wrong key');
    const answer = withRetries(context, async () => {
      calls += 1;
      throw wrong;
    });
    await expect(answer).rejects.toBe(wrong);
    expect(calls).toBe(1);
  });

  it('stops waiting when it is told to', async () => {
    const { context, stop, settle } = setUp();
    const answer = withRetries(context, async () => {
      throw refusal(60_000);
    });
    await settle();
    stop.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
  });
});
