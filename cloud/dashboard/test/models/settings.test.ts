import { describe, expect, it } from 'vitest';
import { mergeOfSettings, withContext, withPrice } from '../../src/models/settings/model.ts';
import { settingsOf } from './support.ts';

const base = settingsOf({
  deny: ['old'],
  prices: { one: { inputUsdPerMillion: 1, outputUsdPerMillion: 2 } },
});

describe('two people at the settings of models', () => {
  it('deny, price and explore each their own, and all of it holds', () => {
    const mine = { ...withPrice(base, 'two', 'inputUsdPerMillion', 5), deny: ['old', 'mine'] };
    const theirs = { ...base, deny: ['theirs'], exploration: { ...base.exploration, enabled: true } };
    const { rows, rebased } = mergeOfSettings(base, mine, theirs);
    expect(rows.map(({ place, by }) => `${place}: ${by}`).sort()).toEqual([
      'deny/mine: mine',
      'deny/old: theirs',
      'deny/theirs: theirs',
      'exploration/enabled: theirs',
      'prices/two: mine',
    ]);
    expect(rebased).toEqual({
      ...base,
      deny: ['theirs', 'mine'],
      prices: { ...base.prices, two: { inputUsdPerMillion: 5 } },
      exploration: { ...base.exploration, enabled: true },
    });
  });

  it('set the margin differently: it is named, and mine goes on top', () => {
    const { rows, rebased } = mergeOfSettings(base, { ...base, margin: 0.1 }, { ...base, margin: 0.05 });
    expect(rows).toEqual([{ place: 'margin', base: 0.03, mine: 0.1, theirs: 0.05, by: 'clash' }]);
    expect(rebased).toEqual({ ...base, margin: 0.1 });
  });

  it('go from nobody in particular to a list: that is one thing', () => {
    const { rebased } = mergeOfSettings(base, { ...base, allow: ['a'] }, { ...base, incumbent: 'b' });
    expect(rebased).toEqual({ ...base, allow: ['a'], incumbent: 'b' });
  });
});

it('an entry of prices goes with its last price, and is no property of every object', () => {
  const emptied = withPrice(
    withPrice(base, 'one', 'inputUsdPerMillion', undefined),
    'one',
    'outputUsdPerMillion',
    undefined,
  );
  expect(emptied.prices).toEqual({});
  expect(withContext(withContext(base, 'one', 8_000), 'one', undefined).contextTokens).toEqual({});
  expect(Object.keys(withPrice(base, '__proto__', 'inputUsdPerMillion', 3).prices)).toEqual(['one', '__proto__']);
});
