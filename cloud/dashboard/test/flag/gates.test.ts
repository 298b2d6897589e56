import { describe, expect, it } from 'vitest';
import { gateText } from '../../src/flag/model/gate.ts';
import { reasonParts } from '../../src/flag/model/reason.ts';
import { timelineOf } from '../../src/flag/model/timeline.ts';
import { newDocument } from '../../src/flag/model/document.ts';

const nowMs = Date.parse('2026-03-10T00:00:00Z');
const day = (n: number) => `2026-03-${String(n).padStart(2, '0')}T00:00:00Z`;

const planned = (steps: object[], more: object = {}) =>
  timelineOf({ ...newDocument('x'), rollout: { steps, ...more } } as never, nowMs).map(({ state, at, what }) => ({
    state,
    day: new Date(at).getUTCDate(),
    what,
  }));

describe('the timeline of a plan with eval gates', () => {
  it('says of a step whose time has come that it waits, of those behind it too, and calls none of them next', () => {
    const moments = planned([
      { at: day(1), coverage: 10 },
      { at: day(5), coverage: 50, gate: { dataset: 'starter', minPassRate: 0.57 } },
      { at: day(20), coverage: 100 },
    ]);
    expect(moments.map(({ state }) => state)).toEqual(['past', 'waiting', 'planned']);
    expect(moments[1]!.what).toBe('the fallthrough reaches 50 %, once a run on starter that passes 57 %');
    expect(moments[2]!.what).toBe('the fallthrough reaches 100 %, once the steps before it have come');
  });

  it('has a step come when its gate was passed', () => {
    const moments = planned([
      { at: day(1), coverage: 10, gate: { dataset: 'starter', passedAt: day(4) } },
      { at: day(2), coverage: 50 },
      { at: day(12), coverage: 100 },
    ]);
    expect(moments.map(({ state, day: on }) => [state, on])).toEqual([
      ['past', 4],
      ['past', 4],
      ['next', 12],
    ]);
  });

  it('holds a closed step of a plan that is paused', () => {
    const steps = [{ at: day(8), coverage: 50, gate: { dataset: 'starter' } }];
    expect(planned(steps, { pausedAt: day(7) }).map(({ state }) => state)).toEqual(['held']);
  });

  it('shows what can be read of a draft in which a time cannot', () => {
    expect(
      planned([
        { at: 'soon', coverage: 1 },
        { at: day(12), coverage: 5 },
      ]).map(({ day: on }) => on),
    ).toEqual([12]);
  });
});

describe('a gate', () => {
  it('is said in words, whatever is still being typed', () => {
    expect(gateText({ dataset: 'starter' })).toBe('a run on starter without a regression');
    expect(gateText({ dataset: '', minPassRate: 'x' as never, maxDropPoints: 5 })).toBe(
      'a run on (no data set yet) that passes “x” and is at most 5 points below the run before',
    );
  });
});

describe('the reason of a version', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((letter) => `${letter.repeat(8)}-0000-7000-8000-000000000000`);
  it('leads to the runs and the regression that it names, and loses no character', () => {
    const reason = `before: runs ${a} and ${b}, after: run ${c} (regression ${a})`;
    const parts = reasonParts(reason);
    expect(parts.map(({ text }) => text).join('')).toBe(reason);
    expect(parts.flatMap(({ href }) => href ?? [])).toEqual([
      `/runs/${a}`,
      `/runs/${b}`,
      `/runs/${c}`,
      `/regressions/${a}`,
    ]);
  });

  it.each(['', 'turned off by hand', `<a href="x">run</a> run ${'a'.repeat(8)}`])('leads nowhere: %s', (reason) => {
    expect(reasonParts(reason).every(({ href }) => href === undefined)).toBe(true);
  });
});
