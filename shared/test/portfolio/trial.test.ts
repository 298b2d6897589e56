import { describe, expect, it } from 'vitest';
import { trialErrorRate, trialStanding, type TrialOutcome } from '../../src/portfolio/trial.ts';
import { seededRandom } from '../../src/stats/index.ts';

const rule = { margin: 0.03, maxTasks: 400 };

/** In turn, or by the lot of each task. */
function outcomesOf(rates: Record<TrialOutcome['arm'], number>, tasks: number, random: () => number): TrialOutcome[] {
  return Array.from({ length: tasks }, () => {
    const arm = random() < 0.5 ? 'challenger' : 'incumbent';
    return { arm, solved: random() < rates[arm] };
  });
}

/** The verdict of who looks after every `every` tasks and stops at the first one there is. */
function verdictOf(outcomes: TrialOutcome[], every: number) {
  for (let seen = every; seen <= outcomes.length; seen += every) {
    const { verdict } = trialStanding(outcomes.slice(0, seen), rule);
    if (verdict !== 'running') return verdict;
  }
  return 'running';
}

const shareOf = (rates: Record<TrialOutcome['arm'], number>, verdict: string, trials = 100) => {
  const random = seededRandom(7);
  let count = 0;
  for (let trial = 0; trial < trials; trial++) if (verdictOf(outcomesOf(rates, 900, random), 30) === verdict) count++;
  return count / trials;
};

describe('a trial of a new model', () => {
  it('begins without an opinion', () => {
    const { arms, chanceBetter, chanceWorse, verdict } = trialStanding([], rule);
    expect(arms).toEqual({ challenger: { n: 0, solved: 0 }, incumbent: { n: 0, solved: 0 } });
    // Of two uniform rates: half the square of what is left beside the margin.
    expect(chanceBetter).toBeCloseTo(0.97 ** 2 / 2, 4);
    expect(chanceWorse).toBeCloseTo(0.97 ** 2 / 2, 4);
    expect(verdict).toBe('running');
  });

  it('names a winner among two equal models no more often than promised, though one looks thirty times', () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const rates = { challenger: rate, incumbent: rate };
      expect(shareOf(rates, 'challenger') + shareOf(rates, 'incumbent')).toBeLessThanOrEqual(trialErrorRate);
    }
  });

  it('would name one far more often by the posterior chance alone', () => {
    const random = seededRandom(7);
    let found = 0;
    for (let trial = 0; trial < 100; trial++) {
      const outcomes = outcomesOf({ challenger: 0.5, incumbent: 0.5 }, 900, random);
      for (let seen = 30; seen <= outcomes.length; seen += 30) {
        const { chanceBetter, chanceWorse } = trialStanding(outcomes.slice(0, seen), { ...rule, margin: 0 });
        if (Math.max(chanceBetter, chanceWorse) <= 0.95) continue;
        found++;
        break;
      }
    }
    expect(found / 100).toBeGreaterThan(3 * trialErrorRate);
  });

  it('finds a model that is much better, and one that is much worse', () => {
    expect(shareOf({ challenger: 0.8, incumbent: 0.5 }, 'challenger')).toBeGreaterThan(0.9);
    expect(shareOf({ challenger: 0.5, incumbent: 0.8 }, 'incumbent')).toBeGreaterThan(0.9);
  });

  it('is undecided when both arms had all their tasks', () => {
    const outcomes = Array.from({ length: 800 }, (_, i): TrialOutcome => {
      const arm = i % 2 === 0 ? 'challenger' : 'incumbent';
      return { arm, solved: i % 4 < 2 };
    });
    expect(trialStanding(outcomes.slice(0, 799), rule).verdict).toBe('running');
    expect(trialStanding(outcomes, rule)).toMatchObject({
      verdict: 'undecided',
      arms: { challenger: { n: 400, solved: 200 }, incumbent: { n: 400, solved: 200 } },
    });
  });

  it('is better by the margin, or not at all', () => {
    const outcomes = Array.from({ length: 4_000 }, (_, i): TrialOutcome => {
      const isChallenger = i % 2 === 0;
      return { arm: isChallenger ? 'challenger' : 'incumbent', solved: (i >> 1) % 10 < (isChallenger ? 9 : 8) };
    });
    const long = { margin: 0.03, maxTasks: 10_000 };
    expect(trialStanding(outcomes, long).verdict).toBe('challenger');
    expect(trialStanding(outcomes, { ...long, margin: 0.12 }).verdict).toBe('running');
  });

  it('takes rates at both ends, and arms of which one is empty', () => {
    const all = (arm: TrialOutcome['arm'], solved: boolean) => Array.from({ length: 100 }, () => ({ arm, solved }));
    const one = trialStanding(all('challenger', true), rule);
    expect(one.verdict).toBe('running');
    const both = trialStanding([...all('challenger', true), ...all('incumbent', false)], rule);
    expect(both.chanceBetter).toBeCloseTo(1, 5);
    expect(both.chanceWorse).toBeCloseTo(0, 9);
    expect(both.verdict).toBe('challenger');
  });
});
