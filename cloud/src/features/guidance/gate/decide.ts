import {
  clusteredStandardError,
  holm,
  mcnemarExact,
  pairedT,
  studentSurvival,
  studentUpperQuantile,
  type Interval,
} from '@whetstone/shared/stats';
import { flippedSigns } from './flipped-signs.ts';

/** What came of one task without and with the guidance. Costs are of an answer, in US dollars. */
export interface TaskPair {
  /** Place in the data set. */
  problem: number;
  without: Arm;
  with: Arm;
  /** Of the repository, where tasks of one are alike. */
  cluster?: string | undefined;
}

export interface Arm {
  passed: number;
  graded: number;
  /** Of all answers together; null where the price of one is not known. */
  costUsd: number | null;
}

/** Of each of the two paths, so that both together are wrong in one of twenty at most. */
export const pathAlpha = 0.025;
/** Points that a cheaper version may be worse at most. */
const marginPoints = 3;
const mostCostRatio = 1.1;

export interface Figures {
  pairs: number;
  wins: number;
  losses: number;
  differencePoints: number;
  /** 95 %; null where nothing differs, which says little about what comes next. */
  differenceInterval: Interval | null;
  /** Share of tasks of which one answer without and one with it would come out differently. */
  discordance: number;
  pGain: number;
  /** Of a drop: small where it does harm. */
  pHarm: number;
  /** Of both halves of the path: not worse by the margin, and cheaper. */
  pCheaper: number;
  costRatio: number | null;
  costRatioInterval: Interval | null;
}

/** Tasks that were graded in both runs, problem by problem: repeats narrow a task and never count as further tasks. */
const comparable = (pairs: readonly TaskPair[]): TaskPair[] =>
  pairs.filter((pair) => pair.without.graded > 0 && pair.with.graded > 0);

/**
 * As if each answer without a verdict had turned out worst for the version: wrong with it, right without. Verdicts are not missing by
 * chance where a longer prompt makes an endpoint fail.
 */
const atWorst = (pairs: readonly TaskPair[], samples: number): TaskPair[] =>
  pairs.map((pair) => ({
    ...pair,
    without: { ...pair.without, graded: samples, passed: pair.without.passed + samples - pair.without.graded },
    with: { ...pair.with, graded: samples },
  }));

const gradedOf = (pairs: readonly TaskPair[], arm: 'without' | 'with') =>
  pairs.reduce((sum, pair) => sum + pair[arm].graded, 0);

/** Everything that a decision is made from, out of the pairs alone. */
export function figuresOf(all: readonly TaskPair[]): Figures {
  return figuresFrom(comparable(all), comparable(all));
}

function figuresFrom(pairs: readonly TaskPair[], priced: readonly TaskPair[]): Figures {
  const differences = pairs.map((pair) => rateOf(pair.with) - rateOf(pair.without));
  const clusters = clustersOf(pairs);
  const wins = differences.filter((difference) => difference > 0).length;
  const losses = differences.filter((difference) => difference < 0).length;
  const test = pairs.length < 2 ? undefined : pairedT(differences, { clusters });
  const mean = meanOf(differences);
  const p = sidedP(pairs, clusters);
  return {
    pairs: pairs.length,
    wins,
    losses,
    differencePoints: 100 * mean,
    differenceInterval: test ? [100 * test.interval[0], 100 * test.interval[1]] : null,
    discordance: meanOf(pairs.map((pair) => discordanceOf(rateOf(pair.without), rateOf(pair.with)))),
    // Each alone is too bold somewhere: Student's t where few tasks differ, signs where tasks gain and lose unlike amounts.
    pGain: Math.max(p.gain, test?.p.gain ?? 1),
    pHarm: Math.max(p.drop, test?.p.drop ?? 1),
    pCheaper: Math.max(notWorseP(differences, clusters), savingP(priced)),
    ...costRatioOf(priced),
  };
}

export interface Decided {
  decision: 'accepted' | 'refused' | 'inconclusive';
  path: 'gain' | 'cheaper' | null;
  pAdjusted: number;
  reason: string;
}

export interface Candidates {
  /** Of the other versions tried against the same; those still under way have 1, which corrects most. */
  pGain: readonly number[];
  pCheaper: readonly number[];
}

