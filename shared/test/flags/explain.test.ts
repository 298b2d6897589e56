import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EvaluationContext, Flag, Rule, Serve } from '../../src/contract/flags.ts';
import type { Segment } from '../../src/contract/segment.ts';
import { claimsOf, type Change } from '../../src/flags/counterfactual.ts';
import { decideFlag, runOf } from '../../src/flags/decide.ts';
import { compileRuleset, evaluate, type Assigned } from '../../src/flags/index.ts';
import { granted } from '../../src/flags/wish.ts';
import { isRecord } from '../../src/flags/reading.ts';
import type { Note } from '../../src/flags/run.ts';
import { asContext, assignedBy, hostileContext, keys, ruleset } from './arbitraries.ts';
import { flagWith, served } from './support.ts';

const half: Serve = { split: [{ variant: 'on', weight: 100 }], coverage: 25 };
const quarter = flagWith({ fallthrough: half });
const forPro = (serve: Serve): Rule => ({
  id: 'pro',
  when: [
    { attribute: 'plan', op: 'in', values: ['pro'] },
    { attribute: 'seats', op: 'gte', values: [5] },
  ],
  serve,
});
const whatOf = (flag: Flag, asked: Parameters<typeof served>[1]) =>
  served(flag, { ...asked, explain: true }).explanation?.wouldChange.map(({ what }) => what);

describe('an explanation', () => {
  it('names the bucket, where the unit is let in, and the coverage that would do so', () => {
    // bob is at 49,149
    expect(served(quarter, { context: { userId: 'bob' }, explain: true }).explanation).toEqual({
      bucket: 49149,
      threshold: 25000,
      wouldChange: [{ what: 'coverage of at least 49.2 % would serve "on"', gives: 'on' }],
    });
    expect(whatOf(flagWith({ fallthrough: { ...half, coverage: 60 } }), { context: { userId: 'bob' } })).toEqual([
      'coverage of at most 49.1 % would serve "off"',
    ]);
  });

  it('names what each rule waits for that would serve something else', () => {
    const flag = flagWith({ rules: [forPro({ variant: 'on' })], fallthrough: { variant: 'off' } });
    expect(whatOf(flag, { context: { attributes: { plan: 'free' } } })).toEqual([
      'rule "pro" with plan "pro" (1: plan in "pro") and seats 5 (2: seats at least 5) would serve "on"',
    ]);
    expect(whatOf(flag, { context: { attributes: { plan: 'pro', seats: 1 } } })).toEqual([
      'rule "pro" with seats 5 (2: seats at least 5) would serve "on"',
    ]);
    expect(whatOf(flag, { context: { attributes: { plan: 'pro', seats: 9 } } })).toEqual([
      'without rule "pro" it would serve "off"',
    ]);
    expect(whatOf(flagWith({ rules: [forPro({ variant: 'on' })] }), {})).toEqual([]);
  });

  it('says what enabling would serve, and when the schedule or the rollout plan changes the answer', () => {
    const schedule = [
      { at: '2026-12-01T00:00:00Z', set: { fallthrough: { variant: 'on' } } },
      { at: '2026-12-02T00:00:00Z', set: { enabled: true } },
    ];
    expect(whatOf(flagWith({ enabled: false, schedule }), { nowMs: 0 })).toEqual([
      'enabling the flag would serve "on"',
      'from 2026-12-02T00:00:00.000Z on, as planned, it would serve "on"',
    ]);
    const steps = [30, 60, 100].map((coverage, i) => ({ at: `2026-12-0${i + 1}T00:00:00Z`, coverage }));
    expect(whatOf({ ...quarter, rollout: { steps } }, { context: { userId: 'bob' } })).toEqual([
      'coverage of at least 49.2 % would serve "on"',
      'from 2026-12-02T00:00:00.000Z on, as planned, it would serve "on"',
    ]);
  });

  it('names an override, its expiry, a stored first answer and prerequisites', () => {
    const overrides = [{ attribute: 'userId', values: ['bob'], variant: 'on', expiresAt: '2026-12-01T00:00:00Z' }];
    expect(whatOf({ ...quarter, overrides }, { context: { userId: 'bob' } })).toEqual([
      'without the override of userId it would serve "off"',
      'from 2026-12-01T00:00:00.000Z on, as planned, it would serve "off"',
    ]);

    const sticky = flagWith({ fallthrough: { ...half, sticky: 'taskId' } });
    const context = { userId: 'bob', taskId: 'T-1' };
    const kept = evaluate(compileRuleset({ revision: 1, flags: [sticky] })!, sticky.key, context, {
      nowMs: 0,
      explain: true,
      assigned: () => 'on',
    });
    expect(kept?.explanation?.wouldChange).toEqual([
      { what: 'forgetting what taskId "T-1" was first served would serve "off"', gives: 'off' },
    ]);

    const needing = flagWith({
      prerequisites: [
        { flag: 'a', variants: ['on'] },
        { flag: 'b', variants: ['x', 'y'] },
      ],
    });
    const others = [flagWith({ key: 'a', enabled: false })];
    expect(whatOf(needing, { others })).toEqual(['"a" serving "on" and "b" serving "x" would serve "on"']);
  });

  it('names the segment that a unit would have to join', () => {
    const rules: Rule[] = [
      { id: 'r', when: [{ attribute: 'userId', op: 'segment', values: ['beta'] }], serve: { variant: 'on' } },
    ];
    const flag = flagWith({ rules, fallthrough: { variant: 'off' } });
    const segment = { key: 'beta', version: 1, createdAt: '', updatedAt: '' };
    const whatIn = (parts: object) =>
      evaluate(
        compileRuleset({ revision: 1, flags: [flag], segments: [{ ...segment, ...parts }] })!,
        flag.key,
        { userId: 'bob' },
        { nowMs: 0, explain: true },
      )?.explanation?.wouldChange.map(({ what }) => what);
    expect(whatIn({ included: ['ada'] })).toEqual([
      'rule "r" with userId "bob" added to segment "beta" (1: userId in segment "beta") would serve "on"',
    ]);
    expect(whatIn({ excluded: ['bob'] })).toEqual([]);
  });

  it('claims nothing of a flag that cannot be read', () => {
    expect(served({ ...flagWith(), newer: 1 }, { explain: true }).explanation).toEqual({ wouldChange: [] });
  });
});

