import { describe, expect, it } from 'vitest';
import { simulateComparisons, simulateSeries } from '../../../bench/evals/alert-rule-simulation.ts';
import {
  defaultThresholds,
  isRechecked,
  judge,
  pairProblems,
  seriesAlarm,
  suspicionOf,
  type ProblemRate,
} from '../../src/stats/index.ts';

const settings = defaultThresholds;

/** Problems that pass so many of their samples. */
const outcomes = (passed: readonly number[], graded = 1): ProblemRate[] =>
  passed.map((count, problem) => ({ problem, passed: count, graded }));
const arm = (passed: readonly number[], errorRate = 0) => ({ outcomes: outcomes(passed, 3), errorRate });
const hundred = (failing: number, pass = 1) => Array.from({ length: 100 }, (_, i) => (i < failing ? 0 : pass));
const decide = (before: number[], after: number[], options = {}) =>
  judge(arm(before), arm(after), settings, { isOldRechecked: true, ...options });

describe('suspicion', () => {
  it('needs more than two points, or a test that says so', () => {
    expect(suspicionOf(outcomes(hundred(10)), outcomes(hundred(12)), settings)).toMatchObject({ isSuspected: false });
    expect(suspicionOf(outcomes(hundred(10)), outcomes(hundred(13)), settings)).toEqual({
      isSuspected: true,
      dropPoints: 3,
      p: expect.closeTo(0.125, 9),
      test: 'mcnemar',
    });
    const many = (failing: number) => outcomes(Array.from({ length: 1_000 }, (_, i) => (i < failing ? 0 : 1)));
    expect(suspicionOf(many(0), many(6), settings)).toMatchObject({ isSuspected: true, p: expect.closeTo(1 / 64, 9) });
    expect(suspicionOf(many(6), many(0), settings)).toMatchObject({ isSuspected: false, dropPoints: -0.6 });
  });

  it('leaves out what has no verdict on both sides', () => {
    const before = outcomes([1, 1, 1, 1]);
    const after = [
      { problem: 0, passed: 1, graded: 1 },
      { problem: 1, passed: 0, graded: 0 },
    ];
    expect(pairProblems(before, after)).toEqual([{ problem: 0, before: 1, after: 1 }]);
    expect(suspicionOf(before, after, settings)).toMatchObject({ isSuspected: false, dropPoints: 0, p: 1 });
    expect(suspicionOf(before, [], settings)).toMatchObject({ isSuspected: false, dropPoints: 0, p: 1 });
  });

  it('compares rates where problems have several samples', () => {
    const suspicion = suspicionOf(outcomes([3, 3, 3], 3), outcomes([2, 3, 3], 3), settings);
    expect(suspicion).toMatchObject({ isSuspected: true, p: expect.closeTo(0.5, 9), test: 'sign' });
  });
});

