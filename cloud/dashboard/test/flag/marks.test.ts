import { describe, expect, it } from 'vitest';
import { flagpoles, marksByStep, marksOf } from '../../src/flag/model/marks.ts';

const mark = (version: number, at = version) => ({ version, at, text: `Version ${version}` });
const actor = { kind: 'key' as const, id: 'k1', name: 'ada' };

describe('marks of changes on a chart', () => {
  it('say who did what and why, oldest first', () => {
    const marks = marksOf([
      { version: 2, action: 'updated', actor, reason: 'too slow', at: '2026-01-02T00:00:00.000Z' },
      { version: 1, action: 'created', actor, at: '2026-01-01T00:00:00.000Z' },
    ]);
    expect(marks).toEqual([
      { version: 1, at: 1_767_225_600, text: 'Version 1, created by ada' },
      { version: 2, at: 1_767_312_000, text: 'Version 2, changed by ada: too slow' },
    ]);
  });

  it('become one where they would cover one another, and stay apart where there is room', () => {
    const poles = flagpoles([mark(1), mark(2), mark(3), mark(4)], [10, 20, 57, 200], 48);
    expect(poles.map(({ px, marks }) => [px, marks.map(({ version }) => version)])).toEqual([
      [10, [1, 2, 3]],
      [200, [4]],
    ]);
  });

  it('are left out until it is known where they stand', () => {
    expect(flagpoles([mark(1), mark(2)], [], 48)).toEqual([]);
    expect(flagpoles([mark(1), mark(2)], [Number.NaN, 5], 48)).toEqual([{ px: 5, marks: [mark(2)] }]);
  });

  it('belong to the step in which they were made, the last step being open', () => {
    const steps = marksByStep([mark(1, 10), mark(2, 19), mark(3, 20), mark(4, 500)], [10, 20, 30]);
    expect(steps.map((step) => step.map(({ version }) => version))).toEqual([[1, 2], [3], [4]]);
  });
});
