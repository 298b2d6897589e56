import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Condition, Evaluation, FlagDraft, operators, type EvaluationContext } from '../../src/contract/flags.ts';
import { compileRuleset, evaluate } from '../../src/flags/index.ts';

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
);

const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const instant = fc
  .tuple(
    fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-30'), noInvalidDate: true }),
    fc.constantFrom('Z', '+02:00', '-11:30'),
  )
  .map(([date, offset]) => date.toISOString().replace('Z', offset));
const version = fc.constantFrom('1', '1.2', '1.2.3', '2.0.0-rc.1', '2-beta1', '1.0.0+b', '99999999999999999999.1');
const word = fc.oneof(
  fc.constantFrom('a', 'ab', 'true', '5', '-0', ''),
  fc.string({ unit: 'binary', maxLength: 5 }),
  version,
  instant,
);
const scalar = fc.oneof(word, number, fc.boolean());

/** Values that suit the operator most of the time, so that the schema takes many. */
const valuesFor = (op: Condition['op']) => {
  if (op === 'exists') return fc.constant([]);
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
const condition = fc
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
const keys = ['f0', 'f1', 'f2'] as const;
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
    salt: fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }),
  },
  { requiredKeys: ['enabled', 'variants', 'offVariant', 'rules', 'fallthrough'] },
);

/** Rulesets of documents that the schema accepts. */
const ruleset = fc
  .tuple(draft, draft, draft)
  .map((drafts) => drafts.map((one, i) => FlagDraft.safeParse({ key: keys[i], ...one })))
  .filter((parsed) => parsed.every(({ success }) => success))
  .map((parsed) => ({
    revision: 1,
    flags: parsed.map(({ data }) => ({
      ...data,
      version: 1,
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
    })),
  }));

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withTypedArray: true,
});
/** What a caller without types might pass. */
const hostileContext = fc.oneof(
  anything,
  fc.dictionary(attribute, anything),
  fc.record({ userId: anything, attributes: fc.oneof(anything, fc.dictionary(attribute, fc.oneof(anything, scalar))) }),
);

const asContext = (value: unknown) => value as EvaluationContext;

describe('any ruleset that the schema accepts', () => {
  it('is read whole and evaluates without throwing, whatever the context', () => {
    fc.assert(
      fc.property(ruleset, hostileContext, fc.double(), fc.boolean(), (document, context, nowMs, explain) => {
        const compiled = compileRuleset(JSON.parse(JSON.stringify(document)));
        expect(compiled?.unreadable).toEqual(new Map());
        for (const key of keys) {
          const evaluation = compiled && evaluate(compiled, key, asContext(context), { nowMs, explain });
          expect(Evaluation.safeParse(evaluation).error).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('decides the same with a trace as without', () => {
    fc.assert(
      fc.property(ruleset, hostileContext, (document, context) => {
        const compiled = compileRuleset(document);
        for (const key of keys) {
          const plain = compiled && evaluate(compiled, key, asContext(context), { nowMs: 0 });
          const { trace, ...explained } =
            (compiled && evaluate(compiled, key, asContext(context), { nowMs: 0, explain: true })) ?? {};
          expect(explained).toEqual(plain);
          expect(trace?.filter(({ outcome }) => outcome === 'decided')).toHaveLength(1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('decides the same when every attribute comes as text, as over GET', () => {
    const units = fc.record({ userId: fc.string({ minLength: 1 }), repoId: word }, { requiredKeys: [] });
    const conditions = fc.array(condition, { minLength: 1, maxLength: 3 });
    const attributes = fc.dictionary(fc.constantFrom('plan', 'seats', 'version', 'since'), scalar);
    fc.assert(
      fc.property(fc.array(conditions, { minLength: 1, maxLength: 5 }), units, attributes, (whens, unit, typed) => {
        const rulesOfWhens = whens.map((when, i) => ({ id: `r${i}`, when, serve: { variant: 'on' } }));
        const flag = {
          key: 'f',
          version: 1,
          enabled: true,
          variants: { on: 1, off: 0 },
          offVariant: 'off',
          rules: rulesOfWhens,
          fallthrough: { variant: 'off' },
        };
        const compiled = compileRuleset({ revision: 1, flags: [flag] });
        const asText = Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, String(value)]));
        const ask = (values: Record<string, unknown>) =>
          compiled && evaluate(compiled, 'f', asContext({ ...unit, attributes: values }), { nowMs: 0 });
        expect(ask(asText)).toEqual(ask(typed));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('anything else', () => {
  it('is not a ruleset, or is read as far as it goes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.array(fc.jsonValue({ maxDepth: 5 })), (json, flags) => {
        expect(compileRuleset(json)).toBeUndefined();
        const compiled = compileRuleset({ revision: 1, flags });
        expect(compiled?.flags.size).toBe(0);
      }),
    );
  });

  it('put into a good ruleset spoils one flag at most', () => {
    const paths = [
      ['rules'],
      ['fallthrough'],
      ['schedule'],
      ['prerequisites'],
      ['variants'],
      ['offVariant'],
      ['enabled'],
      ['salt'],
      ['key'],
      ['version'],
      ['createdAt'],
    ];
    fc.assert(
      fc.property(
        ruleset,
        fc.constantFrom(...paths),
        fc.jsonValue({ maxDepth: 3 }),
        hostileContext,
        (document, [name = ''], junk, context) => {
          const [first, ...rest] = document.flags;
          const compiled = compileRuleset({ revision: 1, flags: [...rest, { ...first, [name]: junk }] });
          expect(compiled?.flags.get('f1')?.kind).toBe('readable');
          for (const key of keys)
            if (compiled) evaluate(compiled, key, asContext(context), { nowMs: 0, explain: true });
        },
      ),
      { numRuns: 500 },
    );
  });
});
