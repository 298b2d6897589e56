import { mcnemarExact, seededRandom } from '@whetstone/shared/stats';
import { describe, expect, it } from 'vitest';
import { decide, decideOn, figuresOf, type TaskPair } from '../../src/features/guidance/gate/decide.ts';
import { flippedSigns } from '../../src/features/guidance/gate/flipped-signs.ts';
import { planGate } from '../../src/features/guidance/gate/plan.ts';
import { plannedFor, simulatedGates, type World } from '../support/simulated-gates.ts';

const pairsOf = (counts: { wins: number; losses: number; same: number; costWith?: number }): TaskPair[] => {
  const pair = (problem: number, before: number, after: number): TaskPair => ({
    problem,
    without: { passed: before, graded: 1, costUsd: 0.01 },
    with: { passed: after, graded: 1, costUsd: counts.costWith ?? 0.01 },
  });
  return [
    ...Array.from({ length: counts.wins }, () => [0, 1] as const),
    ...Array.from({ length: counts.losses }, () => [1, 0] as const),
    ...Array.from({ length: counts.same }, () => [1, 1] as const),
  ].map(([before, after], problem) => pair(problem, before, after));
};
const plan = { tasksNeeded: 100, effectPoints: 10 };
const decision = (pairs: TaskPair[], others?: Parameters<typeof decide>[2]) => decide(figuresOf(pairs), plan, others);

describe('the gate', () => {
  it('accepts a gain, refuses harm, and calls few tasks inconclusive however well they did', () => {
    expect(decision(pairsOf({ wins: 20, losses: 2, same: 100 }))).toMatchObject({ decision: 'accepted', path: 'gain' });
    expect(decision(pairsOf({ wins: 2, losses: 20, same: 100 }))).toMatchObject({ decision: 'refused', path: null });
    expect(decision(pairsOf({ wins: 20, losses: 2, same: 70 }))).toMatchObject({ decision: 'inconclusive' });
    expect(decision([])).toMatchObject({ decision: 'inconclusive' });
  });

  it('refuses a gain that costs more than a tenth more, and does not guess where prices are not known', () => {
    const dear = pairsOf({ wins: 20, losses: 2, same: 100, costWith: 0.012 });
    expect(decision(dear)).toMatchObject({ decision: 'refused' });
    const unpriced = dear.map((pair) => ({ ...pair, with: { ...pair.with, costUsd: null } }));
    expect(decision(unpriced)).toMatchObject({ decision: 'inconclusive' });
  });

  it('accepts nothing that would not be accepted had answers without a verdict turned out worst', () => {
    const pairs = pairsOf({ wins: 20, losses: 2, same: 100 });
    const planned = { ...plan, samplesPerProblem: 1 };
    // An endpoint that fails on long prompts leaves out just the tasks that the version would lose.
    const without = (count: number, arm: 'with' | 'without') =>
      pairs.map((pair, i) => (i < 122 - count ? pair : { ...pair, [arm]: { passed: 0, graded: 0, costUsd: null } }));
    expect(decideOn(pairs, planned)).toMatchObject({ decision: 'accepted', path: 'gain' });
    expect(decideOn(without(3, 'with'), planned)).toMatchObject({ decision: 'accepted' });
    expect(decideOn(without(16, 'with'), planned)).toMatchObject({
      decision: 'inconclusive',
      path: null,
      reason: expect.stringContaining('16 answers with it and 0 without it have no verdict'),
    });
    const lost = pairs.map((pair, i) =>
      i < 12 ? { ...pair, without: { passed: 0, graded: 0, costUsd: null } } : pair,
    );
    expect(decideOn(lost, planned).decision).not.toBe('accepted');
    // Tasks that have no verdict in either run say nothing.
    const gone = { passed: 0, graded: 0, costUsd: null };
    const neither = pairs.map((pair, i) => (i < 105 ? pair : { ...pair, without: gone, with: gone }));
    expect(decideOn(neither, planned)).toMatchObject({ decision: 'accepted' });
  });

  it('says nothing of tasks that all come out the same, of one task, or of one repository', () => {
    expect(figuresOf(pairsOf({ wins: 0, losses: 0, same: 200 }))).toMatchObject({ pGain: 1, pHarm: 1, pCheaper: 1 });
    expect(figuresOf(pairsOf({ wins: 1, losses: 0, same: 0 }))).toMatchObject({ pGain: 1, pCheaper: 1 });
    const inOne = pairsOf({ wins: 30, losses: 0, same: 100, costWith: 0.005 }).map((pair) => ({
      ...pair,
      cluster: 'a repository',
    }));
    expect(figuresOf(inOne)).toMatchObject({ pGain: 1, pCheaper: 1 });
  });

  it('accepts what is cheaper only where it cannot be worse by three points', () => {
    expect(decision(pairsOf({ wins: 0, losses: 0, same: 200, costWith: 0.007 }))).toMatchObject({ path: 'cheaper' });
    expect(decision(pairsOf({ wins: 0, losses: 0, same: 110, costWith: 0.007 }))).toMatchObject({
      decision: 'refused',
    });
    expect(decision(pairsOf({ wins: 12, losses: 12, same: 200, costWith: 0.007 }))).toMatchObject({ path: null });
  });

  it('asks more of a candidate the more of them there are, those under way included', () => {
    const pairs = pairsOf({ wins: 10, losses: 2, same: 100 });
    expect(decision(pairs)).toMatchObject({ decision: 'accepted' });
    expect(decision(pairs, { pGain: [1, 0.5], pCheaper: [1, 1] }).decision).not.toBe('accepted');
    // Those that did better are out of its way.
    expect(decision(pairs, { pGain: [1e-6], pCheaper: [1] })).toMatchObject({ decision: 'accepted' });
  });

  it('counts a task once, however many samples it has, and a repository once, however many tasks', () => {
    const one = pairsOf({ wins: 12, losses: 2, same: 100 });
    const repeated = one.map((pair) => ({
      ...pair,
      without: { ...pair.without, passed: pair.without.passed * 5, graded: 5 },
      with: { ...pair.with, passed: pair.with.passed * 5, graded: 5 },
    }));
    expect(figuresOf(repeated).pGain).toBeCloseTo(figuresOf(one).pGain, 10);
    const inOne = one.map((pair) => ({ ...pair, cluster: pair.problem < 14 ? 'a repository' : undefined }));
    expect(figuresOf(inOne).pGain).toBeGreaterThan(0.05);
  });

  it('turns signs exactly as McNemar counts them', () => {
    for (const [gained, lost] of [
      [0, 0],
      [1, 0],
      [7, 2],
      [3, 12],
    ] as const) {
      const { gain, drop } = flippedSigns([...Array<number>(gained).fill(1), 0, ...Array<number>(lost).fill(-1)]);
      const expected = mcnemarExact(lost, gained);
      expect(gain).toBeCloseTo(expected.gain, 12);
      expect(drop).toBeCloseTo(expected.drop, 12);
    }
    // 4 + 1 of 8: sums of 5 and 7 are as great, of eight that can be.
    expect(flippedSigns([4, 2, -1]).gain).toBeCloseTo(2 / 8, 12);
  });

  it('plans for more tasks the smaller the effect and the more candidates, and for samples where tasks lack', () => {
    const wanted = { effectPoints: 10, discordance: 0.3, tasks: 1_000, candidates: 1 };
    const usual = planGate(wanted);
    expect(planGate({ ...wanted, effectPoints: 5 }).tasksNeeded).toBeGreaterThan(2 * usual.tasksNeeded);
    expect(planGate({ ...wanted, candidates: 4 }).tasksNeeded).toBeGreaterThan(usual.tasksNeeded);
    const few = planGate({ ...wanted, tasks: usual.tasksNeeded - 50 });
    expect(few.samplesPerProblem).toBeGreaterThan(1);
    expect(few.tasksNeeded).toBeLessThanOrEqual(few.tasks);
    const hopeless = planGate({ ...wanted, tasks: 20 });
    expect(hopeless.tasksNeeded).toBeGreaterThan(20);
  });
});

