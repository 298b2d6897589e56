import { describe, expect, it } from 'vitest';
import { requestsLeft, retryAfterMs } from '../../../src/solvers/model/retry-after.ts';

const now = Date.UTC(2026, 0, 1, 12, 0, 0);
const headers =
  (values: Record<string, string>) =>
  (name: string): string | null =>
    values[name] ?? null;

describe('how long an endpoint asks to stay away', () => {
  it.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['parts of seconds', { 'retry-after': '0.25' }, 250],
    ['no time at all', { 'retry-after': '0' }, 0],
    ['a date', { 'retry-after': 'Thu, 01 Jan 2026 12:00:30 GMT' }, 30_000],
    ['a date that is over', { 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }, 0],
    ['milliseconds, before the rounded seconds', { 'retry-after-ms': '1200', 'retry-after': '2' }, 1200],
    ['a reset as a duration', { 'x-ratelimit-reset-requests': '1m30.5s' }, 90_500],
    ['a reset in milliseconds', { 'x-ratelimit-reset-tokens': '20ms' }, 20],
    ['hours and minutes', { 'x-ratelimit-reset-requests': '1h2m3s' }, 3_723_000],
    ['a reset in seconds', { 'x-ratelimit-reset': '12' }, 12_000],
    ['a reset in seconds since 1970', { 'x-ratelimit-reset': String(now / 1000 + 5) }, 5000],
    ['a reset in milliseconds since 1970', { 'x-ratelimit-reset': String(now + 1500) }, 1500],
    ['a reset as an ISO date', { 'anthropic-ratelimit-requests-reset': '2026-01-01T12:00:10Z' }, 10_000],
    [
      'the window that is used up, not the other',
      {
        'x-ratelimit-remaining-requests': '99',
        'x-ratelimit-reset-requests': '8s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '3s',
      },
      3000,
    ],
    [
      'the earliest, where none is said to be used up',
      { 'x-ratelimit-reset-requests': '8s', 'x-ratelimit-reset-tokens': '3s' },
      3000,
    ],
    ['nothing', {}, undefined],
    ['nothing one could read', { 'retry-after': 'soon', 'x-ratelimit-reset': '-' }, undefined],
    ['less than nothing', { 'retry-after': '-5' }, undefined],
  ])('reads %s', (_, values, expected) => {
    expect(retryAfterMs(headers(values as Record<string, string>), now)).toBe(expected);
  });

  it('reads how many requests are left, and until when', () => {
    const read = headers({ 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '6s' });
    expect(requestsLeft(read, now)).toEqual({ remaining: 3, resetMs: 6000 });
    expect(requestsLeft(headers({ 'x-ratelimit-remaining-requests': '3' }), now)).toBeUndefined();
  });
});
