import type { Flag } from '@whetstone/shared/contract';
import { compileRuleset, evaluate } from '@whetstone/shared/flags';
import { describe, expect, it } from 'vitest';
import { filterOf, matcher, queryOf, tagsOf } from '../src/flags/filter.ts';
import { inForce } from '../src/flags/in-force.ts';
import { servesText } from '../src/flags/serves-text.ts';
import { flagPath } from '../src/flags/flag-path.ts';
import { afterMessage, withListed, withRemarks, type ListedFlag } from '../src/live/live-flags.ts';

const at = (text: string) => Date.parse(text);
const nowMs = at('2026-06-01T00:00:00Z');
const flag = (more: Partial<ListedFlag> = {}): ListedFlag => ({
  key: 'a-flag',
  enabled: true,
  variants: { on: true, off: false, large: true },
  offVariant: 'off',
  rules: [],
  fallthrough: { variant: 'off' },
  version: 1,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  ...more,
});
const split = (weights: Record<string, number>, coverage?: number, otherwise?: string) => ({
  split: Object.entries(weights).map(([variant, weight]) => ({ variant, weight })),
  ...(coverage !== undefined && { coverage }),
  ...(otherwise !== undefined && { otherwise }),
});
const rule = (id: string, serve: Flag['fallthrough']) => ({ id, when: [], serve });

describe('what a flag serves, in words', () => {
  it.each([
    ['off', flag()],
    ['on', flag({ fallthrough: { variant: 'on' } })],
    ['off', flag({ enabled: false, fallthrough: { variant: 'on' } })],
    ['25 % on', flag({ fallthrough: split({ on: 1 }, 25) })],
    ['0.5 % on', flag({ fallthrough: split({ on: 1 }, 0.5) })],
    ['0.033 % on', flag({ fallthrough: split({ on: 1 }, 0.0333) })],
    ['33.3 % on', flag({ fallthrough: split({ on: 1, off: 2 }) })],
    ['on', flag({ fallthrough: split({ on: 1, off: 0 }) })],
    ['off', flag({ fallthrough: split({ on: 1 }, 0) })],
    ['on', flag({ fallthrough: split({ on: 1 }) })],
    // A split that also serves the off variant outside of its coverage: both come to the same.
    ['10 % on', flag({ fallthrough: split({ on: 1, off: 1 }, 20) })],
    ['10 % on, 90 % large', flag({ offVariant: 'off', fallthrough: split({ on: 1 }, 10, 'large') })],
    ['10 % on, 10 % large, 80 % off', flag({ fallthrough: split({ on: 1, large: 1 }, 20) })],
    ['1 rule, else off', flag({ rules: [rule('a', { variant: 'on' })] })],
    [
      '2 rules, else 25 % on',
      flag({ rules: [rule('a', { variant: 'on' }), rule('b', { variant: 'on' })], fallthrough: split({ on: 1 }, 25) }),
    ],
  ] as const)('%s', (text, told) => {
    expect(servesText(told, nowMs)).toBe(text);
  });
});

describe('what is in force', () => {
  const scheduled = flag({
    fallthrough: split({ on: 1 }, 10),
    // Written in any order; their times decide.
    schedule: [
      { at: '2026-08-01T00:00:00Z', set: { enabled: false } },
      { at: '2026-06-15T00:00:00Z', set: { fallthrough: { variant: 'on' } } },
    ],
  });
  const planned = flag({
    fallthrough: split({ on: 1 }, 1),
    rollout: {
      steps: [
        { at: '2026-06-01T00:00:00Z', coverage: 5 },
        { at: '2026-06-10T00:00:00Z', coverage: 50 },
        { at: '2026-06-20T00:00:00Z', coverage: 100 },
      ],
    },
  });

  it('follows the schedule', () => {
    expect(servesText(scheduled, at('2026-06-14T23:59:59Z'))).toBe('10 % on');
    expect(servesText(scheduled, at('2026-06-15T00:00:00Z'))).toBe('on');
    expect(inForce(scheduled, at('2026-08-01T00:00:00Z')).enabled).toBe(false);
  });

  it('follows the rollout plan to where it was paused', () => {
    const shown = (day: string, more = {}) =>
      servesText({ ...planned, rollout: { ...planned.rollout!, ...more } }, at(`${day}T12:00:00Z`));
    expect(shown('2026-05-31')).toBe('1 % on');
    expect(shown('2026-06-01')).toBe('5 % on');
    expect(shown('2026-06-30')).toBe('on');
    expect(shown('2026-06-30', { pausedAt: '2026-06-12T00:00:00Z' })).toBe('50 % on');
  });

  it('moves the split of the rule that the plan names, and no other', () => {
    const moved = inForce(
      flag({
        ...planned,
        rules: [rule('r1', split({ on: 1 }, 1)), rule('r2', { variant: 'on' })],
        rollout: { ...planned.rollout!, rule: 'r1' },
      }),
      at('2026-06-10T12:00:00Z'),
    );
    expect(moved.rules.map(({ serve }) => serve)).toEqual([split({ on: 1 }, 50), { variant: 'on' }]);
    expect(moved.fallthrough).toEqual(split({ on: 1 }, 1));
  });

  it('agrees with the evaluator on the schedule', () => {
    const compiled = compileRuleset({ revision: 1, flags: [scheduled] })!;
    for (const day of ['2026-06-14', '2026-06-16', '2026-08-02']) {
      const now = at(`${day}T00:00:00Z`);
      const evaluation = evaluate(compiled, 'a-flag', { userId: 'alice' }, { nowMs: now });
      expect([day, evaluation?.reason === 'DISABLED']).toEqual([day, !inForce(scheduled, now).enabled]);
    }
  });
});

