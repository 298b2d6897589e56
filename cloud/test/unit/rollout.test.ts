import {
  FlagDraft,
  type EvaluationContext,
  type Flag,
  type FlagDefinition,
  type RolloutPlan,
} from '@whetstone/shared/contract';
import { compileRuleset } from '@whetstone/shared/flags';
import { describe, expect, it } from 'vitest';
import { lookAtMany as looker } from '../../src/features/flags/look-at-many.ts';
import { coverageAt, paused, resumed, settled, withPlan } from '../../src/features/flags/rollout-plan.ts';
import { rolloutProgress } from '../../src/features/flags/rollout-progress.ts';
import { slices } from '../../src/features/flags/slices.ts';
import { aFlag } from '../support/flags.ts';

const at = (time: string) => Date.parse(`2026-03-${time}:00Z`);
const plan = {
  steps: [
    { at: '2026-03-01T09:00:00Z', coverage: 10 },
    { at: '2026-03-02T09:00:00Z', coverage: 50 },
    { at: '2026-03-03T09:00:00Z', coverage: 100 },
  ],
};
const split = [{ variant: 'on', weight: 1 }];
const planned = (change: object = {}) =>
  FlagDraft.parse(
    aFlag('rolling', { rules: [], fallthrough: { split, coverage: 1, otherwise: 'off' }, rollout: plan, ...change }),
  ) as FlagDefinition & { rollout: RolloutPlan };
const coverageOf = ({ fallthrough }: FlagDefinition) => ('split' in fallthrough ? fallthrough.coverage : undefined);

describe('a rollout plan', () => {
  it('has by the clock the coverage of its last step, before the first that of the split', () => {
    const flag = planned();
    const times = ['01T08:59', '01T09:00', '02T08:59', '02T09:00', '09T00:00'];
    expect(times.map((time) => coverageAt(flag, at(time)))).toEqual([1, 10, 10, 50, 100]);
  });

  it('stays where it was while it is paused, and then goes on later by the length of the pause', () => {
    const stopped = paused(planned(), new Date(at('01T21:00')));
    expect(stopped.rollout.pausedAt).toBe('2026-03-01T21:00:00.000Z');
    expect(coverageAt(stopped, at('09T00:00'))).toBe(10);
    const going = resumed(stopped, at('05T21:00'));
    expect(going.rollout).toEqual({
      steps: [
        { at: '2026-03-01T09:00:00Z', coverage: 10 },
        { at: '2026-03-06T09:00:00.000Z', coverage: 50 },
        { at: '2026-03-07T09:00:00.000Z', coverage: 100 },
      ],
    });
    expect(resumed(going, at('05T22:00'))).toEqual(going);
  });

  it('leaves what it has reached behind when it ends, so that nobody moves', () => {
    const over = settled(planned(), at('02T10:00'));
    expect(over).not.toHaveProperty('rollout');
    expect(coverageOf(over)).toBe(50);
    expect(coverageOf(settled(planned(), at('01T08:00')))).toBe(1);
    const next = withPlan(planned(), { steps: [{ at: '2026-04-01T00:00:00Z', coverage: 80 }] }, at('02T10:00'));
    expect(coverageOf(next)).toBe(50);
    expect(coverageAt(next as FlagDefinition & { rollout: RolloutPlan }, at('03T10:00'))).toBe(50);
  });

  it('leaves it in the rule that it moved, and in what a scheduled change has made of that by then', () => {
    const rule = { id: 'r', when: [], serve: { split, coverage: 3 } };
    const schedule = [
      { at: '2026-03-02T00:00:00Z', set: { rules: [rule] } },
      { at: '2026-03-20T00:00:00Z', set: { rules: [rule] } },
    ];
    const over = settled(planned({ rules: [rule], rollout: { ...plan, rule: 'r' }, schedule }), at('02T10:00'));
    expect(over.rules[0]?.serve).toMatchObject({ coverage: 50 });
    expect(coverageOf(over)).toBe(1);
    expect(over.schedule?.map(({ set }) => set.rules?.[0]?.serve)).toMatchObject([{ coverage: 50 }, { coverage: 3 }]);
  });
});

