import fc from 'fast-check';
import { FlagDraft, type EvaluationContext, type FlagDefinition } from '../../src/contract/flags.ts';

export const variantNames = ['off', 'a', 'b', 'c'] as const;
const variant = fc.constantFrom(...variantNames);
const attribute = fc.constantFrom('userId', 'repoId', 'taskId', 'plan');
/** Few and close together, so that contexts fall before, between and after them. */
const instant = fc.nat(20).map((day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString());

const serve = fc.oneof(
  fc.record({ variant }),
  fc.record(
    {
      split: fc
        .array(fc.record({ variant, weight: fc.nat(50) }), { minLength: 1, maxLength: 4 })
        .filter((shares) => shares.some(({ weight }) => weight > 0)),
      coverage: fc.constantFrom(0, 10, 33.3, 60, 100),
      otherwise: variant,
      by: attribute,
      sticky: attribute,
      hash: fc.constant('flagd' as const),
    },
    { requiredKeys: ['split'] },
  ),
);
const condition = fc.record(
  {
    attribute,
    op: fc.constant('in' as const),
    values: fc.uniqueArray(fc.constantFrom('1', '2', '3', '4', '5'), { minLength: 1, maxLength: 4 }),
    negate: fc.boolean(),
  },
  { requiredKeys: ['attribute', 'op', 'values'] },
);
const rules = fc
  .uniqueArray(fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5'), { maxLength: 4 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) => fc.record({ id: fc.constant(id), when: fc.array(condition, { maxLength: 2 }), serve })),
    ),
  );
const override = fc.record(
  {
    attribute,
    values: fc.uniqueArray(fc.constantFrom('1', '2', '3', '4', '5'), { minLength: 1, maxLength: 3 }),
    variant,
    expiresAt: instant,
  },
  { requiredKeys: ['values', 'variant'] },
);
const rollout = fc
  .record({
    steps: fc.uniqueArray(fc.record({ at: instant, coverage: fc.nat(100) }), {
      selector: ({ at }) => at,
      minLength: 1,
      maxLength: 3,
    }),
    isPaused: fc.boolean(),
    pausedAt: instant,
  })
  .map(({ steps, isPaused, pausedAt }) => ({
    steps: steps.toSorted((one, other) => (one.at < other.at ? -1 : 1)),
    ...(isPaused && { pausedAt }),
  }));

/** Any flag that the schema accepts, prerequisites and segments apart. */
export const definition: fc.Arbitrary<FlagDefinition> = fc
  .record(
    {
      key: fc.constant('any'),
      enabled: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
      variants: fc.tuple(fc.jsonValue(), fc.jsonValue()).map(([a, b]) => ({ off: false, a, b, c: { deep: [a] } })),
      offVariant: variant,
      rules,
      fallthrough: serve,
      overrides: fc.array(override, { maxLength: 2 }),
      rollout,
      schedule: fc.array(
        fc.record({
          at: instant,
          set: fc.record({ enabled: fc.boolean(), rules, fallthrough: serve }, { requiredKeys: ['fallthrough'] }),
        }),
        { maxLength: 3 },
      ),
      salt: fc.constantFrom('s', 'another'),
    },
    { requiredKeys: ['key', 'enabled', 'variants', 'offVariant', 'rules', 'fallthrough'] },
  )
  .map((draft) => FlagDraft.safeParse(draft))
  .filter(({ success }) => success)
  .map(({ data }) => data as FlagDefinition);

const unit = fc.option(fc.constantFrom('1', '2', '3', '4', '5', 'alice', 'zoë', 'u-42', 'bob'), { nil: undefined });
export const context: fc.Arbitrary<EvaluationContext> = fc
  .record({ userId: unit, repoId: unit, taskId: unit, plan: unit })
  .map(({ plan, ...named }) => ({ ...named, attributes: { plan } }));

export const time: fc.Arbitrary<number> = fc.integer({ min: -2, max: 23 }).map((day) => Date.UTC(2026, 0, 1 + day));

export const asFlag = (definition: FlagDefinition) => ({
  ...definition,
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
});
