import { logBeta } from '../stats/gamma.ts';
import { incompleteBeta } from '../stats/incomplete-beta.ts';

export type TrialArm = 'challenger' | 'incumbent';

/** What came of a task whose model the lot of a trial chose. */
export interface TrialOutcome {
  arm: TrialArm;
  solved: boolean;
}

export interface TrialRule {
  /** How much better is better, as a fraction of 1. */
  margin: number;
  /** Of each arm; undecided after that many is an answer, too. */
  maxTasks: number;
}

interface ArmCount {
  n: number;
  solved: number;
}

export interface TrialStanding {
  arms: Record<TrialArm, ArmCount>;
  /** Posterior chances that the challenger is better, or worse, by more than the margin. */
  chanceBetter: number;
  chanceWorse: number;
  verdict: 'running' | 'undecided' | TrialArm;
}

/** The posterior chance that a verdict needs. */
const sureEnough = 0.95;

/**
 * The chance that a trial of two equal models ever ends with a winner, however often one looks: half of it for each side.
 */
export const trialErrorRate = 0.05;

/**
 * Where a trial stands. A posterior chance alone is no stopping rule: who looks after every task finds .95 sooner or later,
 * whatever is true. So a verdict also needs an e-process against "not better" to have reached 2 / `trialErrorRate`: it
 * counts on the outcomes that came before alone, and by Ville's inequality a wrong verdict keeps its rate at all times
 * together.
 *
 * @param outcomes in the order in which they came, which must not depend on what they are.
 */
export function trialStanding(outcomes: readonly TrialOutcome[], { margin, maxTasks }: TrialRule): TrialStanding {
  const challenger = solvedOf(outcomes, 'challenger', maxTasks);
  const incumbent = solvedOf(outcomes, 'incumbent', maxTasks);
  const arms = { challenger: countOf(challenger), incumbent: countOf(incumbent) };
  const chanceBetter = chanceAbove(arms.challenger, arms.incumbent, margin);
  const chanceWorse = chanceAbove(arms.incumbent, arms.challenger, margin);
  return { arms, chanceBetter, chanceWorse, verdict: verdict() };

  function verdict(): TrialStanding['verdict'] {
    if (chanceBetter > sureEnough && isProven(challenger, incumbent)) return 'challenger';
    if (chanceWorse > sureEnough && isProven(incumbent, challenger)) return 'incumbent';
    return challenger.length >= maxTasks && incumbent.length >= maxTasks ? 'undecided' : 'running';
  }
}

const solvedOf = (outcomes: readonly TrialOutcome[], of: TrialArm, most: number) =>
  outcomes.flatMap(({ arm, solved }) => (arm === of ? [solved] : [])).slice(0, most);

const countOf = (solved: readonly boolean[]): ArmCount => ({
  n: solved.length,
  solved: solved.filter(Boolean).length,
});

/**
 * Whether the e-process against "`better` solves no more than `other`" ever reached what a verdict needs. Outcomes are paired
 * as they came; a pair multiplies by its likelihood under the rates estimated before it, over that under their middle
 * (Turner, Ly and Grünwald, Generic E-variables for exact sequential k-sample tests, arXiv 2106.02693, eq. 3 with one of
 * each group). While `other` looks better nothing is staked.
 */
function isProven(better: readonly boolean[], other: readonly boolean[]): boolean {
  const needed = Math.log(2 / trialErrorRate);
  let logE = 0;
  let betterSolved = 0;
  let otherSolved = 0;
  for (let pair = 0; pair < Math.min(better.length, other.length); pair++) {
    const high = (betterSolved + prior) / (pair + 2 * prior);
    const low = (otherSolved + prior) / (pair + 2 * prior);
    const [one, two] = [better[pair]!, other[pair]!];
    if (high > low) {
      const middle = (high + low) / 2;
      logE +=
        logLikelihood(one, high) + logLikelihood(two, low) - logLikelihood(one, middle) - logLikelihood(two, middle);
      if (logE >= needed) return true;
    }
    if (one) betterSolved++;
    if (two) otherSolved++;
  }
  return false;
}

/** Observations that each of the two outcomes is begun with. */
const prior = 0.5;

const logLikelihood = (solved: boolean, rate: number) => Math.log(solved ? rate : 1 - rate);

const steps = 120;

/**
 * P(a > b + margin) of two independent rates with uniform priors: the integral of b's density times what a has above, by
 * Simpson's rule over fifteen standard deviations to both sides.
 */
function chanceAbove(a: ArmCount, b: ArmCount, margin: number): number {
  const [aSolved, aFailed] = [a.solved + 1, a.n - a.solved + 1];
  const [bSolved, bFailed] = [b.solved + 1, b.n - b.solved + 1];
  const total = bSolved + bFailed;
  const mean = bSolved / total;
  const reach = 15 * Math.sqrt((mean * (1 - mean)) / (total + 1));
  const from = Math.max(0, mean - reach);
  const width = (Math.min(1, mean + reach) - from) / steps;
  const scale = logBeta(bSolved, bFailed);
  let sum = 0;
  for (let step = 0; step <= steps; step++) {
    const x = from + step * width;
    const threshold = x + margin;
    if (threshold >= 1) break;
    // 0 times the logarithm of 0 is 0 here: a density to the power of nothing.
    const logDensity = powerOf(x, bSolved - 1) + powerOf(1 - x, bFailed - 1) - scale;
    const above = incompleteBeta(aFailed, aSolved, 1 - threshold, threshold);
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(logDensity) * above;
  }
  return Math.min(1, (sum * width) / 3);
}

const powerOf = (base: number, exponent: number) => (exponent === 0 ? 0 : exponent * Math.log(base));
