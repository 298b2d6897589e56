import { describe, expect, it } from 'vitest';
import { operators, type Condition } from '../../src/contract/flags.ts';
import { compileRuleset, evaluate } from '../../src/flags/index.ts';
import { flagWith } from './support.ts';

type Op = Condition['op'];

/** What fits each operator, what it cannot read, and what it says it reads. */
const cases: Record<Exclude<Op, 'exists'>, [values: Condition['values'], wrong: unknown[], reads: string]> = {
  in: [['a'], [{}, [{}]], 'text, a number or a boolean'],
  contains: [['a'], [{}, [{}]], 'text'],
  startsWith: [['a'], [{}, [{}]], 'text'],
  endsWith: [['a'], [{}, [{}]], 'text'],
  matches: [['a'], [{}, [{}], 'a'.repeat(257)], 'text of at most 256 characters'],
  gt: [[5], [{}, 'many', '', true, '0x10', Number.NaN, ['many']], 'a number'],
  gte: [[5], [{}, 'many', ' 6'], 'a number'],
  lt: [[5], [{}, 'many', '+1'], 'a number'],
  lte: [[5], [{}, 'many'], 'a number'],
  before: [['2026-03-01T00:00:00Z'], [{}, 'soon', '2026-02-30', '2026-03-01T09:00:00', true], 'a time'],
  after: [['2026-03-01T00:00:00Z'], [{}, 'soon'], 'a time'],
  semverEq: [['1.2.3'], [{}, 'v1', '1.2.3.4', ''], 'a version'],
  semverGt: [['1.2.3'], [{}, 'v1'], 'a version'],
  semverGte: [['1.2.3'], [{}, 'v1'], 'a version'],
  semverLt: [['1.2.3'], [{}, 'v1'], 'a version'],
  semverLte: [['1.2.3'], [{}, 'v1'], 'a version'],
  segment: [['beta'], [{}, [{}]], 'text, a number or a boolean'],
};

describe('a wrong-typed attribute', () => {
  const traceFor = (op: Op, values: Condition['values'], x: unknown, negate: boolean) => {
    const flag = flagWith({
      rules: [{ id: 'r', when: [{ attribute: 'x', op, values, negate }], serve: { variant: 'on' } }],
      fallthrough: { variant: 'off' },
    });
    const segment = { key: 'beta', included: ['a'], version: 1, createdAt: '', updatedAt: '' };
    const ruleset = compileRuleset({ revision: 1, flags: [flag], segments: [segment] })!;
    const answer = evaluate(ruleset, flag.key, { attributes: { x } }, { nowMs: 0, explain: true })!;
    return { variant: answer.variant, why: answer.trace?.[0]?.why };
  };

  it.each(Object.entries(cases))(
    'matches nothing, negated or not, and is named in the trace: %s',
    (op, [values, wrong, reads]) => {
      for (const x of wrong)
        for (const negate of [false, true]) {
          const { variant, why } = traceFor(op as Op, values, x, negate);
          expect(variant).toBe('off');
          expect(why).toMatch(/^when\[0\]: x /);
          expect(why?.endsWith(` is not ${reads}`)).toBe(true);
        }
    },
  );

  it('is there for "exists", and every other operator is tried above', () => {
    expect(traceFor('exists', [], {}, false).variant).toBe('on');
    expect(Object.keys(cases).toSorted()).toEqual(operators.filter((op) => op !== 'exists').toSorted());
  });
});
