import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divide, isCovered, shareOf } from '../../src/flags/bucketing.ts';
import { bucketOf, compileRuleset, evaluate, murmur3 } from '../../src/flags/index.ts';
import { compiled, flagWith, served } from './support.ts';

const splitFlag = (coverage: number) =>
  flagWith({
    key: 'split',
    salt: 'new-fixer-prompt',
    variants: { a: 'A', b: 'B', c: 'C', none: 'N' },
    offVariant: 'none',
    fallthrough: {
      split: [
        { variant: 'a', weight: 50 },
        { variant: 'b', weight: 30 },
        { variant: 'c', weight: 20 },
      ],
      coverage,
    },
  });

describe('the bucketing table of the contract', () => {
  it.each([
    ['alice', 1035766741, 24115, { 100: 'a', 60: 'a', 25: 'none' }],
    ['bob', 2110954886, 49149, { 100: 'a', 60: 'none', 25: 'none' }],
    ['dave', 2339997370, 54482, { 100: 'b', 60: 'b', 25: 'b' }],
    ['zoë', 3054526627, 71118, { 100: 'b', 60: 'none', 25: 'none' }],
    ['u-42', 2831236615, 65919, { 100: 'b', 60: 'b', 25: 'none' }],
  ])('%s', (unit, hash, bucket, variants) => {
    expect(murmur3(`new-fixer-prompt/${unit}`)).toBe(hash);
    expect(bucketOf(hash)).toBe(bucket);
    for (const [coverage, variant] of Object.entries(variants)) {
      expect(served(splitFlag(Number(coverage)), { context: { userId: unit } })).toMatchObject({
        variant,
        reason: 'SPLIT',
        bucket,
        metadata: { rolloutPercentage: Number(coverage) },
      });
    }
  });

  it('hashes with the key where no salt is set', () => {
    const { salt, ...flag } = splitFlag(25);
    expect(salt).toBe('new-fixer-prompt');
    expect(served({ ...flag, key: 'new-fixer-prompt' }, { context: { userId: 'dave' } })).toMatchObject({
      variant: 'b',
      bucket: 54482,
    });
  });
});

describe('a split', () => {
  const weights = fc
    .array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 100 })
    .filter((list) => list.some((weight) => weight > 0));
  const coverage = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double({ min: 0, max: 100, noNaN: true }));
  const anyHash = fc.integer({ min: 0, max: 0xffffffff });

  /** Hashes at and beside every border, where rounding would show. */
  const borderHashes = (list: number[], fraction: number) => {
    const total = list.reduce((sum, weight) => sum + weight, 0);
    let before = 0;
    return list.flatMap((weight) => {
      const borders = [before, before + weight * fraction].map((at) => Math.round((at / total) * 2 ** 32));
      before += weight;
      return borders.flatMap((at) => [at - 1, at, at + 1]).filter((at) => at >= 0 && at < 2 ** 32);
    });
  };

  const divided = (list: number[], percent: number) =>
    divide(
      list.map((weight, item) => ({ item, weight })),
      percent,
    );

  const variantOf = (list: number[], percent: number, hash: number) => {
    const division = divided(list, percent);
    const share = shareOf(division, hash);
    return share && isCovered(division, share, hash) ? share.item : undefined;
  };

  it('leaves no unit out at coverage 100, and none in at coverage 0', () => {
    fc.assert(
      fc.property(weights, anyHash, (list, hash) => {
        for (const at of [hash, 0, 0xffffffff, ...borderHashes(list, 1)]) {
          expect(variantOf(list, 100, at)).toBeDefined();
          expect(variantOf(list, 0, at)).toBeUndefined();
        }
      }),
    );
  });

  it('never serves a variant of weight 0', () => {
    fc.assert(
      fc.property(weights, coverage, anyHash, (list, percent, hash) => {
        for (const at of [hash, 0, 0xffffffff, ...borderHashes(list, percent / 100)]) {
          const variant = variantOf(list, percent, at);
          expect(variant === undefined || (list[variant] ?? 0) > 0).toBe(true);
        }
      }),
    );
  });

  it('moves nobody who was in when coverage is raised', () => {
    fc.assert(
      fc.property(weights, coverage, coverage, anyHash, (list, one, other, hash) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        for (const at of [hash, ...borderHashes(list, low / 100), ...borderHashes(list, high / 100)]) {
          const before = variantOf(list, low, at);
          if (before !== undefined) expect(variantOf(list, high, at)).toBe(before);
        }
      }),
    );
  });

  it('is the formula of the contract in exact arithmetic', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 0, max: 100 }), anyHash, (list, percent, hash) => {
        for (const at of [hash, 0, 0xffffffff, ...borderHashes(list, percent / 100)]) {
          expect(variantOf(list, percent, at)).toBe(exactVariant(list, percent, at));
        }
      }),
    );
  });

  it('serves each variant within 1 % of its weight over 100,000 units', () => {
    const ruleset = compiled(splitFlag(100), { ...splitFlag(40), key: 'part', salt: 'part' });
    const counts: Record<string, Record<string, number>> = { split: {}, part: {} };
    for (let i = 0; i < 100_000; i++) {
      for (const [key, tally] of Object.entries(counts)) {
        const variant = evaluate(ruleset, key, { userId: `user-${i}` }, { nowMs: 0 })?.variant ?? '';
        tally[variant] = (tally[variant] ?? 0) + 1;
      }
    }
    const expected = {
      split: { a: 50_000, b: 30_000, c: 20_000 },
      part: { a: 20_000, b: 12_000, c: 8_000, none: 60_000 },
    };
    for (const [key, shares] of Object.entries(expected)) {
      for (const [variant, share] of Object.entries(shares)) {
        expect(Math.abs((counts[key]?.[variant] ?? 0) - share)).toBeLessThan(1000);
      }
    }
  });

  it('reports buckets from 0 to 99999', () => {
    expect([0, 42949, 42950, 2 ** 31, 0xffffffff].map(bucketOf)).toEqual([0, 0, 1, 50_000, 99_999]);
  });

  it.each([
    ['weights that sum to 0', [{ variant: 'on', weight: 0 }]],
    ['no weights', []],
    [
      'a weight below 0',
      [
        { variant: 'on', weight: -1 },
        { variant: 'off', weight: 2 },
      ],
    ],
    [
      'a part of a weight',
      [
        { variant: 'on', weight: 0.5 },
        { variant: 'off', weight: 2 },
      ],
    ],
  ])('cannot be read with %s', (_, split) => {
    const ruleset = compileRuleset({ revision: 1, flags: [{ ...flagWith(), fallthrough: { split } }] });
    expect([...(ruleset?.unreadable.keys() ?? [])]).toEqual(['new-fixer-prompt']);
  });
});

function exactVariant(weights: number[], coverage: number, hash: number): number | undefined {
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  let before = 0n;
  for (const [i, plain] of weights.entries()) {
    const weight = BigInt(plain);
    const point = BigInt(hash) * total * 100n;
    if (before * 100n * 2n ** 32n <= point && point < (before * 100n + weight * BigInt(coverage)) * 2n ** 32n) return i;
    before += weight;
  }
  return undefined;
}