const stored = (change: object = {}): Flag & { rollout: RolloutPlan } => ({
  ...planned(change),
  version: 1,
  createdAt: '2026-02-01T00:00:00Z',
  updatedAt: '2026-02-01T00:00:00Z',
});
const progressOf = (flag: Flag & { rollout: RolloutPlan }, known: EvaluationContext[], time: string) =>
  rolloutProgress(flag, compileRuleset({ revision: 1, flags: [flag] })!, { contexts: known, lookAtMany }, at(time));
const lookAtMany = looker({ each: slices({ steadyMs: () => 0 }), steadyMs: () => 0 });
/** By userId, as exposures tell it. */
const users = (count: number): EvaluationContext[] =>
  Array.from({ length: count }, (_, i) => ({ userId: `user-${i}`, repoId: 'acme/api' }));

describe('the progress of a rollout', () => {
  it('says what is done, what is in force and what comes', async () => {
    const { steps, plannedPercent, paused: isPaused } = await progressOf(stored(), [], '02T10:00');
    expect(steps.map(({ state }) => state)).toEqual(['done', 'current', 'next']);
    expect({ plannedPercent, isPaused }).toEqual({ plannedPercent: 50, isPaused: false });
    expect((await progressOf(stored(), [], '01T08:00')).steps.map(({ state }) => state)).toEqual([
      'next',
      'planned',
      'planned',
    ]);
    const held = await progressOf(stored({ rollout: { ...plan, pausedAt: '2026-03-01T21:00:00Z' } }), [], '05T21:00');
    expect(held.steps.map(({ state }) => state)).toEqual(['current', 'held', 'held']);
    expect(held).toMatchObject({
      paused: true,
      plannedPercent: 10,
      next: { at: '2026-03-06T09:00:00.000Z', coverage: 50 },
    });
    expect((await progressOf(stored(), [], '09T00:00')).next).toBeNull();
  });

  it('counts the known units that are in, and names those that enter next: exactly the difference', async () => {
    const early = await progressOf(stored(), users(2_000), '01T10:00');
    const later = await progressOf(stored(), users(2_000), '02T10:00');
    expect(early.reached.of).toBe(2_000);
    expect(early.reached.percent).toBeGreaterThan(7);
    expect(early.reached.percent).toBeLessThan(13);
    expect(early.next?.count).toBe(later.reached.units - early.reached.units);
    expect(early.next?.units).toHaveLength(100);
    expect(early.next?.units[0]).toMatchObject({ unit: expect.stringMatching(/^user-/), repoId: 'acme/api' });
    expect((await progressOf(stored(), users(2_000), '04T00:00')).reached).toEqual({
      units: 2_000,
      of: 2_000,
      percent: 100,
    });
  });

  it('counts those alone whom this split decides, each once', async () => {
    const rules = [
      { id: 'r', when: [{ attribute: 'userId', op: 'in' as const, values: ['user-0'] }], serve: { variant: 'on' } },
    ];
    const known = [...users(3), ...users(3), {}];
    expect((await progressOf(stored({ rules }), known, '04T00:00')).reached).toEqual({ units: 2, of: 2, percent: 100 });
    expect((await progressOf(stored({ enabled: false }), known, '04T00:00')).reached).toEqual({
      units: 0,
      of: 0,
      percent: 0,
    });
  });

  it('counts by whatever attribute the split goes by', async () => {
    const fallthrough = { split, by: 'team', otherwise: 'off' };
    const known = [{ attributes: { team: 'blue' } }, { userId: 'alice' }];
    expect((await progressOf(stored({ fallthrough }), known, '04T00:00')).reached).toEqual({
      units: 1,
      of: 1,
      percent: 100,
    });
  });
});