describe('the verdict after reruns', () => {
  it('is an alert above five points, critical from ten on', () => {
    expect(decide(hundred(0, 3), hundred(5, 3))).toMatchObject({ severity: null, dropPoints: 5 });
    expect(decide(hundred(0, 3), hundred(6, 3))).toMatchObject({ severity: 'warning', dropPoints: 6 });
    expect(decide(hundred(0, 3), hundred(9, 3))).toMatchObject({ severity: 'warning' });
    expect(decide(hundred(0, 3), hundred(10, 3))).toMatchObject({ severity: 'critical', dropPoints: 10 });
    expect(decide(hundred(10, 3), hundred(0, 3))).toMatchObject({ severity: null });
  });

  it('is never critical on infrastructure errors, nor where the old build was not run again', () => {
    const after = hundred(30, 3);
    const judged = (before: number, now: number) =>
      judge(arm(hundred(0, 3), before), arm(after, now), settings, { isOldRechecked: true }).severity;
    expect(judged(0, 0.019)).toBe('critical');
    expect(judged(0, 0.02)).toBe('warning');
    expect(judged(0.5, 0)).toBe('warning');
    expect(judged(NaN, 0)).toBe('warning');
    expect(decide(hundred(0, 3), after, { isOldRechecked: false }).severity).toBe('warning');
  });

  it('takes the old build for rechecked when the reruns show a drop without the first runs', () => {
    const reruns = (before: number, after: number) => ({
      before: outcomes(hundred(before, 2), 2),
      after: outcomes(hundred(after, 2), 2),
    });
    expect(isRechecked(reruns(10, 30), settings)).toBe(true);
    expect(isRechecked(reruns(10, 15), settings)).toBe(false);
    expect(isRechecked(reruns(30, 30), settings)).toBe(false);
    expect(isRechecked({ before: [], after: [] }, settings)).toBe(false);
  });

  it('finds a drop that is the same for every problem, of which z knows no spread', () => {
    expect(decide(hundred(0, 3), hundred(100))).toMatchObject({
      severity: 'critical',
      dropPoints: 100,
      interval: [100, 100],
    });
    expect(decide(hundred(0, 3), hundred(0, 3))).toMatchObject({ severity: null, p: 1, power: 1 });
    expect(judge(arm([]), arm([]), settings, { isOldRechecked: true })).toMatchObject({
      severity: null,
      problems: 0,
      power: 0,
    });
  });

  it('counts problems that share a fate as one', () => {
    const after = hundred(12, 3);
    expect(decide(hundred(0, 3), after).severity).toBe('critical');
    const clusterOf = (problem: number) => (problem < 12 ? 'one repository' : problem);
    expect(decide(hundred(0, 3), after, { clusterOf }).severity).toBeNull();
  });

  it('shows the problems, the worst first', () => {
    const { lost, gained } = decide([3, 3, 3, 0], [2, 0, 3, 1]);
    expect(lost.map(({ problem }) => problem)).toEqual([1, 0]);
    expect(gained.map(({ problem }) => problem)).toEqual([3]);
  });
});

describe('a nightly series', () => {
  const quiet = [0.7, 0.72, 0.69, 0.71, 0.68, 0.7, 0.73, 0.69, 0.71, 0.7, 0.72, 0.68, 0.7, 0.71];
  const alarm = (after: number[], restarts?: number[]) =>
    seriesAlarm({ rates: [...quiet, ...after], passRates: [], ...(restarts && { restarts }) });

  it('is not judged before it has a reference', () => {
    expect(alarm([])).toBeUndefined();
    expect(alarm([0.7])).toMatchObject({ isAlarm: false, lastGood: 14 });
  });

  it('alarms at a drop that stays, names the night before it, and starts anew', () => {
    expect(alarm([0.7, 0.64])).toMatchObject({ isAlarm: false, lastGood: 14 });
    expect(alarm([0.7, 0.64, 0.64])).toMatchObject({ isAlarm: true, lastGood: 14 });
    expect(alarm([0.7, 0.64, 0.64, 0.7])).toMatchObject({ isAlarm: false, sum: 0 });
    expect(alarm([0.7, 0.64, 0.64], [15])).toMatchObject({ isAlarm: false, lastGood: 15 });
    expect(alarm([0.2])).toMatchObject({ isAlarm: true, lastGood: 13 });
  });

  it('has a spread even where every night was the same', () => {
    const same = Array.from({ length: 15 }, () => 1);
    expect(seriesAlarm({ rates: same, passRates: [] })).toMatchObject({ isAlarm: false, reference: { sd: 0.001 } });
  });
});

describe('the rule as a whole, simulated', () => {
  const problems = 164;

  it('seldom alerts without a drop, and nearly always at ten points', () => {
    const draws = 1_500;
    expect(simulateComparisons({ problems, points: 0, draws, seed: 1 }).alert).toBeLessThan(0.012);
    expect(simulateComparisons({ problems, points: 10, draws, seed: 1 }).alert).toBeGreaterThan(0.94);
  });

  it('finds a drop in a series within three nights', () => {
    const series = simulateSeries({ problems, points: 5, draws: 100, seed: 2 });
    expect(series.medianNights).toBeLessThanOrEqual(3);
    expect(series.alerted).toBeLessThan(0.02);
  });
});
