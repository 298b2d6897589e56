import { describe, expect, it } from 'vitest';
import type { Condition, EvaluationContext, Rule } from '../../src/contract/flags.ts';
import type { Segment } from '../../src/contract/segment.ts';
import { compileRuleset, evaluate } from '../../src/flags/index.ts';
import { decideAll, flagWith, whys } from './support.ts';

type Parts = Partial<Segment> & { key: string };

const segmentWith = (parts: Parts): Segment => ({
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  ...parts,
});

const inSegment = (keys: string[], attribute = 'userId', negate = false): Condition => ({
  attribute,
  op: 'segment',
  values: keys,
  negate,
});

const ruleOf = (...when: Condition[]): Rule => ({ id: 'r', when, serve: { variant: 'on' } });

const rulesetOf = (segments: Parts[], ...when: Condition[]) =>
  compileRuleset({
    revision: 1,
    flags: [flagWith({ rules: [ruleOf(...when)], fallthrough: { variant: 'off' } })],
    segments: segments.map(segmentWith),
  })!;

const ask = (segments: Parts[], when: Condition, context: EvaluationContext) =>
  evaluate(rulesetOf(segments, when), 'new-fixer-prompt', context, { nowMs: 0, explain: true })!;

const holds = (segments: Parts[], when: Condition, context: EvaluationContext) =>
  ask(segments, when, context).variant === 'on';

const isPro: Condition = { attribute: 'plan', op: 'in', values: ['pro'] };
const isEu: Condition = { attribute: 'region', op: 'in', values: ['eu'] };

describe('a segment', () => {
  const beta: Parts = {
    key: 'beta',
    included: ['ada', 'both', '5'],
    excluded: ['eve', 'both'],
    rules: [{ when: [isPro, isEu] }, { when: [{ attribute: 'seats', op: 'gt', values: [100] }] }],
  };

  it.each<[string, EvaluationContext, boolean]>([
    ['whom it includes', { userId: 'ada' }, true],
    ['by the text of a number', { attributes: { userId: 5 } }, true],
    ['nobody else', { userId: 'bob' }, false],
    [
      'whose attributes fit all conditions of a rule',
      { userId: 'bob', attributes: { plan: 'pro', region: 'eu' } },
      true,
    ],
    ['not by some of the conditions', { userId: 'bob', attributes: { plan: 'pro', region: 'us' } }, false],
    ['by any of the rules', { userId: 'bob', attributes: { seats: '101' } }, true],
    ['not whom it excludes, whatever the rules say', { userId: 'eve', attributes: { seats: 500 } }, false],
    ['not whom it excludes and includes', { userId: 'both' }, false],
    ['a list with an element that is in', { attributes: { userId: ['eve', 'ada'] } }, true],
    ['not who has no such attribute, whatever the rules say', { attributes: { seats: 500 } }, false],
  ])('holds %s', (_, context, expected) => {
    expect(holds([beta], inSegment(['beta']), context)).toBe(expected);
  });

  it('is asked about by the attribute of the condition', () => {
    const repos: Parts = { key: 'repos', included: ['acme/api'] };
    expect(holds([repos], inSegment(['repos'], 'repoId'), { repoId: 'acme/api' })).toBe(true);
    expect(holds([repos], inSegment(['repos'], 'repoId'), { userId: 'acme/api' })).toBe(false);
  });

  it('negated holds whoever is not in it, but not who has no such attribute', () => {
    const notBeta = inSegment(['beta'], 'userId', true);
    expect(holds([beta], notBeta, { userId: 'bob' })).toBe(true);
    expect(holds([beta], notBeta, { userId: 'eve' })).toBe(true);
    expect(holds([beta], notBeta, { userId: 'ada' })).toBe(false);
    expect(holds([beta], notBeta, {})).toBe(false);
    expect(holds([beta], notBeta, { attributes: { userId: {} } })).toBe(false);
  });

  it('is one of several', () => {
    const other: Parts = { key: 'other', included: ['bob'] };
    expect(holds([beta, other], inSegment(['beta', 'other']), { userId: 'bob' })).toBe(true);
    expect(holds([beta, other], inSegment(['beta', 'other']), { userId: 'eve' })).toBe(false);
  });

  it('may hold more than a list can be searched for', () => {
    const included = Array.from({ length: 10_000 }, (_, i) => `u${i}`);
    expect(holds([{ key: 'many', included }], inSegment(['many']), { userId: 'u9999' })).toBe(true);
    expect(holds([{ key: 'many', included }], inSegment(['many']), { userId: 'u10000' })).toBe(false);
  });

  it('says in the trace what was found', () => {
    const answer = ask([beta], inSegment(['beta']), { userId: 'bob' });
    expect(whys(answer)[0]).toBe('when[0]: userId "bob" is not in segment "beta"');
    expect(whys(ask([beta], inSegment(['beta'], 'userId', true), { userId: 'ada' }))[0]).toBe(
      'when[0]: userId "ada" is in segment "beta" (negated)',
    );
    expect(whys(ask([beta], inSegment(['beta']), { attributes: { userId: {} } }))[0]).toBe(
      'when[0]: userId of type object is not text, a number or a boolean',
    );
  });

  it('that is not there holds nobody, negated or not, and the trace says so', () => {
    for (const negate of [false, true]) {
      const answer = ask([], inSegment(['ghost'], 'userId', negate), { userId: 'ada' });
      expect(answer.variant).toBe('off');
      expect(whys(answer)[0]).toBe('when[0]: no segment is called "ghost"');
    }
    expect(holds([beta], inSegment(['ghost', 'beta']), { userId: 'ada' })).toBe(true);
    expect(holds([beta], inSegment(['ghost', 'beta'], 'userId', true), { userId: 'bob' })).toBe(false);
  });
});

