import { describe, expect, it } from 'vitest';
import type { Condition, EvaluationContext } from '../../src/contract/flags.ts';
import { attributeReader } from '../../src/flags/attributes.ts';
import { compileCondition, holds as holdsIn, type CompiledCondition } from '../../src/flags/condition.ts';
import { runOf } from '../../src/flags/decide.ts';
import { conditionComplaint } from '../../src/flags/index.ts';
import type { ConditionDocument } from '../../src/flags/operators.ts';
import { compiled as rulesetOf } from './support.ts';

type Op = Condition['op'];
type Values = Condition['values'];

const condition = (op: Op, values: Values, negate?: boolean) => ({ attribute: 'x', op, values, negate });

const compiled = (document: ConditionDocument) => compileCondition(document, attributeReader(document.attribute));

const conditionHolds = (one: CompiledCondition, context: EvaluationContext) =>
  holdsIn(one, runOf(rulesetOf(), context, { nowMs: 0 }));

const holds = (op: Op, values: Values, attribute: unknown, negate?: boolean) =>
  conditionHolds(compiled(condition(op, values, negate)), { attributes: { x: attribute } });

const day = Date.parse('2026-03-01T00:00:00Z');

describe('an operator', () => {
  const cases: [Op, Values, unknown, boolean][] = [
    ['in', ['a', 'b'], 'b', true],
    ['in', ['a', 'b'], 'c', false],
    ['in', ['a', 'b'], 'B', false],
    ['in', [5], '5', true],
    ['in', ['5'], 5, true],
    ['in', [true], 'true', true],
    ['in', ['true'], true, true],
    ['in', [], 'a', false],
    ['in', Array.from({ length: 20 }, (_, i) => `u${i}`), 'u19', true],
    ['in', Array.from({ length: 20 }, (_, i) => i), '19', true],
    ['in', Array.from({ length: 20 }, (_, i) => `u${i}`), 'u20', false],
    ['contains', ['ix', 'zz'], 'fixer', true],
    ['contains', ['zz'], 'fixer', false],
    ['contains', ['1'], 213, true],
    ['startsWith', ['feature/', 'fix/'], 'fix/1', true],
    ['startsWith', ['ix'], 'fix/1', false],
    ['startsWith', ['tr'], true, true],
    ['endsWith', ['.com'], 'a@b.com', true],
    ['endsWith', ['.co'], 'a@b.com', false],
    ['matches', ['^v\\d+$', '^x$'], 'v12', true],
    ['matches', ['^v\\d+$'], 'v12b', false],
    ['matches', ['^\\d+$'], 12, true],
    ['gt', [5], 6, true],
    ['gt', [5], 5, false],
    ['gt', ['5'], '5.5', true],
    ['gt', [50, 5], 6, true],
    ['gt', [5], '10', true],
    ['gt', [1e21], '1e+22', true],
    ['gte', [5], '5', true],
    ['gte', [5], 4.9, false],
    ['lt', ['-1'], -2, true],
    ['lt', [5], 5, false],
    ['lte', [5], '5.0', true],
    ['lte', [5], 5.01, false],
    ['before', ['2026-03-01T00:00:00Z'], '2026-02-28T23:59:59.999Z', true],
    ['before', ['2026-03-01T00:00:00Z'], '2026-03-01T01:00:00+02:00', true],
    ['before', ['2026-03-01T00:00:00Z'], '2026-03-01T00:00:00Z', false],
    ['before', [day], day - 1, true],
    ['before', [String(day)], String(day), false],
    ['before', ['2026-03-01'], day - 1, true],
    ['after', ['2026-03-01T00:00:00Z'], day + 1, true],
    ['after', ['2026-03-01T00:00:00Z'], '2026-02-01', false],
    ['after', [day], '2026-03-01T00:00Z', false],
    ['after', ['1969-01-01T00:00:00Z'], 0, true],
    ['semverEq', ['2'], '2.0.0+build', true],
    ['semverEq', ['2.0.0'], 2, true],
    ['semverEq', ['2.0.0'], '2.0.0-rc.1', false],
    ['semverGt', ['1.9.0'], '1.10.0', true],
    ['semverGt', ['1.9.0'], '1.9', false],
    ['semverGte', ['1.9.0'], '1.9', true],
    ['semverGte', ['1.9.0'], '1.9.0-rc.1', false],
    ['semverLt', ['2'], '2-beta1', true],
    ['semverLt', ['2'], '2.0.0', false],
    ['semverLte', ['2'], '2.0.0', true],
    ['semverLte', ['2'], '2.0.1', false],
  ];

  it.each(cases)('%s %j holds for %j: %s; negated the opposite', (op, values, attribute, expected) => {
    expect(conditionComplaint(condition(op, values))).toBeUndefined();
    expect(holds(op, values, attribute)).toBe(expected);
    expect(holds(op, values, attribute, true)).toBe(!expected);
  });

  it.each<[Op, Values, unknown]>([
    ['in', ['a'], { a: 1 }],
    ['contains', ['a'], {}],
    ['startsWith', ['a'], [{}]],
    ['endsWith', ['a'], [[['a']]]],
    ['matches', ['a'], [null]],
    ['gt', [5], 'six'],
    ['gt', [5], '0x10'],
    ['gt', [5], ' 6'],
    ['gt', [5], '6\n'],
    ['gt', [5], '+6'],
    ['gt', [5], ''],
    ['gt', [5], true],
    ['gt', [5], 'Infinity'],
    ['gt', [5], Infinity],
    ['gt', [5], '1e999'],
    ['gte', [5], Number.NaN],
    ['lt', [5], ['x', {}]],
    ['lte', [5], 10n],
    ['before', [day], '2026-02-30'],
    ['before', [day], '2026-02-28T00:00:00'],
    ['before', [day], '28 Feb 2026'],
    ['before', [day], '2026-13-01T00:00:00Z'],
    ['before', [day], '2026-02-28T99:00:00Z'],
    ['after', [day], false],
    ['after', [day], new Date()],
    ['semverEq', ['1.0.0'], 'v1.0.0'],
    ['semverGt', ['1.0.0'], 'latest'],
    ['semverGte', ['1.0.0'], true],
    ['semverLt', ['1.0.0'], Symbol('1')],
    ['semverLte', ['1.0.0'], '1..0'],
    ['segment', ['beta'], 'a'],
  ])('%s %j never holds for the wrong type %s, negated or not', (op, values, attribute) => {
    expect(holds(op, values, attribute)).toBe(false);
    expect(holds(op, values, attribute, true)).toBe(false);
  });

  it.each<[Op, Values]>([
    ['in', ['undefined', 'null', '']],
    ['contains', ['u']],
    ['startsWith', ['u']],
    ['endsWith', ['d']],
    ['matches', ['']],
    ['gt', [-1]],
    ['gte', [0]],
    ['lt', [1]],
    ['lte', [0]],
    ['before', [day]],
    ['after', [0]],
    ['semverEq', ['0']],
    ['semverGt', ['0']],
    ['semverGte', ['0']],
    ['semverLt', ['1']],
    ['semverLte', ['0']],
    ['segment', ['beta']],
  ])('%s %j never holds for a missing attribute, negated or not', (op, values) => {
    for (const attribute of [undefined, null]) {
      expect(holds(op, values, attribute)).toBe(false);
      expect(holds(op, values, attribute, true)).toBe(false);
    }
  });

  it.each([
    [undefined, false],
    [null, false],
    ['', true],
    [0, true],
    [false, true],
    [[], true],
    [{}, true],
  ])('exists holds for %j: %s; negated the opposite', (attribute, expected) => {
    expect(holds('exists', [], attribute)).toBe(expected);
    expect(holds('exists', [], attribute, true)).toBe(!expected);
  });

  it('holds for a list when it holds for an element', () => {
    expect(holds('in', ['admin'], ['dev', 'admin'])).toBe(true);
    expect(holds('in', ['admin'], ['dev'])).toBe(false);
    expect(holds('in', ['admin'], ['dev'], true)).toBe(true);
    expect(holds('in', ['admin'], ['dev', 'admin'], true)).toBe(false);
    expect(holds('in', ['admin'], [], true)).toBe(true);
    expect(holds('gt', [5], ['x', 3, '7'])).toBe(true);
    expect(holds('gt', [5], ['x', 3], true)).toBe(true);
  });
});