describe('the filter', () => {
  const flags = [
    flag({ key: 'fix-prompt', description: 'Shorter Prompt', tags: ['prompts', 'ai'], owner: 'Ada' }),
    flag({ key: 'big-model', enabled: false, tags: ['models'], staleReasons: [{ text: 'expired' }] }),
  ];
  const found = (query: Record<string, string>) => flags.filter(matcher(filterOf(query), nowMs)).map(({ key }) => key);

  it.each([
    [{}, ['fix-prompt', 'big-model']],
    [{ q: 'PROMPT' }, ['fix-prompt']],
    [{ q: 'shorter ada' }, ['fix-prompt']],
    [{ q: 'shorter model' }, []],
    // Fields do not run into each other.
    [{ q: 'promptshorter' }, []],
    [{ state: 'on' }, ['fix-prompt']],
    [{ state: 'off' }, ['big-model']],
    [{ state: 'no such state' }, ['fix-prompt', 'big-model']],
    [{ tag: 'models' }, ['big-model']],
    [{ stale: '1' }, ['big-model']],
    [{ stale: '1', tag: 'ai' }, []],
  ])('%o', (query, keys) => {
    expect(found(query as Record<string, string>)).toEqual(keys);
  });

  it('is the same read back from its address', () => {
    const filter = { text: 'a & b', state: 'archived', tag: 'x=y', isStale: true } as const;
    expect(filterOf(Object.fromEntries(new URLSearchParams(queryOf(filter))))).toEqual(filter);
    expect(queryOf(filterOf({}))).toBe('');
  });

  it('offers each tag once', () => {
    expect(tagsOf([...flags, flag({ tags: ['ai'] })])).toEqual(['ai', 'models', 'prompts']);
  });
});

describe('flags that change while one looks', () => {
  const held = new Map([['a-flag', flag({ version: 2, lastEvaluatedAt: '2026-05-01T00:00:00Z', staleReasons: [] })]]);

  it('keep what is known of their use', () => {
    const after = afterMessage(held, { kind: 'flag', flag: flag({ version: 3 }) });
    expect(after.get('a-flag')).toMatchObject({
      version: 3,
      lastEvaluatedAt: '2026-05-01T00:00:00Z',
      staleReasons: [],
    });
  });

  it('come, go, and are read anew after a break', () => {
    const two = afterMessage(held, { kind: 'flag', flag: flag({ key: 'another' }) });
    expect([...two.keys()]).toEqual(['a-flag', 'another']);
    expect([...afterMessage(two, { kind: 'archived', key: 'a-flag' }).keys()]).toEqual(['another']);
    expect(afterMessage(held, { kind: 'archived', key: 'unknown' })).toBe(held);
    expect([...afterMessage(two, { kind: 'ruleset', flags: [flag({ key: 'only' })] }).keys()]).toEqual(['only']);
  });

  it('are not set back by a list that was read before the change', () => {
    const listed = withListed(held, [flag({ version: 1, lastEvaluatedAt: '2026-05-02T00:00:00Z', staleReasons: [] })]);
    expect(listed.get('a-flag')).toMatchObject({ version: 2 });
  });

  it('learn of their use from a later list, and of nothing else', () => {
    const held = new Map([
      ['a-flag', flag({ version: 3, lastEvaluatedAt: null, staleReasons: [] })],
      ['quiet', flag({ key: 'quiet', lastEvaluatedAt: null, staleReasons: [] })],
    ]);
    const seen = { lastEvaluatedAt: '2026-05-02T00:00:00Z', staleReasons: [{ text: 'settled' }] };
    const next = withRemarks(held, [
      flag({ version: 2, description: 'out of date', ...seen }),
      flag({ key: 'quiet', lastEvaluatedAt: null, staleReasons: [] }),
      flag({ key: 'archived-meanwhile', ...seen }),
    ]);
    expect([...next.keys()]).toEqual(['a-flag', 'quiet']);
    expect(next.get('a-flag')).toEqual(flag({ version: 3, ...seen }));
    expect(next.get('quiet')).toBe(held.get('quiet'));
    expect(withRemarks(next, [flag({ version: 3, ...seen })])).toBe(next);
  });
});

describe('the address of a flag', () => {
  it('is its key, but for the one that is called as the page where flags are made', () => {
    expect([flagPath('a-flag'), flagPath('a-flag', 'usage')]).toEqual(['/flags/a-flag', '/flags/a-flag/usage']);
    expect([flagPath('new'), flagPath('new', 'usage')]).toEqual(['/flags/new/targeting', '/flags/new/usage']);
  });
});
