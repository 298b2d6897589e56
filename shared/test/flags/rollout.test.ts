import { describe, expect, it } from 'vitest';
import type { Flag } from '../../src/contract/flags.ts';
import { evaluate, unitOf } from '../../src/flags/index.ts';
import { compiled, flagWith, served, whys } from './support.ts';

const ms = (at: string) => Date.parse(at);
const split = [{ variant: 'on', weight: 100 }];
const steps = [
  { at: '2026-03-02T00:00:00Z', coverage: 25 },
  { at: '2026-03-03T00:00:00Z', coverage: 50 },
  { at: '2026-03-04T00:00:00Z', coverage: 100 },
];
const ramping = (parts: Partial<Flag> = {}) =>
  flagWith({ fallthrough: { split, coverage: 5 }, rollout: { steps }, ...parts });

const coverageAt = (flag: Flag, at: string) =>
  served(flag, { context: { userId: 'bob' }, nowMs: ms(at) }).metadata.rolloutPercentage;

describe('a rollout plan', () => {
  it.each([
    ['2026-03-01T23:59:59.999Z', 5],
    ['2026-03-02T00:00:00Z', 25],
    ['2026-03-02T23:59:59.999Z', 25],
    ['2026-03-03T00:00:00Z', 50],
    ['2030-01-01T00:00:00Z', 100],
  ])('raises the coverage by the clock: %s', (at, coverage) => {
    expect(coverageAt(ramping(), at)).toBe(coverage);
  });

  it('lets in those below the coverage, and says which step it was', () => {
    // bob is at 49,149
    const ask = (at: string) => served(ramping(), { context: { userId: 'bob' }, nowMs: ms(at), explain: true });
    expect(ask('2026-03-02T00:00:00Z').variant).toBe('off');
    expect(ask('2026-03-03T00:00:00Z').variant).toBe('on');
    expect(whys(ask('2026-03-03T00:00:00Z'))).toEqual([
      'by userId "bob": bucket 49149 is inside on 0…100000 of which 50 % is covered by the rollout step of ' +
        '2026-03-03T00:00:00Z (0…50000): inside',
    ]);
  });

  it('that is paused stays at the step it had reached', () => {
    const paused = (pausedAt: string) => ramping({ rollout: { steps, pausedAt } });
    expect(coverageAt(paused('2026-03-02T12:00:00Z'), '2030-01-01T00:00:00Z')).toBe(25);
    expect(coverageAt(paused('2026-03-03T00:00:00Z'), '2030-01-01T00:00:00Z')).toBe(50);
    expect(coverageAt(paused('2026-03-01T00:00:00Z'), '2030-01-01T00:00:00Z')).toBe(5);
  });

  it('moves the split of a rule alone when it names one', () => {
    const rules = [
      { id: 'first', when: [{ attribute: 'plan', op: 'in' as const, values: ['pro'] }], serve: { split, coverage: 1 } },
      { id: 'second', when: [{ attribute: 'plan', op: 'exists' as const, values: [] }], serve: { split, coverage: 2 } },
    ];
    const flag = ramping({ rules, rollout: { rule: 'second', steps } });
    const ask = (plan?: string) =>
      served(flag, { context: { userId: 'bob', attributes: { plan } }, nowMs: ms('2026-03-03T00:00:00Z') });
    expect(ask('pro').metadata.rolloutPercentage).toBe(1);
    expect(ask('free').metadata.rolloutPercentage).toBe(50);
    expect(ask().metadata.rolloutPercentage).toBe(5);
  });

  describe('beside a schedule', () => {
    it('moves the split that the schedule has put in place, and the schedule goes on', () => {
      const flag = ramping({
        enabled: false,
        variants: { on: true, b: 2, off: false },
        schedule: [
          { at: '2026-03-01T00:00:00Z', set: { enabled: true } },
          { at: '2026-03-02T12:00:00Z', set: { fallthrough: { split: [{ variant: 'b', weight: 1 }], coverage: 7 } } },
          { at: '2026-03-05T00:00:00Z', set: { fallthrough: { variant: 'on' } } },
          { at: '2026-03-06T00:00:00Z', set: { enabled: false } },
        ],
      });
      const at = (time: string) => {
        const { variant, reason, metadata } = served(flag, { context: { userId: 'alice' }, nowMs: ms(time) });
        return [variant, reason, metadata.rolloutPercentage];
      };
      expect(at('2026-02-28T00:00:00Z')).toEqual(['off', 'DISABLED', undefined]);
      expect(at('2026-03-01T00:00:00Z')).toEqual(['off', 'SPLIT', 5]);
      expect(at('2026-03-02T00:00:00Z')).toEqual(['on', 'SPLIT', 25]);
      expect(at('2026-03-02T12:00:00Z')).toEqual(['b', 'SPLIT', 25]);
      expect(at('2026-03-03T00:00:00Z')).toEqual(['b', 'SPLIT', 50]);
      expect(at('2026-03-05T00:00:00Z')).toEqual(['on', 'STATIC', 100]);
      expect(at('2026-03-06T00:00:00Z')).toEqual(['off', 'DISABLED', undefined]);
    });

    it('at the same moment still decides the coverage', () => {
      const { at } = steps[0]!;
      const flag = ramping({ schedule: [{ at, set: { fallthrough: { split, coverage: 80 } } }] });
      expect(coverageAt(flag, at)).toBe(25);
      expect(coverageAt(flag, '2026-03-01T00:00:00Z')).toBe(5);
    });

    it('of which a change removes its rule waits for one of that name', () => {
      const rule = (id: string) => ({ id, when: [], serve: { split, coverage: 1 } });
      const flag = ramping({
        rules: [rule('r')],
        rollout: { rule: 'r', steps },
        schedule: [
          { at: '2026-03-02T12:00:00Z', set: { rules: [rule('other')] } },
          { at: '2026-03-03T12:00:00Z', set: { rules: [rule('r')] } },
        ],
      });
      expect(coverageAt(flag, '2026-03-02T00:00:00Z')).toBe(25);
      expect(coverageAt(flag, '2026-03-03T00:00:00Z')).toBe(1);
      expect(coverageAt(flag, '2026-03-03T12:00:00Z')).toBe(50);
    });
  });

  it('is what unitOf looks at', () => {
    const ruleset = compiled(ramping({ fallthrough: { split, coverage: 5, by: 'repoId' } }));
    const nowMs = ms('2026-03-03T00:00:00Z');
    const context = { userId: 'bob', repoId: 'acme/api' };
    const answer = evaluate(ruleset, 'new-fixer-prompt', context, { nowMs })!;
    expect(unitOf(ruleset, answer, context, nowMs)).toBe('acme/api');
  });
});