describe('an attribute', () => {
  const reads = (attribute: string, context: EvaluationContext, value: string) =>
    conditionHolds(compiled({ attribute, op: 'in', values: [value] }), context);

  it.each<[string, EvaluationContext]>([
    ['userId', { userId: 'v' }],
    ['userId', { targetingKey: 'v' }],
    ['userId', { userId: '', targetingKey: 'v' }],
    ['userId', { attributes: { userId: 'v' } }],
    ['userId', { userId: 'v', targetingKey: 'other', attributes: { userId: 'other' } }],
    ['targetingKey', { userId: 'v' }],
    ['targetingKey', { targetingKey: 'v', userId: 'other' }],
    ['repoId', { repoId: 'v', attributes: { repoId: 'other' } }],
    ['repoId', { attributes: { repoId: 'v' } }],
    ['plan', { attributes: { plan: 'v' } }],
    ['constructor', { attributes: { constructor: 'v' } }],
    ['__proto__', { attributes: JSON.parse('{"__proto__": "v"}') }],
  ])('%s is read from %j', (attribute, context) => expect(reads(attribute, context, 'v')).toBe(true));

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'attributes'])(
    '%s is missing unless sent',
    (attribute) => {
      const exists = compiled({ attribute, op: 'exists', values: [] });
      expect(conditionHolds(exists, { attributes: {} })).toBe(false);
      expect(conditionHolds(exists, { userId: 'u' })).toBe(false);
    },
  );

  it('further down is not read from the top', () => {
    const context = { plan: 'v' } as EvaluationContext;
    expect(reads('plan', context, 'v')).toBe(false);
  });
});

