import { describe, expect, it } from 'vitest';
import { parseRetryAfter, retryDelayMs } from '../../src/offline/retry-pace.ts';

const [least, most] = [() => 0, () => 1];

describe('the pause after failures', () => {
  it('is anywhere between a second and a limit that doubles up to 30 s', () => {
    const limits = [1, 2, 3, 4, 5, 6, 100, 5_000].map((failures) => retryDelayMs(failures, most));
    expect(limits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
    expect([1, 5, 5_000].map((failures) => retryDelayMs(failures, least))).toEqual([1_000, 1_000, 1_000]);
  });

  it('spreads clients over the whole of it', () => {
    expect(retryDelayMs(3, () => 0.5)).toBe(4_500);
  });

  it('is as long as the server asks, within reason', () => {
    expect(retryDelayMs(1, least, 12_000)).toBe(12_000);
    expect(retryDelayMs(1, least, 86_400_000)).toBe(300_000);
    expect(retryDelayMs(1, most, 500)).toBe(2_000);
  });

  it.each([
    ['12', 12_000],
    ['0', 0],
    ['soon', undefined],
    ['-5', undefined],
    [null, undefined],
  ])('reads Retry-After %s as %s', (header, delayMs) => {
    expect(parseRetryAfter(header)).toBe(delayMs);
  });
});