interface Planned {
  tasksNeeded: number;
  effectPoints: number;
  samplesPerProblem: number;
}

/** By what has a verdict; and what that accepts has to hold at the worst that the rest could have been. */
export function decideOn(all: readonly TaskPair[], plan: Planned, others?: Candidates): Decided {
  const decided = decide(figuresOf(all), plan, others);
  // Tasks without any verdict say nothing, at best and at worst.
  const pairs = all.filter((pair) => pair.without.graded + pair.with.graded > 0);
  const whole = pairs.length * plan.samplesPerProblem;
  const missing = { with: whole - gradedOf(pairs, 'with'), without: whole - gradedOf(pairs, 'without') };
  if (decided.decision !== 'accepted' || missing.with + missing.without === 0) return decided;
  const atLeast = decide(figuresFrom(atWorst(pairs, plan.samplesPerProblem), comparable(all)), plan, others);
  if (atLeast.decision === 'accepted') return decided;
  return {
    ...decided,
    decision: 'inconclusive',
    path: null,
    reason: `${decided.reason}; but ${missing.with} answers with it and ${missing.without} without it have no verdict, and had they turned out worst it would not be accepted`,
  };
}

/** Holm over the candidates, path by path, then the rule. */
export function decide(
  figures: Figures,
  { tasksNeeded, effectPoints }: { tasksNeeded: number; effectPoints: number },
  others: Candidates = { pGain: [], pCheaper: [] },
): Decided {
  const gain = holm([figures.pGain, ...others.pGain])[0]!;
  const cheaper = holm([figures.pCheaper, ...others.pCheaper])[0]!;
  const harm = figures.pHarm;
  const { pairs, costRatio, differencePoints, differenceInterval } = figures;
  const of = `${signed(differencePoints)} points over ${pairs} tasks`;
  if (harm <= pathAlpha)
    return { decision: 'refused', path: null, pAdjusted: gain, reason: `it does harm: ${of}, p = ${short(harm)}` };
  if (pairs < tasksNeeded)
    return {
      decision: 'inconclusive',
      path: null,
      pAdjusted: gain,
      reason: `${pairs} tasks were graded in both runs, ${tasksNeeded} are needed to find ${effectPoints} points`,
    };
  const isAffordable = costRatio !== null && costRatio <= mostCostRatio;
  if (gain <= pathAlpha && isAffordable)
    return {
      decision: 'accepted',
      path: 'gain',
      pAdjusted: gain,
      reason: `better: ${of}, p = ${short(gain)}, at ${short(costRatio)} times the cost`,
    };
  if (cheaper <= pathAlpha && costRatio !== null)
    return {
      decision: 'accepted',
      path: 'cheaper',
      pAdjusted: cheaper,
      reason: `cheaper: ${short(costRatio)} times the cost, and not worse by ${marginPoints} points: ${of}, p = ${short(cheaper)}`,
    };
  if (gain <= pathAlpha)
    return {
      decision: costRatio === null ? 'inconclusive' : 'refused',
      path: null,
      pAdjusted: gain,
      reason:
        costRatio === null
          ? `better (${of}), but what the answers cost is not known: set the prices of the endpoint`
          : `better (${of}), but at ${short(costRatio)} times the cost, of which ${mostCostRatio} is the most`,
    };
  if (differenceInterval && differenceInterval[1] >= effectPoints)
    return {
      decision: 'inconclusive',
      path: null,
      pAdjusted: Math.min(gain, cheaper),
      reason: `${of}: tasks came out differently more often than planned, ${effectPoints} points are still possible`,
    };
  return {
    decision: 'refused',
    path: null,
    pAdjusted: Math.min(gain, cheaper),
    reason: `neither better (${of}, p = ${short(gain)}) nor cheaper without being worse (p = ${short(cheaper)})`,
  };
}

const clustersOf = (pairs: readonly TaskPair[]) => pairs.map(({ problem, cluster }) => cluster ?? problem);
const rateOf = ({ passed, graded }: Arm) => passed / graded;
const discordanceOf = (a: number, b: number) => a * (1 - b) + b * (1 - a);

