import { describe, expect, it } from 'vitest';
import { FlagDraft } from '../../src/contract/flags.ts';
import { evaluate } from '../../src/flags/index.ts';
import { search } from '../../src/flags/matches.ts';
import { compilePattern, patternStates } from '../../src/flags/pattern.ts';
import { compiled, flagWith, served, whys } from './support.ts';

const matching = (id: string, ...values: string[]) => ({
  id,
  when: [{ attribute: 'x', op: 'matches' as const, values }],
  serve: { variant: 'on' },
});

const half = 'a{998}'; // 1,000 states: the sequence and the repetition count as one each
const later = (id: string, ...values: string[]) => ({
  at: '2026-03-01T00:00:00Z',
  set: { rules: [matching(id, ...values)] },
});
const draftOf = (parts: object) => ({
  key: 'f',
  enabled: true,
  variants: { on: true, off: false },
  offVariant: 'off',
  fallthrough: { variant: 'off' },
  ...parts,
});

const over = 'with this value its patterns take 2002 states, the budget of a flag or segment is 2000';

describe('the patterns of a flag', () => {
  it('have 2,000 states together', () => {
    expect(patternStates(half)).toBe(1000);
    const rules = [matching('r0', half), matching('r1', half)];
    expect(FlagDraft.safeParse(draftOf({ rules })).error).toBeUndefined();
    expect(FlagDraft.safeParse(draftOf({ rules: rules.slice(1), schedule: [later('r', half)] })).success).toBe(true);
    expect(compiled(flagWith({ rules })).unreadable.size).toBe(0);
  });

  it.each([
    ['values', { rules: [matching('r', half, half, 'x')] }, ['rules', 0, 'when', 0, 'values', 2]],
    [
      'rules',
      { rules: [half, half, 'x'].map((value, i) => matching(`r${i}`, value)) },
      ['rules', 2, 'when', 0, 'values', 0],
    ],
    [
      'scheduled changes',
      { rules: [matching('r', half)], schedule: [later('r', half), later('r', 'x')] },
      ['schedule', 1, 'set', 'rules', 0, 'when', 0, 'values', 0],
    ],
  ])(
    'are refused at the one with which their %s exceed that, and switch the flag off where they are read',
    (_, parts, path) => {
      const { error } = FlagDraft.safeParse(draftOf(parts));
      expect(error?.issues).toMatchObject([{ path, message: over }]);

      const flag = { ...flagWith(), ...parts };
      expect(compiled(flag).unreadable.get(flag.key)).toBe(`values.${path.at(-1)}: ${over}`);
      expect(served(flag)).toMatchObject({ variant: 'off', reason: 'ERROR', errorCode: 'PARSE_ERROR' });
    },
  );

  it('are refused once, however many there are', () => {
    const rules = Array.from({ length: 500 }, (_, i) => matching(`r${i}`, ...Array<string>(10).fill(half)));
    expect(FlagDraft.safeParse(draftOf({ rules })).error?.issues).toHaveLength(1);
  });

  it.each([
    ['one', ['(?:[ab]?){498}x']],
    ['one that can end anywhere', ['[ab]{0,997}x']],
    ['one of many parts', ['[ab]{0,50}[ab-c]{0,50}[ab-d]{0,50}[ab-e]{0,50}'.repeat(4) + '(?:[ab]?){90}x']],
    ['ten', Array<string>(10).fill('[ab]{0,98}x')],
    ['ten nested', Array<string>(10).fill('(?:[ab]*[ab]*){28}x')],
    ['a thousand', Array<string>(1000).fill('x')],
  ])('cost an evaluation no more than two steps per state and character: %s', (_, patterns) => {
    const states = patterns.reduce((sum, pattern) => sum + patternStates(pattern), 0);
    expect(states).toBeGreaterThan(1900);
    expect(states).toBeLessThanOrEqual(2000);
    const found = patterns.map((pattern) => search(compilePattern(pattern), 'ab'.repeat(128)));
    expect(found.some((one) => one.found)).toBe(false);
    expect(found.reduce((sum, { steps }) => sum + steps, 0)).toBeLessThanOrEqual(2 * 2000 * 257);
  });
});

describe('a pattern', () => {
  const ask = (x: unknown, negate = false) => {
    const rule = { id: 'r', when: [{ attribute: 'x', op: 'matches' as const, values: ['^[ab,]*$'], negate }] };
    const flag = flagWith({ rules: [{ ...rule, serve: { variant: 'on' } }], fallthrough: { variant: 'off' } });
    return evaluate(compiled(flag), flag.key, { attributes: { x } }, { nowMs: 0, explain: true });
  };

  it('reads 256 characters', () => expect(ask('a'.repeat(256))?.variant).toBe('on'));

  it.each([
    ['a longer text', 'a'.repeat(257), `x "${'a'.repeat(79)}…"`],
    ['a list of texts that are longer together', ['a'.repeat(200), 'b'.repeat(56)], 'x [2 values]'],
    ['a longer list of empty texts', Array<string>(258).fill(''), 'x [258 values]'],
    ['a longer list of anything', Array<null>(258).fill(null), 'x [258 values]'],
  ])('never holds for %s, negated or not', (_, x, subject) => {
    for (const negate of [false, true]) {
      const evaluation = ask(x, negate);
      expect(evaluation?.variant).toBe('off');
      expect(evaluation && whys(evaluation)[0]).toBe(`when[0]: ${subject} is not text of at most 256 characters`);
    }
  });

  it('reads a list that is no longer than a text may be, a separator between its elements', () => {
    expect(ask(['x', 'b'.repeat(254)])?.variant).toBe('on');
    expect(ask(['xx', 'b'.repeat(254)])?.variant).toBe('off');
  });
});