interface Question {
  flags: Flag[];
  segments: Segment[];
  key: string;
  context: EvaluationContext;
  nowMs: number;
  assigned: Assigned;
}

/** The question with the change made in its documents, context, time or store: by its own means, not the evaluator's. */
function changed(question: Question, change: Change): Question {
  const { flags, segments, key, nowMs } = question;
  const edit = (make: (flag: Flag) => Partial<Flag>): Question => ({
    ...question,
    flags: flags.map((flag) => (flag.key === key ? { ...flag, ...make(flag) } : flag)),
  });
  switch (change.kind) {
    case 'enable':
      return edit((flag) => ({ ...inForce(flag, nowMs), enabled: true }));
    case 'coverage':
      return edit((flag) => {
        const now = inForce(flag, nowMs);
        const to = (serve: Serve): Serve => ({ ...serve, coverage: change.coverage }) as Serve;
        return change.rule === undefined
          ? { ...now, fallthrough: to(now.fallthrough) }
          : {
              ...now,
              rules: now.rules.map((rule) => (rule.id === change.rule ? { ...rule, serve: to(rule.serve) } : rule)),
            };
      });
    case 'withoutRule':
      return edit((flag) => {
        const now = inForce(flag, nowMs);
        return { ...now, rules: now.rules.filter(({ id }) => id !== change.rule) };
      });
    case 'withoutOverride':
      return edit((flag) => ({ overrides: flag.overrides?.filter((_, i) => i !== change.place) }) as Partial<Flag>);
    case 'prerequisites': {
      const met = [...change.met].map(([name, variant]) =>
        flagWith({ key: name, variants: { [variant]: 1 }, offVariant: variant, fallthrough: { variant } }),
      );
      return { ...question, flags: [...flags.filter((flag) => !change.met.has(flag.key)), ...met] };
    }
    case 'forget':
      return {
        ...question,
        assigned: (flag, ...rest) => (flag === key ? undefined : question.assigned(flag, ...rest)),
      };
    case 'time':
      return { ...question, nowMs: change.nowMs };
    case 'rule': {
      const joining = change.wishes.filter((wish) => wish.kind === 'member');
      const joined = segments.map((segment) => ({
        ...segment,
        included: [
          ...(segment.included ?? []),
          ...joining.filter((wish) => wish.segment === segment.key).map(({ unit }) => unit),
        ],
      }));
      return {
        ...question,
        context: granted(isRecord(question.context) ? question.context : {}, change.wishes),
        segments: joined,
      };
    }
  }
}