describe('a condition is refused', () => {
  it.each<[Op, Values, (string | number)[], string]>([
    ['exists', ['x'], ['values'], '"exists" takes no values'],
    ['contains', [], ['values'], '"contains" needs at least one value'],
    ['segment', [], ['values'], '"segment" needs at least one value'],
    ['gt', [], ['values'], '"gt" needs at least one value'],
    ['gt', [5, 'six'], ['values', 1], 'expected a number or numeric text'],
    ['gte', ['0x1'], ['values', 0], 'expected a number or numeric text'],
    ['lt', [true], ['values', 0], 'expected a number or numeric text'],
    ['lte', [''], ['values', 0], 'expected a number or numeric text'],
    [
      'before',
      ['soon'],
      ['values', 0],
      'expected an ISO-8601 instant such as 2026-03-01T09:00:00Z, or milliseconds since 1970',
    ],
    [
      'after',
      ['2026-03-01T09:00:00'],
      ['values', 0],
      'expected an ISO-8601 instant such as 2026-03-01T09:00:00Z, or milliseconds since 1970',
    ],
    ['semverEq', ['v1'], ['values', 0], 'expected a version such as 1.2.3, 2 or 2.0.0-beta.1'],
    ['semverGt', [true], ['values', 0], 'expected a version such as 1.2.3, 2 or 2.0.0-beta.1'],
    ['contains', [''], ['values', 0], 'expected text that is not empty'],
    ['startsWith', [5], ['values', 0], 'expected text that is not empty'],
    ['endsWith', ['a', true], ['values', 1], 'expected text that is not empty'],
    ['matches', [5], ['values', 0], 'expected a pattern as text'],
    ['matches', ['ok', '(?=x)'], ['values', 1], 'lookaround, named groups and flags "(?…" are not taken'],
    ['matches', Array<string>(11).fill('('), ['values'], '"matches" takes at most 10 values'],
    ['segment', [1], ['values', 0], 'expected text that is not empty'],
  ])('%s %j', (op, values, path, message) => {
    expect(conditionComplaint(condition(op, values))).toEqual({ path, message });
  });

  it('not for an empty "in"', () => expect(conditionComplaint(condition('in', []))).toBeUndefined());
});
