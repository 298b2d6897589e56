import {
  FlagDraft,
  operators,
  SegmentDraft,
  type Condition,
  type EvaluationContext,
  type FlagDefinition,
  type SegmentDefinition,
} from '@whetstone/shared/contract';
import fc from 'fast-check';

// Documents that use every field a flag can have, and contexts from the same few words, so that much of it holds. No time
// in them is near now: whoever is asked a moment later answers the same.

const past = ['2019-01-01T00:00:00Z', '2020-06-01T02:00:00+02:00', '2022-03-01T00:00:00.000Z'];
const future = ['2060-01-01T00:00:00Z', '2062-01-01T00:00:00Z', '2064-01-01T00:00:00Z'];
/** Between two of the changes to come. */
export const laterAt = '2061-01-01T00:00:00.000Z';
const instants = [...past, ...future];

const words: Record<string, readonly unknown[]> = {
  userId: ['alice', 'bob', 'zoë', 'u-42', 'Ωmega 日本', ...Array.from({ length: 20 }, (_, i) => `user-${i}`)],
  targetingKey: ['alice', 'carol', 'u-43'],
  repoId: ['acme/api', 'acme/web', 'other/tool', '7'],
  branch: ['main', 'fix/1'],
  agent: ['claude-code', 'cursor'],
  model: ['small-1', 'large-2'],
  taskType: ['refactor', 'review'],
  taskId: ['t-1', 't-2', 't-3', '5'],
  orgId: ['7', 'acme'],
  plan: ['pro', 'free', '5', 'true', ''],
  tags: [['a', 'b'], ['pro', 5, true], [], null, { deep: 'a' }, 'a', ['b']],
  beta: [true, false, 'true', 0],
  seats: [1, 5, 12.5, -3, 1e21, '12', '1e3', 'many', true, [4, 40]],
  version: ['1.2.3', '2', '2.0.0-rc.1', 'v2.1', 3, 'newest', ['1.0.0', '9.9.9']],
  since: ['2026-01-01T00:00:00Z', '2025-06-01T02:00:00+02:00', '2026-01-01', 1767225600000, '1767225600000', 'today'],
  constructor: ['a', 5],
};
const attribute = fc.constantFrom(...Object.keys(words));
const wordsOf = (name: string) => (words[name] ?? []).flat().filter((word) => typeof word !== 'object');
/** Splits go by texts: a number is no unit, and as the text of a query it would be one. */
const unitAttribute = fc.constantFrom('userId', 'repoId', 'taskId', 'orgId', 'targetingKey', 'plan');

const values = (op: Condition['op'], name: string, segmentKeys: readonly string[]): readonly unknown[] => {
  if (op === 'segment') return segmentKeys;
  if (op === 'matches') return ['^a', 'acme/.*', '[0-9]+$', '(o|b){2}', 'zoë|日本'];
  if (op === 'contains' || op === 'startsWith' || op === 'endsWith') return ['a', 'acme', '1', 'o', '-4'];
  if (op === 'before' || op === 'after') return ['2025-12-31T23:00:00-01:00', 1767225600001, '1700000000000'];
  if (op.startsWith('semver')) return ['1.2.3', '2', 3, '2.0.0'];
  if (op === 'in') return wordsOf(name);
  return [5, 12, '12.5', -1, '1e3'];
};
const attributeFor = (op: Condition['op']) => {
  if (op === 'segment') return unitAttribute;
  const named = op.startsWith('semver')
    ? 'version'
    : op === 'before' || op === 'after'
      ? 'since'
      : /^[gl]te?$/.test(op)
        ? 'seats'
        : undefined;
  return named === undefined ? attribute : fc.oneof({ weight: 9, arbitrary: fc.constant(named) }, attribute);
};

const conditionOf = (segmentKeys: readonly string[]) =>
  fc
    .constantFrom(...operators.filter((op) => op !== 'segment' || segmentKeys.length > 0))
    .chain((op) => attributeFor(op).map((name) => ({ op, name })))
    .chain(({ op, name }) =>
      fc.record(
        {
          attribute: fc.constant(name),
          op: fc.constant(op),
          values:
            op === 'exists'
              ? fc.constant([])
              : fc.uniqueArray(fc.constantFrom(...values(op, name, segmentKeys)), { minLength: 1, maxLength: 3 }),
          negate: fc.boolean(),
        },
        { requiredKeys: ['attribute', 'op', 'values'] },
      ),
    );

const variant = fc.constantFrom('off', 'a', 'b', 'c');
const coverage = fc.constantFrom(0, 10, 33.3, 50, 75.25, 100);
const serve = fc.oneof(
  fc.record({ variant }),
  fc.record(
    {
      split: fc
        .array(fc.record({ variant, weight: fc.nat(50) }), { minLength: 1, maxLength: 4 })
        .filter((shares) => shares.some(({ weight }) => weight > 0)),
      coverage,
      otherwise: variant,
      by: unitAttribute,
      hash: fc.constant('flagd' as const),
    },
    { requiredKeys: ['split'] },
  ),
);
const rulesOf = (segmentKeys: readonly string[]) =>
  fc
    .array(fc.record({ when: fc.array(conditionOf(segmentKeys), { maxLength: 2 }), serve }), { maxLength: 4 })
    .map((rules) => rules.map((rule, i) => ({ id: `r${i}`, ...rule })));

