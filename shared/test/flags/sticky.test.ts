import { describe, expect, it } from 'vitest';
import type { Serve } from '../../src/contract/flags.ts';
import { compileRuleset, evaluate, unitOf, type Assigned } from '../../src/flags/index.ts';
import { compiled, decideAll, flagWith, whys } from './support.ts';

// alice falls into a at 24,115, bob into a at 49,149 (outside a coverage of 60), dave into b at 54,482.
const variants = { a: 1, b: 2, c: 3, off: 0 };
const split = [
  { variant: 'a', weight: 50 },
  { variant: 'b', weight: 30 },
  { variant: 'c', weight: 20 },
];
const byTask = (parts: Partial<Extract<Serve, { split: unknown }>> = {}) =>
  flagWith({ variants, fallthrough: { split, sticky: 'taskId', ...parts } });

const task = { userId: 'alice', taskId: 'T-1' };

/** A store with one answer in it. */
const stored =
  (variant: string): Assigned =>
  (flag, attribute, unit) =>
    flag === 'new-fixer-prompt' && attribute === 'taskId' && unit === 'T-1' ? variant : undefined;

const ask = (flag = byTask(), context: object = task, assigned?: Assigned, explain = true) =>
  evaluate(compiled(flag), flag.key, context, { nowMs: 0, explain, assigned })!;

describe('a sticky split', () => {
  it('decides by the hash at first, and says what is to be stored', () => {
    expect(ask()).toMatchObject({
      variant: 'a',
      reason: 'SPLIT',
      bucket: 24115,
      sticky: [{ flag: 'new-fixer-prompt', attribute: 'taskId', unit: 'T-1', variant: 'a' }],
    });
  });

  it('serves what was stored ever after, whoever goes on with the task, and has nothing more to store', () => {
    for (const userId of ['alice', 'bob', 'dave']) {
      const answer = ask(byTask(), { userId, taskId: 'T-1' }, stored('c'));
      expect(answer).toMatchObject({ variant: 'c', value: 3, reason: 'SPLIT' });
      expect(answer).not.toHaveProperty('sticky');
    }
    expect(whys(ask(byTask(), task, stored('c')))).toEqual([
      'by userId "alice": bucket 24115 is inside a 0…50000; taskId was first served "c", which stays',
    ]);
  });

  it.each<[string, Parameters<typeof byTask>[0], string, string]>([
    ['a share with coverage', { coverage: 1 }, 'c', 'c'],
    ['what is served outside the coverage', { coverage: 60, otherwise: 'off' }, 'off', 'off'],
    ['not a share without weight', { split: [...split.slice(0, 2), { variant: 'c', weight: 0 }] }, 'c', 'a'],
    ['not a share that is gone', { split: split.slice(0, 2) }, 'c', 'a'],
    ['no share at all under a coverage of 0', { coverage: 0, otherwise: 'b' }, 'c', 'b'],
    ['not a variant that is none', {}, 'gone', 'a'],
  ])('keeps %s', (_, parts, first, expected) => {
    const answer = ask(byTask(parts), task, stored(first));
    expect(answer.variant).toBe(expected);
    expect(answer.sticky).toEqual(
      first === expected
        ? undefined
        : [{ flag: 'new-fixer-prompt', attribute: 'taskId', unit: 'T-1', variant: expected, replaces: first }],
    );
  });

  it.each([{ userId: 'alice' }, { userId: 'alice', taskId: '' }, { userId: 'alice', taskId: 5 as unknown as string }])(
    'is one like any other for who names no task: %j',
    (context) => {
      const answer = ask(byTask(), context, () => 'c');
      expect(answer.variant).toBe('a');
      expect(answer).not.toHaveProperty('sticky');
    },
  );

  it('needs its unit, whatever was stored', () => {
    expect(ask(byTask(), { taskId: 'T-1' }, stored('c'))).toMatchObject({ errorCode: 'TARGETING_KEY_MISSING' });
  });

  it('is asked nothing where something else decides', () => {
    const never: Assigned = () => {
      throw new Error('asked');
    };
    const rule = { id: 'r', when: [], serve: { variant: 'b' } };
    expect(ask({ ...byTask(), rules: [rule] }, task, never, false).variant).toBe('b');
    expect(
      ask({ ...byTask(), overrides: [{ attribute: 'userId', values: ['alice'], variant: 'b' }] }, task, never, false),
    ).toMatchObject({
      variant: 'b',
    });
    expect(ask({ ...byTask(), enabled: false }, task, never, false).variant).toBe('off');
  });

  it('is about the unit that is hashed: what unitOf names is what the bucket is of', () => {
    for (const assigned of [undefined, stored('c')]) {
      const ruleset = compiled(byTask({ by: 'repoId' }));
      const context = { ...task, repoId: 'acme/api' };
      const answer = evaluate(ruleset, 'new-fixer-prompt', context, { nowMs: 0, assigned })!;
      expect(unitOf(ruleset, answer, context, 0)).toBe('acme/api');
      const plain = evaluate(
        compiled(byTask({ by: 'repoId' })),
        'new-fixer-prompt',
        { repoId: 'acme/api' },
        { nowMs: 0 },
      );
      expect(answer.bucket).toBe(plain?.bucket);
    }
  });

  it('reports the first answers of prerequisites as well, once', () => {
    const base = { ...byTask(), key: 'base' };
    const needing = (key: string) => ({
      ...byTask(),
      key,
      prerequisites: [{ flag: 'base', variants: ['a', 'b', 'c'] }],
    });
    const document = { revision: 1, flags: [needing('first'), needing('second'), base] };
    const ruleset = compileRuleset(document)!;
    const flagsOf = (answer: { sticky?: { flag: string }[] } | undefined) => answer?.sticky?.map(({ flag }) => flag);
    expect(flagsOf(evaluate(ruleset, 'first', task, { nowMs: 0 }))).toEqual(['base', 'first']);
    const all = decideAll(ruleset, task, { nowMs: 0 });
    expect([...all.values()].flatMap(flagsOf)).toEqual(['base', 'first', 'second', undefined]);
    expect(all.get('base')?.variant).toBe(evaluate(ruleset, 'base', task, { nowMs: 0 })?.variant);
  });
});
