import { describe, expect, it } from 'vitest';
import { murmur3 } from '../../src/flags/index.ts';
import { flagWith, served } from './support.ts';

// flagd-testbed, evaluator/gherkin/fractional.feature: four suits of 25 each, in this order.
const variants = { clubs: 'clubs', diamonds: 'diamonds', hearts: 'hearts', spades: 'spades' };
const suits = Object.keys(variants).map((variant) => ({ variant, weight: 25 }));
const flag = flagWith({ variants, offVariant: 'clubs', fallthrough: { split: suits, hash: 'flagd' } });

describe('a split by the hash of flagd', () => {
  it.each([
    ['fractional-flag', 'jack', 2682799072, 62, 'hearts'],
    ['fractional-flag', 'queen', 4278517551, 99, 'spades'],
    ['fractional-flag', 'ten', 801845258, 18, 'clubs'],
    ['fractional-flag', 'nine', 1406129861, 32, 'diamonds'],
    ['fractional-flag', '3', 604371928, 14, 'clubs'],
    ['shared-seed', 'seven', 2854277753, 66, 'hearts'],
    ['shared-seed', 'eight', 1563615273, 36, 'diamonds'],
    ['shared-seed', 'nine', 803549583, 18, 'clubs'],
    ['shared-seed', 'two', 3695917884, 86, 'spades'],
  ])('puts %s%s where flagd puts it', (salt, userId, hash, ofHundred, variant) => {
    expect(murmur3(salt + userId)).toBe(hash);
    const byKey = served({ ...flag, key: salt }, { context: { userId } });
    const bySalt = served({ ...flag, salt }, { context: { userId } });
    for (const answer of [byKey, bySalt]) {
      expect(answer).toMatchObject({ variant, reason: 'SPLIT' });
      expect(Math.floor(answer.bucket! / 1_000)).toBe(ofHundred);
    }
  });

  it.each([
    ['ejOoVL', 0, 'lower'],
    ['bY9fO-', 1, 'lower'],
    ['SI7p-', 2147483647, 'lower'],
    ['6LvT0', 2147483648, 'upper'],
    ['ceQdGm', 4294967295, 'upper'],
  ])('halves at the edges as flagd does: %s', (text, hash, variant) => {
    expect(murmur3(text)).toBe(hash);
    const halves = {
      variants: { lower: 1, upper: 2 },
      offVariant: 'lower',
      fallthrough: { split: ['lower', 'upper'].map((one) => ({ variant: one, weight: 50 })), hash: 'flagd' as const },
    };
    const [salt = '', ...rest] = text;
    expect(served({ ...flagWith(halves), salt }, { context: { userId: rest.join('') } }).variant).toBe(variant);
  });

  it('is another than ours, which puts a stroke between', () => {
    const { fallthrough: _, ...parts } = flag;
    const ours = { ...parts, salt: 'fractional-flag', fallthrough: { split: suits } };
    expect(served(ours, { context: { userId: 'jack' } }).bucket).toBe(
      Math.floor((murmur3('fractional-flag/jack') * 100_000) / 2 ** 32),
    );
  });
});