/** Small; the entry `guidance-gate` of the benchmarks has thousands of gates for each. */
describe('the gate, simulated', () => {
  const world = (change: Partial<World>): World => ({
    base: 0.6,
    noise: 0.1,
    effect: 0,
    how: 'wholly',
    cost: 1,
    ...change,
  });
  const shareOf = (change: Partial<World>, gates = 300) =>
    simulatedGates(world(change), { gates, seed: 7, tasks: 120, samples: 1 }).accepted;

  // The bar is 5 %; of 300 gates more than 9 % would be four standard errors from it.
  it.each([
    ['changes nothing', {}],
    ['is three points worse', { effect: -3 }],
    ['is three points worse and a fifth cheaper', { effect: -3, cost: 0.8 }],
  ])('hardly ever accepts what %s', (_, change) => {
    expect(shareOf(change)).toBeLessThan(0.09);
  });

  it('never accepts what does harm', () => {
    expect(shareOf({ effect: -15, cost: 0.8 })).toBe(0);
  });

  it('finds what it was planned for', () => {
    const real = world({ effect: 10 });
    const { tasksNeeded } = plannedFor(real, { seed: 3, tasks: 1_000, samples: 1 });
    const { accepted } = simulatedGates(real, { gates: 300, seed: 5, tasks: tasksNeeded, samples: 1 });
    // 80 %, less three standard errors.
    expect(accepted).toBeGreaterThan(0.73);
  });

  it('is the same for the same seed', () => {
    const [first, second] = [1, 1].map((seed) => simulatedGates(world({}), { gates: 20, seed, tasks: 60, samples: 2 }));
    expect(first).toEqual(second);
    expect(seededRandom(1)()).toBe(seededRandom(1)());
  });
});
