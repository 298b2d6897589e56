import type { FlagDefinition } from '@whetstone/shared/contract';
import { withoutVariant } from '@whetstone/shared/flags';
import { expect, it } from 'vitest';
import { variantsServed, withFormer } from '../../src/features/guidance/flag-definition.ts';

type Parts = [variant: string, weight: number][];

const flag = (parts: Parts, change: Partial<FlagDefinition> = {}): FlagDefinition => ({
  key: 'guidance',
  enabled: true,
  type: 'json',
  variants: { none: null, g1: { version: 'g1', rules: [] }, g2: { version: 'g2', rules: [] } },
  offVariant: 'none',
  rules: [],
  fallthrough: { split: parts.map(([variant, weight]) => ({ variant, weight })) },
  salt: 'guidance',
  ...change,
});
const back = (was: FlagDefinition, former: FlagDefinition, version: string) => {
  const { definition, instead } = withFormer({ was, without: withoutVariant(was, version)!, former }, version);
  const { fallthrough } = definition;
  return {
    parts: 'split' in fallthrough && fallthrough.split.map(({ variant, weight }) => [variant, weight]),
    instead,
  };
};

it('gives each part of the range back what it had, and leaves all other parts and the hold-out alone', () => {
  const former = flag([
    ['g1', 3_000],
    ['none', 6_500],
    ['none', 500],
  ]);
  const was = flag([
    ['g2', 5_000],
    ['none', 4_500],
    ['none', 500],
  ]);
  expect(back(was, former, 'g2')).toEqual({
    parts: [
      ['g1', 3_000],
      ['none', 6_500],
      ['none', 500],
    ],
    instead: ['g1'],
  });
});

it('gives nothing where nothing was before, or where one of the two flags is no split of ours', () => {
  const was = flag([
    ['g2', 5_000],
    ['none', 4_500],
    ['none', 500],
  ]);
  const empty = flag([
    ['none', 9_500],
    ['none', 500],
  ]);
  const nothing = {
    parts: [
      ['none', 9_500],
      ['none', 500],
    ],
    instead: [],
  };
  expect(back(was, empty, 'g2')).toEqual(nothing);
  const byRepo = flag([], { fallthrough: { split: [{ variant: 'g1', weight: 1 }], by: 'repoId' } });
  expect(back(was, byRepo, 'g2').instead).toEqual([]);
  expect(back(was, flag([], { fallthrough: { variant: 'none' } }), 'g2').instead).toEqual([]);
});

it('gives back no variant that the flag has lost since', () => {
  const former = flag([
    ['g1', 9_500],
    ['none', 500],
  ]);
  const was = flag(
    [
      ['g2', 9_500],
      ['none', 500],
    ],
    { variants: { none: null, g2: { version: 'g2', rules: [] } } },
  );
  expect(back(was, former, 'g2').instead).toEqual([]);
});

it('counts as served what a rule, an override or the rest of a split serves, and nothing of a flag that is off', () => {
  const by = (change: Partial<FlagDefinition>) => [...variantsServed(flag([], change))].toSorted();
  expect(by({ fallthrough: { split: [{ variant: 'g1', weight: 0 }], otherwise: 'g2' } })).toEqual(['g2']);
  expect(
    by({
      fallthrough: { variant: 'none' },
      rules: [{ id: 'r', when: [], serve: { variant: 'g1' } }],
      overrides: [{ attribute: 'userId', values: ['user-1'], variant: 'g2' }],
    }),
  ).toEqual(['g1', 'g2', 'none']);
  expect(by({ enabled: false, fallthrough: { variant: 'g1' } })).toEqual([]);
});