describe('segments that ask about segments', () => {
  const staff: Parts = { key: 'staff', included: ['ada'] };
  const testers: Parts = { key: 'testers', rules: [{ when: [inSegment(['staff']), isPro] }] };

  it('hold who is in what they ask about', () => {
    const pro = { attributes: { plan: 'pro' } };
    expect(holds([testers, staff], inSegment(['testers']), { userId: 'ada', ...pro })).toBe(true);
    expect(holds([testers, staff], inSegment(['testers']), { userId: 'bob', ...pro })).toBe(false);
    expect(holds([testers, staff], inSegment(['testers']), { userId: 'ada' })).toBe(false);
  });

  const circle: Parts[] = [
    { key: 'a', included: ['ada'], rules: [{ when: [inSegment(['b'])] }] },
    { key: 'b', rules: [{ when: [inSegment(['a'], 'userId', true)] }] },
    { key: 'c', rules: [{ when: [inSegment(['a'])] }] },
  ];

  it.each(['a', 'b', 'c'])('in a circle hold nobody, negated or not, and the trace says so: %s', (key) => {
    for (const negate of [false, true]) {
      const answer = ask(circle, inSegment([key], 'userId', negate), { userId: 'ada' });
      expect(answer.variant).toBe('off');
      expect(whys(answer)[0]).toBe(`when[0]: the segments that "${key}" asks about run in a circle or too deep`);
    }
  });

  it('end, however deep and wide they are', () => {
    const layers = Array.from({ length: 60 }, (_, i) =>
      ['a', 'b'].map((side): Parts => ({
        key: `${side}${i}`,
        rules: ['a', 'b', 'a', 'b'].map((next) => ({ when: [inSegment([`${next}${i + 1}`])] })),
      })),
    ).flat();
    const last: Parts[] = [{ key: 'a60' }, { key: 'b60', included: ['ada'] }];
    expect(holds([...layers, ...last], inSegment(['a0']), { userId: 'ada' })).toBe(true);
    expect(holds([...layers, ...last], inSegment(['a0']), { userId: 'bob' })).toBe(false);

    const chain = Array.from({ length: 5_000 }, (_, i): Parts => ({
      key: `c${i}`,
      rules: [{ when: [inSegment([`c${i + 1}`])] }],
    }));
    const deep = [...chain, { key: 'c5000', included: ['ada'] }];
    expect(holds(deep, inSegment(['c4990']), { userId: 'ada' })).toBe(true);
    expect(holds(deep, inSegment(['c0']), { userId: 'ada' })).toBe(false);
  });
});