const meanOf = (values: readonly number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Signs of whole clusters turned: exact where the guidance changes nothing, of one sample a task it is McNemar's test. */
function sidedP(pairs: readonly TaskPair[], clusters: readonly unknown[]): { gain: number; drop: number } {
  const [first] = pairs;
  const samples = first?.with.graded;
  const isEven = pairs.every((pair) => pair.with.graded === samples && pair.without.graded === samples);
  if (!isEven) return signsOf(pairs, clusters);
  const sums = new Map<unknown, number>();
  for (const [i, pair] of pairs.entries())
    sums.set(clusters[i], (sums.get(clusters[i]) ?? 0) + pair.with.passed - pair.without.passed);
  return flippedSigns([...sums.values()]);
}

/** Where samples are missing, whole steps are: only which way a cluster went counts. */
function signsOf(pairs: readonly TaskPair[], clusters: readonly unknown[]): { gain: number; drop: number } {
  const sums = new Map<unknown, number>();
  for (const [i, pair] of pairs.entries())
    sums.set(clusters[i], (sums.get(clusters[i]) ?? 0) + rateOf(pair.with) - rateOf(pair.without));
  const ways = [...sums.values()].filter((sum) => Math.abs(sum) > 1e-12);
  return mcnemarExact(ways.filter((sum) => sum < 0).length, ways.filter((sum) => sum > 0).length);
}

/**
 * Against "worse by the margin": Student's t, its variance that of the pairs and of the losses that would have to be among them if
 * the version were as bad as that, each of a whole task. Without those, runs that happen to lose little would look sure of it: where
 * few tasks differ, the variance is small just when the losses are few (as in the score test of Tango, Statistics in Medicine 1998,
 * whose variance is that of the hypothesis; this one is never smaller).
 */
function notWorseP(differences: readonly number[], clusters: readonly unknown[]): number {
  const standardError = differences.length < 2 ? undefined : clusteredStandardError(differences, clusters);
  if (standardError === undefined) return 1;
  const count = new Set(clusters).size;
  const above = meanOf(differences) + marginPoints / 100;
  if (above <= 0) return 1;
  return studentSurvival(above / Math.sqrt(standardError ** 2 + above / count), count - 1);
}

function savingP(pairs: readonly TaskPair[]): number {
  const clusters = clustersOf(pairs);
  const savings = costsOf(pairs)?.map((cost) => cost.without - cost.with);
  if (!savings || savings.length < 2) return 1;
  const test = pairedT(savings, { clusters });
  if (test) return test.p.gain;
  // The same on every task: then only that it is the same way says something.
  const [saving = 0] = savings;
  return saving > 0 ? mcnemarExact(0, new Set(clusters).size).gain : 1;
}

/** With / without, of an answer; the interval by linearisation (Cochran, "Sampling Techniques", 1977, §6.4). */
function costRatioOf(pairs: readonly TaskPair[]): Pick<Figures, 'costRatio' | 'costRatioInterval'> {
  const clusters = clustersOf(pairs);
  const costs = costsOf(pairs);
  const before = costs ? meanOf(costs.map((cost) => cost.without)) : 0;
  if (!costs || before === 0) return { costRatio: null, costRatioInterval: null };
  const costRatio = meanOf(costs.map((cost) => cost.with)) / before;
  const residuals = costs.map((cost) => (cost.with - costRatio * cost.without) / before);
  const standardError = clusteredStandardError(residuals, clusters);
  if (standardError === undefined) return { costRatio, costRatioInterval: null };
  const half = studentUpperQuantile(0.025, new Set(clusters).size - 1) * standardError;
  return { costRatio, costRatioInterval: [costRatio - half, costRatio + half] };
}

function costsOf(pairs: readonly TaskPair[]): { without: number; with: number }[] | undefined {
  const costs: { without: number; with: number }[] = [];
  for (const pair of pairs) {
    if (pair.without.costUsd === null || pair.with.costUsd === null) return undefined;
    costs.push({
      without: pair.without.costUsd / pair.without.graded,
      with: pair.with.costUsd / pair.with.graded,
    });
  }
  return costs;
}

const signed = (points: number) => `${points > 0 ? '+' : ''}${points.toFixed(1)}`;
const short = (value: number) => String(Number(value.toPrecision(3)));
