import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { formatApiKey, newApiKey, parseApiKey } from '@whetstone/shared/keys';

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

describe('an API key', () => {
  it('is read back as it was made', () => {
    for (let i = 0; i < 200; i++) {
      const key = newApiKey(randomBytes);
      expect(parseApiKey(formatApiKey(key))).toEqual(key);
    }
  });

  it('ends in the CRC-32 of what stands before, in base62', () => {
    const text = formatApiKey({ selector: 'fakeSelector', secret: 'fakeSecretOfNobody0123456789abcd' });
    const sum = text
      .slice(-6)
      .split('')
      .reduce((total, digit) => total * 62 + base62.indexOf(digit), 0);
    expect(sum).toBe(crc32(text.slice(0, -6)));
  });

  it('pads a small checksum with zeros', () => {
    const texts = Array.from({ length: 2_000 }, () => formatApiKey(newApiKey(randomBytes)));
    expect(new Set(texts.map((text) => text.length))).toEqual(new Set([4 + 12 + 1 + 32 + 6]));
    expect(texts.some((text) => text.at(-6) === '0')).toBe(true);
  });

  it('is refused with any one character changed', () => {
    const text = formatApiKey(newApiKey(randomBytes));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...base62, '_', ' '), (at, other) => {
        fc.pre(text[at] !== other);
        return parseApiKey(text.slice(0, at) + other + text.slice(at + 1)) === undefined;
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['', 'wsk_', 'wsk_wrong_wrong', 'sk-abc', `wsk_${'a'.repeat(51)}`])('is not %j', (text) => {
    expect(parseApiKey(text)).toBeUndefined();
  });

  it('uses all digits about equally', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 2_000; i++)
      for (const digit of newApiKey(randomBytes).secret) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    const expected = (2_000 * 32) / 62;
    // Chi-square with 61 degrees of freedom: 130 is beyond the 1e-6 quantile.
    const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    expect(counts.size).toBe(62);
    expect(chiSquare).toBeLessThan(130);
  });
});