const typed: Record<string, readonly unknown[]> = {
  boolean: [false, true, true, false],
  string: ['', 'large', 'line 1\n"line 2"   zoë', 'ω'],
  number: [0, 42, -0.5, 1e21],
  json: [null, { model: 'large', tokens: [1, { deep: true }] }, ['a', 1], 'text'],
};
const valuesOfVariants = fc.tuple(fc.constantFrom(...Object.keys(typed)), fc.boolean()).map(([type, isDeclared]) => {
  const [off, a, b, c] = typed[type]!;
  return { variants: { off, a, b, c }, ...(isDeclared && { type }) };
});

const rollout = fc
  .record({
    place: fc.constantFrom(undefined, 'r0', 'r1', 'r2'),
    steps: fc
      .subarray(instants, { minLength: 1 })
      .chain((ats) => fc.tuple(...ats.map((at) => fc.record({ at: fc.constant(at), coverage })))),
    pausedAt: fc.option(fc.constantFrom('2021-01-01T00:00:00Z', '2061-06-01T00:00:00Z'), { nil: undefined }),
  })
  .map(({ place, steps, pausedAt }) => ({
    ...(place !== undefined && { rule: place }),
    steps,
    ...(pausedAt !== undefined && { pausedAt }),
  }));

const override = fc.record(
  {
    attribute: unitAttribute,
    values: fc.uniqueArray(fc.constantFrom('alice', 'bob', 'user-1', 'user-2', 'acme/api', 't-1', '7', 'pro'), {
      minLength: 1,
      maxLength: 3,
    }),
    variant,
    expiresAt: fc.constantFrom(...instants),
    note: fc.constant('for the demo'),
  },
  { requiredKeys: ['values', 'variant'] },
);

const flagOf = (key: string, earlier: readonly string[], segmentKeys: readonly string[]) =>
  fc
    .record(
      {
        enabled: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
        offVariant: variant,
        rules: rulesOf(segmentKeys),
        fallthrough: serve,
        prerequisites:
          earlier.length === 0
            ? fc.constant([])
            : fc.array(
                fc.record({
                  flag: fc.constantFrom(...earlier),
                  variants: fc.uniqueArray(variant, { minLength: 2, maxLength: 4 }),
                }),
                { maxLength: 2 },
              ),
        overrides: fc.array(override, { maxLength: 2 }),
        schedule: fc.array(
          fc.record({
            at: fc.constantFrom(...instants),
            set: fc.record(
              { enabled: fc.boolean(), rules: rulesOf(segmentKeys), fallthrough: serve },
              { requiredKeys: ['fallthrough'] },
            ),
          }),
          { maxLength: 2 },
        ),
        rollout,
        salt: fc.constantFrom('s', 'new-fixer-prompt'),
        description: fc.constant('what it is for'),
        tags: fc.constant(['parity']),
        owner: fc.constant('ada'),
        expiresAt: fc.constantFrom(...instants),
      },
      { requiredKeys: ['enabled', 'offVariant', 'rules', 'fallthrough'] },
    )
    .chain((draft) => valuesOfVariants.map((served) => ({ key, ...served, ...draft })))
    // A plan needs a split to move; the fallthrough's is tried before there is none.
    .map((draft) => [
      draft,
      { ...draft, rollout: draft.rollout && { ...draft.rollout, rule: undefined } },
      { ...draft, rollout: undefined },
    ])
    .map((candidates) => candidates.map((each) => FlagDraft.safeParse(each).data).find((data) => data !== undefined))
    .filter((data) => data !== undefined)
    .map((data) => data as FlagDefinition);

const segmentOf = (key: string, earlier: readonly string[]) =>
  fc
    .record(
      {
        included: fc.subarray(['alice', 'acme/api', 't-1', 'user-3', 'pro']),
        excluded: fc.subarray(['bob', 'user-3', 'acme/web']),
        rules: fc.array(fc.record({ when: fc.array(conditionOf(earlier), { minLength: 1, maxLength: 2 }) }), {
          maxLength: 2,
        }),
      },
      { requiredKeys: [] },
    )
    .map((parts) => SegmentDraft.parse({ key, ...parts }) as SegmentDefinition);

/** A project that the server takes: references lead to what comes before, so that nothing goes round. */
export function projectOf(flagCount: number, segmentCount: number) {
  const flagKeys = Array.from({ length: flagCount }, (_, i) => `f${i}`);
  const segmentKeys = Array.from({ length: segmentCount }, (_, i) => `s${i}`);
  return fc.record({
    segments: fc.tuple(...segmentKeys.map((key, i) => segmentOf(key, segmentKeys.slice(0, i)))),
    flags: fc.tuple(...flagKeys.map((key, i) => flagOf(key, flagKeys.slice(Math.max(0, i - 5), i), segmentKeys))),
  });
}

const firstClass = ['userId', 'repoId', 'branch', 'agent', 'model', 'taskType', 'taskId', 'orgId', 'targetingKey'];
const one = (name: string) => fc.constantFrom(...words[name]!);
const record = (names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, one(name)])), { requiredKeys: [] });

export const context: fc.Arbitrary<EvaluationContext> = fc
  .tuple(record(firstClass), record(Object.keys(words).filter((name) => !firstClass.includes(name))))
  .map(([named, attributes]) => ({ ...named, attributes }) as EvaluationContext);