/** What schedule and rollout plan have made of a flag by now, as a flag without them. */
function inForce(flag: Flag, nowMs: number): Pick<Flag, 'enabled' | 'rules' | 'fallthrough' | 'schedule' | 'rollout'> {
  const now = { enabled: flag.enabled, rules: flag.rules, fallthrough: flag.fallthrough };
  for (const { at, set } of (flag.schedule ?? []).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)))
    if (Date.parse(at) <= nowMs) Object.assign(now, set);
  const { rule, steps = [], pausedAt = '9999-12-31T23:59:59Z' } = flag.rollout ?? {};
  const step = steps.findLast(({ at }) => Date.parse(at) <= Math.min(nowMs, Date.parse(pausedAt)));
  const moved = (serve: Serve): Serve => (step && 'split' in serve ? { ...serve, coverage: step.coverage } : serve);
  const whole =
    rule === undefined
      ? { ...now, fallthrough: moved(now.fallthrough) }
      : { ...now, rules: now.rules.map((one) => (one.id === rule ? { ...one, serve: moved(one.serve) } : one)) };
  return { ...whole, schedule: [], rollout: undefined } as unknown as ReturnType<typeof inForce>;
}

/** Documents whose members are absent rather than undefined, as they come over the wire. */
const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function claimsIn({ flags, segments, key, context, nowMs, assigned }: Question) {
  const rules = compileRuleset(wire({ revision: 1, flags, segments }))!;
  const notes: Note[] = [];
  const run = runOf(rules, context, { nowMs, assigned, notes });
  const flag = rules.flags.get(key);
  if (flag?.kind !== 'readable') throw new Error(`cannot read ${key}: ${rules.unreadable.get(key)}`);
  const evaluation = decideFlag(flag, run);
  return { evaluation, claims: claimsOf(flag, run, notes, evaluation) };
}

const instants = fc.integer({ min: Date.parse('0001-01-01'), max: Date.parse('9999-12-31') });
const someContext = fc.record(
  {
    userId: fc.constantFrom('alice', 'bob', 'a'),
    repoId: fc.constantFrom('a', 'ab'),
    taskId: fc.constantFrom('a', 'T-1'),
    attributes: fc.dictionary(
      fc.constantFrom('plan', 'seats', 'version', 'since', 'constructor'),
      fc.constantFrom('a', 5, '1.2.3'),
    ),
  },
  { requiredKeys: ['userId'] },
);

describe('every claim of what would change an answer', () => {
  it('is true: the change, made in the documents, gives the variant claimed', () => {
    const tried = new Map<string, number>();
    fc.assert(
      fc.property(
        ruleset,
        fc.oneof({ weight: 4, arbitrary: someContext }, hostileContext),
        instants,
        assignedBy,
        ({ flags, segments }, context, nowMs, assigned) => {
          for (const key of keys) {
            const question = { flags: flags as Flag[], segments, key, context: asContext(context), nowMs, assigned };
            const { evaluation, claims } = claimsIn(question);
            for (const { change, gives, what } of claims) {
              tried.set(change.kind, (tried.get(change.kind) ?? 0) + 1);
              expect(gives).not.toBe(evaluation.variant);
              const { evaluation: then } = claimsIn(changed(question, change));
              expect([what, then.variant]).toEqual([what, gives]);
            }
          }
        },
      ),
      { numRuns: 2_000 },
    );
    // None of the kinds goes untested.
    const kinds: Change['kind'][] = [
      'coverage',
      'enable',
      'forget',
      'prerequisites',
      'rule',
      'time',
      'withoutOverride',
      'withoutRule',
    ];
    expect([...tried.keys()].toSorted()).toEqual(kinds);
    for (const kind of kinds) expect(tried.get(kind)).toBeGreaterThan(20);
  }, 120_000);
});
