import { expect, it } from 'vitest';
import { sizeOf } from '../../bench/harness/bundle-size.ts';

/** Bytes, minified: a little above what it takes. To be lowered with it, and raised for a feature alone. */
it.each([
  ['compileRuleset, decide', 21_200],
  ['compileRuleset, evaluate', 31_350],
])('a client that loads %s loads at most %i bytes', async (names, limit) => {
  const { minified } = await sizeOf(names);
  expect(minified).toBeLessThanOrEqual(limit);
  // A bundle without what was asked for is small too.
  expect(minified).toBeGreaterThan(limit * 0.9);
});