describe('a change of a segment', () => {
  const flags = [flagWith({ rules: [ruleOf(inSegment(['beta']))], fallthrough: { variant: 'off' } })];
  const stays = segmentWith({ key: 'other', included: ['x'] });
  const before = compileRuleset({
    revision: 1,
    flags,
    segments: [segmentWith({ key: 'beta', included: ['ada'] }), stays],
  })!;
  const variantOf = (ruleset: typeof before, userId: string) =>
    evaluate(ruleset, 'new-fixer-prompt', { userId }, { nowMs: 0 })?.variant;

  it('is seen by flags that were compiled before it, which are not compiled again', () => {
    const changed = segmentWith({ key: 'beta', included: ['bob'], version: 2 });
    const after = compileRuleset({ revision: 2, flags, segments: [changed, stays] }, before)!;
    expect([variantOf(before, 'ada'), variantOf(before, 'bob')]).toEqual(['on', 'off']);
    expect([variantOf(after, 'ada'), variantOf(after, 'bob')]).toEqual(['off', 'on']);
    expect(after.flags.get('new-fixer-prompt')).toBe(before.flags.get('new-fixer-prompt'));
    expect(after.segments.get('other')).toBe(before.segments.get('other'));
  });

  it('that was deleted and made again under its name is seen, too', () => {
    const anew = segmentWith({ key: 'beta', included: ['bob'], createdAt: '2026-02-01T00:00:00.000Z' });
    const gone = compileRuleset({ revision: 2, flags, segments: [stays] }, before)!;
    expect(variantOf(gone, 'ada')).toBe('off');
    expect(variantOf(compileRuleset({ revision: 3, flags, segments: [anew] }, gone)!, 'bob')).toBe('on');
    expect(variantOf(compileRuleset({ revision: 3, flags, segments: [anew] }, before)!, 'bob')).toBe('on');
  });

  it('to what we cannot read switches off the flags that ask about it, until it can be read again', () => {
    const newer = { ...segmentWith({ key: 'beta', version: 2 }), rules: [{ when: [{ attribute: 'x', op: 'near' }] }] };
    const asking = segmentWith({ key: 'nested', rules: [{ when: [inSegment(['beta'])] }] });
    const nested = flagWith({ key: 'nested', rules: [ruleOf(inSegment(['nested']))] });
    const other = flagWith({ key: 'other', rules: [ruleOf(inSegment(['other']))] });
    const document = { revision: 2, flags: [...flags, nested, other], segments: [newer, asking, stays] };
    const why = 'op: expected an operator that this version knows, not "near"';
    const broken = compileRuleset(document, before)!;
    expect(broken.unreadable).toEqual(
      new Map([
        ['new-fixer-prompt', `segment "beta": ${why}`],
        ['nested', `segment "nested": segment "beta": ${why}`],
      ]),
    );
    expect(evaluate(broken, 'new-fixer-prompt', { userId: 'ada' }, { nowMs: 0 })).toMatchObject({
      variant: 'off',
      errorCode: 'PARSE_ERROR',
    });
    expect(evaluate(broken, 'other', { userId: 'x' }, { nowMs: 0 })?.variant).toBe('on');

    const mended = segmentWith({ key: 'beta', included: ['ada'], version: 3 });
    const after = compileRuleset({ ...document, segments: [mended, asking, stays] }, broken)!;
    expect(after.unreadable.size).toBe(0);
    expect(variantOf(after, 'ada')).toBe('on');
  });

  it.each([
    ['a member of a newer server', { sample: 5 }, 'sample: expected nothing that this version does not know'],
    [
      'a rule that means more',
      { rules: [{ when: [], share: 5 }] },
      'share: expected nothing that this version does not know',
    ],
    ['no list of units', { included: 'ada' }, 'included: expected a list of texts'],
    ['no version', { version: undefined }, 'version: expected an integer'],
  ])('with %s cannot be read', (_, parts, why) => {
    const segments = [{ ...segmentWith({ key: 'beta' }), ...parts }];
    expect(compileRuleset({ revision: 1, flags, segments })?.unreadable).toEqual(
      new Map([['new-fixer-prompt', `segment "beta": ${why}`]]),
    );
  });

  it('is no ruleset when segments are no list, and passes over what has no key', () => {
    expect(compileRuleset({ revision: 1, flags, segments: {} })).toBeUndefined();
    expect(compileRuleset({ revision: 1, flags, segments: [null, 5, { key: 5 }] })?.segments.size).toBe(0);
  });
});

describe('the patterns of segments', () => {
  const half = 'a{998}'; // 1,000 states
  const matching = (value: string): Condition => ({ attribute: 'x', op: 'matches', values: [value] });
  const heavy = (key: string, ...values: string[]): Parts => ({ key, rules: [{ when: values.map(matching) }] });

  it('have the budget of a flag in each', () => {
    const ruleset = rulesetOf([heavy('beta', half, half, 'x')], inSegment(['beta']));
    expect(ruleset.unreadable.get('new-fixer-prompt')).toMatch(/^segment "beta": values\.0: .* 2002 states/);
    expect(rulesetOf([heavy('beta', half, half)], inSegment(['beta'])).unreadable.size).toBe(0);
  });

  it('share 20,000 states with those of all flags, beyond which a flag is off by itself', () => {
    const segments = Array.from({ length: 9 }, (_, i) => segmentWith(heavy(`s${i}`, half, half)));
    const flags = Array.from({ length: 4 }, (_, i) => flagWith({ key: `f${i}`, rules: [ruleOf(matching(half))] }));
    const plain = flagWith({ key: 'plain' });
    const ruleset = compileRuleset({ revision: 1, flags: [...flags, plain], segments })!;
    expect([...ruleset.unreadable]).toEqual(
      ['f2', 'f3'].map((key) => [
        key,
        'with this flag all patterns take 21000 states, the budget of a ruleset is 20000',
      ]),
    );
    expect(evaluate(ruleset, 'plain', {}, { nowMs: 0 })?.variant).toBe('on');
    // A flag that leaves makes room for the next.
    const after = compileRuleset({ revision: 2, flags: flags.slice(1), segments }, ruleset)!;
    expect([...after.unreadable.keys()]).toEqual(['f3']);
  });

  it('are walked once for all flags that ask about them', () => {
    let reads = 0;
    const context = {
      userId: 'ada',
      attributes: {
        get x() {
          reads++;
          return 'a'.repeat(200);
        },
      },
    };
    const flags = Array.from({ length: 50 }, (_, i) =>
      flagWith({ key: `f${i}`, rules: [ruleOf(inSegment(['beta']))] }),
    );
    const ruleset = compileRuleset({ revision: 1, flags, segments: [segmentWith(heavy('beta', half))] })!;
    expect(decideAll(ruleset, context, { nowMs: 0 }).size).toBe(50);
    expect(reads).toBe(1);
  });
});
