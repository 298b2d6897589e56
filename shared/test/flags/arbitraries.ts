import fc from 'fast-check';
import { Condition, FlagDraft, operators, type EvaluationContext } from '../../src/contract/flags.ts';
import { Segment } from '../../src/contract/segment.ts';
import type { Assigned } from '../../src/flags/index.ts';

// Documents of every kind that the schema accepts, and contexts of every kind that somebody might send.

const names = ['on', 'off', 'constructor', 'b.2'] as const;
const variant = fc.constantFrom(...names);
const attribute = fc.constantFrom(
  'userId',
  'targetingKey',
  'repoId',
  'plan',
  'seats',
  'version',
  'since',
  '__proto__',
  'constructor',
  'taskId',
);

const segmentKeys = ['s0', 's1', 's2'] as const;

const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const instant = fc
  .tuple(
    fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-30'), noInvalidDate: true }),
    fc.constantFrom('Z', '+02:00', '-11:30'),
  )
  .map(([date, offset]) => date.toISOString().replace('Z', offset));
const version = fc.constantFrom('1', '1.2', '1.2.3', '2.0.0-rc.1', '2-beta1', '1.0.0+b', '99999999999999999999.1');
export const word = fc.oneof(
  fc.constantFrom('a', 'ab', 'true', '5', '-0', ''),
  fc.string({ unit: 'binary', maxLength: 5 }),
  version,
  instant,
);
export const scalar = fc.oneof(word, number, fc.boolean());

/** Values that suit the operator most of the time, so that the schema takes many. */
const valuesFor = (op: Condition['op']) => {
  if (op === 'exists') return fc.constant([]);
  if (op === 'segment') return fc.array(fc.constantFrom(...segmentKeys, 'unknown'), { minLength: 1, maxLength: 2 });
  if (op === 'in') return fc.array(scalar, { maxLength: 12 });
  const of = op.startsWith('semver')
    ? fc.oneof(version, fc.nat())
    : op === 'before' || op === 'after'
      ? fc.oneof(instant, number, number.map(String))
      : op === 'matches'
        ? fc.constantFrom('^a+$', '[a-z]|\\d{1,3}', '(a|b)*c?', '', '.')
        : ['gt', 'gte', 'lt', 'lte'].includes(op)
          ? fc.oneof(number, number.map(String))
          : word;
  return fc.array<string | number>(of, { minLength: 1, maxLength: 3 });
};
export const condition = fc
  .constantFrom(...operators)
  .chain((op) =>
    fc.record(
      { attribute, op: fc.constant(op), values: valuesFor(op), negate: fc.boolean() },
      { requiredKeys: ['attribute', 'op', 'values'] },
    ),
  )
  .filter((candidate) => Condition.safeParse(candidate).success);

const serve = fc.oneof(
  fc.record({ variant }),
  fc.record(
    {
      split: fc.array(fc.record({ variant, weight: fc.nat(100) }), { minLength: 1, maxLength: 5 }),
      coverage: fc.double({ min: 0, max: 100, noNaN: true }),
      otherwise: variant,
      by: attribute,
      sticky: attribute,
      hash: fc.constant('flagd' as const),
    },
    { requiredKeys: ['split'] },
  ),
);
const rules = fc
  .array(fc.record({ when: fc.array(condition, { maxLength: 3 }), serve }), { maxLength: 4 })
  .map((list) => list.map((rule, i) => ({ id: `r${i}`, ...rule })));
const change = fc.record({
  at: instant,
  set: fc.record({ enabled: fc.boolean(), rules, fallthrough: serve }, { requiredKeys: ['fallthrough'] }),
});
const unitText = fc.oneof(word, fc.constantFrom('alice', 'bob')).filter((text) => text !== '');
const override = fc.record(
  {
    attribute,
    values: fc.array(unitText, { minLength: 1, maxLength: 3 }),
    variant,
    expiresAt: instant,
    note: fc.string({ maxLength: 5 }),
  },
  { requiredKeys: ['values', 'variant'] },
);
const rollout = fc
  .record(
    {
      rule: fc.constantFrom('r0', 'r1'),
      steps: fc.uniqueArray(fc.record({ at: instant, coverage: fc.double({ min: 0, max: 100, noNaN: true }) }), {
        minLength: 1,
        maxLength: 4,
        selector: ({ at }) => Date.parse(at),
      }),
      pausedAt: instant,
    },
    { requiredKeys: ['steps'] },
  )
  .map((plan) => ({ ...plan, steps: plan.steps.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)) }));

export const keys = ['f0', 'f1', 'f2'] as const;
const draft = fc.record(
  {
    enabled: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.boolean()),
    variants: fc.tuple(fc.jsonValue(), fc.jsonValue()).map(([on, b]) => ({ on, off: false, constructor: 1, 'b.2': b })),
    offVariant: variant,
    rules,
    fallthrough: serve,
    prerequisites: fc.array(
      fc.record({
        flag: fc.constantFrom(...keys, 'unknown'),
        variants: fc.array(variant, { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 2 },
    ),
    schedule: fc.array(change, { maxLength: 3 }),
    overrides: fc.array(override, { maxLength: 3 }),
    rollout,
    salt: fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }),
    type: fc.constant('json' as const),
    description: fc.string({ maxLength: 5 }),
    tags: fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }),
    owner: fc.constant('ada'),
    expiresAt: instant,
  },
  { requiredKeys: ['enabled', 'variants', 'offVariant', 'rules', 'fallthrough'] },
);

const byServer = { version: 1, createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' };

/** A flag that the schema accepts; a rollout plan without a split to move is what it refuses most. */
const flagOf = (key: string) =>
  draft
    .map(
      (one) =>
        FlagDraft.safeParse({ key, ...one }).data ?? FlagDraft.safeParse({ key, ...one, rollout: undefined }).data,
    )
    .filter((data) => data !== undefined)
    .map((data) => ({ ...data, ...byServer }));

const segmentOf = (key: string) =>
  fc
    .record(
      {
        included: fc.array(unitText, { maxLength: 12 }),
        excluded: fc.array(unitText, { maxLength: 2 }),
        rules: fc.array(fc.record({ when: fc.array(condition, { minLength: 1, maxLength: 2 }) }), { maxLength: 2 }),
      },
      { requiredKeys: [] },
    )
    .map((parts) => Segment.parse({ key, ...parts, ...byServer }));

/** Rulesets of documents that the schema accepts; their segments may ask about each other, in a circle as well. */
export const ruleset = fc.record({
  revision: fc.constant(1),
  flags: fc.tuple(flagOf('f0'), flagOf('f1'), flagOf('f2')),
  segments: fc.tuple(segmentOf('s0'), segmentOf('s1'), segmentOf('s2')),
});

/** First answers that a caller might have stored: none, ones that can be served and ones that cannot. */
export const assignedBy = fc.option(fc.constantFrom(...names, 'gone'), { nil: undefined }).map(
  (stored): Assigned =>
    () =>
      stored,
);

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withTypedArray: true,
});
/** What a caller without types might pass. */
export const hostileContext = fc.oneof(
  anything,
  fc.dictionary(attribute, anything),
  fc.record({ userId: anything, attributes: fc.oneof(anything, fc.dictionary(attribute, fc.oneof(anything, scalar))) }),
);

export const asContext = (value: unknown) => value as EvaluationContext;
