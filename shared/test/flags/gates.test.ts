import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flag, RolloutPlan } from '../../src/contract/flags.ts';
import { FlagDraft } from '../../src/contract/flags.ts';
import { stepTimes } from '../../src/flags/index.ts';
import { lintFlags } from '../../src/lint/index.ts';
import { flagWith, served, whys } from './support.ts';

type Gate = NonNullable<RolloutPlan['steps'][number]['gate']>;

const ms = (at: string) => Date.parse(at);
const split = [{ variant: 'on', weight: 100 }];
const gate: Gate = { dataset: 'humaneval', minPassRate: 0.8 };
const plan = (second: Partial<Gate> | undefined, parts: Partial<RolloutPlan> = {}): RolloutPlan => ({
  steps: [
    { at: '2026-03-02T00:00:00Z', coverage: 25 },
    { at: '2026-03-03T00:00:00Z', coverage: 50, ...(second && { gate: { ...gate, ...second } }) },
    { at: '2026-03-04T00:00:00Z', coverage: 100 },
  ],
  ...parts,
});
const gated = (rollout: RolloutPlan): Flag => flagWith({ fallthrough: { split, coverage: 5 }, rollout });
const coverageAt = (rollout: RolloutPlan, at: string) =>
  served(gated(rollout), { context: { userId: 'bob' }, nowMs: ms(at) }).metadata.rolloutPercentage;

describe('a step with an eval gate', () => {
  it('does not come into force by the clock, nor does what stands behind it', () => {
    const at = ['2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z', '2030-01-01T00:00:00Z'];
    expect(at.map((time) => coverageAt(plan({}), time))).toEqual([5, 25, 25, 25]);
    expect(at.map((time) => coverageAt(plan(undefined), time))).toEqual([5, 25, 50, 100]);
  });

  it('comes into force at its time once the gate was passed, or when it was passed if that was later', () => {
    const early = plan({ passedAt: '2026-03-02T12:00:00Z' });
    expect(coverageAt(early, '2026-03-02T23:59:59Z')).toBe(25);
    expect(coverageAt(early, '2026-03-03T00:00:00Z')).toBe(50);
    const late = plan({ passedAt: '2026-03-03T12:00:00Z' });
    expect(coverageAt(late, '2026-03-03T11:59:59.999Z')).toBe(25);
    expect(coverageAt(late, '2026-03-03T12:00:00Z')).toBe(50);
    expect(coverageAt(late, '2026-03-04T00:00:00Z')).toBe(100);
  });

  it('lets a later step wait until it has come, however late that is', () => {
    const veryLate = plan({ passedAt: '2026-03-09T00:00:00Z' });
    expect(coverageAt(veryLate, '2026-03-08T23:59:59Z')).toBe(25);
    expect(coverageAt(veryLate, '2026-03-09T00:00:00Z')).toBe(100);
  });

  it('stays outside a pause, whichever of the two was first', () => {
    const paused = (passedAt: string) => plan({ passedAt }, { pausedAt: '2026-03-03T06:00:00Z' });
    expect(coverageAt(paused('2026-03-03T05:00:00Z'), '2030-01-01T00:00:00Z')).toBe(50);
    expect(coverageAt(paused('2026-03-03T07:00:00Z'), '2030-01-01T00:00:00Z')).toBe(25);
  });

  it('is told in the explanation as the step that it is', () => {
    const flag = gated(plan({ passedAt: '2026-03-03T12:00:00Z' }));
    const ask = served(flag, { context: { userId: 'bob' }, nowMs: ms('2026-03-03T12:00:00Z'), explain: true });
    expect(whys(ask)[0]).toContain('50 % is covered by the rollout step of 2026-03-03T00:00:00Z');
  });

  it('has the off variant served by whoever cannot read the gate: it fails safe', () => {
    for (const unreadable of [{ ...gate, wants: 'more' }, { ...gate, passedAt: 'soon' }, 'humaneval', null]) {
      const steps = [{ at: '2026-03-02T00:00:00Z', coverage: 100, gate: unreadable }];
      const flag = { ...gated(plan(undefined)), rollout: { steps } };
      expect(served(flag, { context: { userId: 'bob' }, nowMs: ms('2030-01-01T00:00:00Z') })).toMatchObject({
        variant: 'off',
        errorCode: 'PARSE_ERROR',
      });
    }
  });

  it('never comes before its time, its gate or the step in front of it', () => {
    const step = fc.record({ at: fc.nat(1_000), passed: fc.option(fc.nat(1_000)), isGated: fc.boolean() });
    const iso = (second: number) => new Date(second * 1_000).toISOString();
    fc.assert(
      fc.property(fc.uniqueArray(step, { selector: ({ at }) => at, minLength: 1, maxLength: 8 }), (drawn) => {
        const list = drawn.toSorted((a, b) => a.at - b.at);
        const steps = list.map(({ at, passed, isGated }, i) => ({
          at: iso(at),
          coverage: i + 1,
          ...(isGated && { gate: { ...gate, ...(passed !== null && { passedAt: iso(passed) }) } }),
        }));
        const times = stepTimes({ steps });
        const flag = gated({ steps });
        for (const second of [0, ...list.flatMap(({ at, passed }) => [at, passed ?? 0]), 2_000]) {
          // Step by step, as the rule is told.
          let reached = 5;
          for (const [i, { at, passed, isGated }] of list.entries()) {
            if (at > second || (isGated && (passed === null || passed > second))) break;
            reached = i + 1;
          }
          const { metadata } = served(flag, { context: { userId: 'bob' }, nowMs: second * 1_000 });
          expect(metadata.rolloutPercentage).toBe(reached);
          expect(times.filter((ms) => ms <= second * 1_000)).toHaveLength(
            reached === 5 && times[0]! > second * 1_000 ? 0 : reached,
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is written with what has to be measured', () => {
    const draft = (wanted: object) => {
      const { version: _1, createdAt: _2, updatedAt: _3, ...flag } = gated(plan(undefined));
      const steps = [{ at: '2026-03-02T00:00:00Z', coverage: 100, gate: wanted }];
      return FlagDraft.safeParse({ ...flag, rollout: { steps } }).success;
    };
    expect(draft(gate)).toBe(true);
    for (const wrong of [{}, { ...gate, minPassRate: 80 }, { ...gate, maxDropPoints: -1 }, { ...gate, more: 1 }])
      expect(draft(wrong)).toBe(false);
  });

  it('is not over for lint while its gate is closed, and is a finding when it has waited for a week', () => {
    const rules = (rollout: RolloutPlan, now: string) => {
      const { version: _1, createdAt: _2, updatedAt: _3, ...flag } = gated(rollout);
      return lintFlags({ flags: [flag], nowMs: ms(now) })
        .map(({ rule }) => rule)
        .filter((rule) => rule === 'past-schedule' || rule === 'closed-gate');
    };
    expect(rules(plan(undefined), '2026-03-05T00:00:00Z')).toEqual(['past-schedule']);
    expect(rules(plan({}), '2026-03-05T00:00:00Z')).toEqual([]);
    expect(rules(plan({}), '2026-03-11T00:00:00Z')).toEqual(['closed-gate']);
    expect(rules(plan({}, { pausedAt: '2026-03-05T00:00:00Z' }), '2026-03-11T00:00:00Z')).toEqual([]);
    expect(rules(plan({ passedAt: '2026-03-03T00:00:00Z' }), '2026-03-11T00:00:00Z')).toEqual(['past-schedule']);
  });
});
