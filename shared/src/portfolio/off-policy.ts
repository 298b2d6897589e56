import { studentUpperQuantile } from '../stats/student.ts';
import { wilsonInterval } from '../stats/wilson.ts';

/**
 * What is added up of each task in which the incumbent could have been chosen, in this order. With b the incumbent and q the chance
 * with which it would have been chosen: 1; what came of the answer (y); w, which is 1 / q where b was the answer and 0 elsewhere; w
 * times what came of b; what b was expected to come to (e); w · e.
 */
export const momentNames = ['tasks', 'seen', 'weight', 'weightedSeen', 'expected', 'weightedExpected'] as const;
type MomentName = (typeof momentNames)[number];

/** Sums over tasks, and the sums of their products two by two: all that the estimates need, so that a database can add them up. */
export interface Moments {
  sums: Record<MomentName, number>;
  /** Of the sums within a cluster, row by row: [i][j] is Σ over clusters of xᵢ·xⱼ, where j <= i. */
  products: number[][];
  /** Recommendations for one task are no independent ones. */
  clusters: number;
}

/** The first two of them. */
export type MeanMoments = Pick<Moments, 'products' | 'clusters'> & { sums: Pick<Moments['sums'], 'tasks' | 'seen'> };

/** 90 %. */
export type Range = [low: number, high: number];

export interface PolicyEstimate {
  value: number;
  /** Undefined where nothing can be told. */
  interval: Range | undefined;
}

export interface PolicyComparison {
  /** Kish: (Σw)² / Σw², by clusters. */
  effectiveSampleSize: number;
  /** What came of what was recommended. */
  recommended: PolicyEstimate;
  /** Had the incumbent done the same tasks: by weighing what it did, by that and the expectations, by the expectations alone. */
  incumbent: { snips: PolicyEstimate; doublyRobust: PolicyEstimate; direct: PolicyEstimate };
  /** Recommended / incumbent, by the doubly robust estimate. */
  ratio: PolicyEstimate | undefined;
}

/** Fewer effective observations make no estimate. */
export const fewestEffective = 50;

/**
 * What always taking the incumbent would have come to, from a log of recommendations whose chances are known. SNIPS (Swaminathan
 * and Joachims, NeurIPS 2015) weighs each task in which the incumbent was the answer by how seldom that was to happen. Doubly robust
 * (Dudík, Langford and Li, ICML 2011), with weights normalised in the same way, starts from the expectations and weighs how far
 * they were off. Standard errors are those of the delta method over clusters; quantiles are Student's with the degrees of freedom
 * of the effective sample size. No weight is clipped: where a rare one decides, the effective sample size is small.
 */
export function comparePolicies(moments: Moments): PolicyComparison {
  const { tasks, seen, weight, weightedSeen, expected, weightedExpected } = moments.sums;
  const effectiveSampleSize = weight === 0 ? 0 : weight ** 2 / moments.products[2]![2]!;
  const mean = meanOf(tasks, seen);
  const snips: Linear = {
    value: weightedSeen / weight,
    slope: [0, 0, -weightedSeen / weight ** 2, 1 / weight, 0, 0],
  };
  const off = (weightedSeen - weightedExpected) / weight;
  const doublyRobust: Linear = {
    value: expected / tasks + off,
    slope: [-expected / tasks ** 2, 0, -off / weight, 1 / weight, 1 / tasks, -1 / weight],
  };
  const estimate = ({ value, slope }: Linear): PolicyEstimate => ({
    value,
    interval: around(value, halfWidth(slope, moments, effectiveSampleSize)),
  });
  return {
    effectiveSampleSize,
    recommended: clusteredMean(moments),
    incumbent: {
      snips: estimate(snips),
      doublyRobust: estimate(doublyRobust),
      direct: { value: expected / tasks, interval: undefined },
    },
    ratio: ratioOf(mean, doublyRobust, moments, effectiveSampleSize),
  };
}

/** Of what came of tasks, some of which belong together: so that they are fewer observations than tasks. */
export function clusteredMean(moments: MeanMoments): PolicyEstimate {
  const { value, slope } = meanOf(moments.sums.tasks, moments.sums.seen);
  return { value, interval: around(value, halfWidth(slope, moments, moments.clusters)) };
}

const meanOf = (tasks: number, seen: number): Linear => ({
  value: seen / tasks,
  slope: [-seen / tasks ** 2, 1 / tasks, 0, 0, 0, 0],
});

/** A figure, and how it moves with each of the sums. */
interface Linear {
  value: number;
  slope: number[];
}

/**
 * The same of a share, by Wilson's interval with as many observations as would have made its variance: of 20 tasks that were all
 * solved, the share is not surely 1.
 */
export function clusteredShare(moments: MeanMoments): PolicyEstimate {
  const { tasks, seen } = moments.sums;
  const { value, slope } = meanOf(tasks, seen);
  const variance = varianceOf(slope, moments);
  const size = variance > 0 ? Math.min(tasks, (value * (1 - value)) / variance) : moments.clusters;
  return { value, interval: tasks === 0 ? undefined : wilsonInterval(value * size, size, 0.1) };
}

/** By its logarithm, which is nearer to normal and keeps the interval above 0. */
function ratioOf(above: Linear, below: Linear, moments: Moments, size: number): PolicyEstimate | undefined {
  if (!(above.value > 0 && below.value > 0)) return undefined;
  const value = above.value / below.value;
  const slope = above.slope.map((each, i) => each / above.value - below.slope[i]! / below.value);
  const half = halfWidth(slope, moments, size);
  return { value, interval: half === undefined ? undefined : [value * Math.exp(-half), value * Math.exp(half)] };
}

function halfWidth(slope: readonly number[], moments: Pick<Moments, 'products' | 'clusters'>, size: number) {
  if (moments.clusters < 2 || size < 2) return undefined;
  return studentUpperQuantile(0.05, size - 1) * Math.sqrt(varianceOf(slope, moments));
}

/** Every figure is a ratio of sums, so that its slopes times the sums are 0 and the sum of squares is centred already. */
function varianceOf(slope: readonly number[], { products, clusters }: Pick<Moments, 'products' | 'clusters'>): number {
  let variance = 0;
  for (const [i, row] of products.entries())
    for (const [j, product] of row.entries()) variance += (i === j ? 1 : 2) * slope[i]! * slope[j]! * product;
  return (Math.max(0, variance) * clusters) / Math.max(1, clusters - 1);
}

const around = (value: number, half: number | undefined): Range | undefined =>
  half === undefined ? undefined : [value - half, value + half];
