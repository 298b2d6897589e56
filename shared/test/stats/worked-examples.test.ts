import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testData } from '../../../test/support/test-data.ts';
import {
  cupedLift,
  liftOf,
  posteriorOf,
  sampleOfProportion,
  sampleOfSums,
  sampleRatioP,
  sequentialTest,
  welchDegreesOfFreedom,
  welchTest,
  type CovariateSample,
} from '../../src/stats/index.ts';

interface Arm {
  type?: 'mean' | 'proportion';
  n: number;
  sum: number;
  sumSquares: number;
  preSum: number;
  preSumSquares: number;
  postPreSumProducts: number;
}

interface Case {
  name: string;
  a: Arm;
  b: Arm;
  relative: boolean;
  prior?: { mean: number; variance: number };
  tuning: number;
  alpha: number;
  expected: number;
  stddev: number;
  ci: [number, number];
  p: number;
  chanceToWin: number;
  risk: [number, number];
}

interface Published {
  welch_t: Case[];
  bayesian: Case[];
  sequential: Case[];
  cuped: Case[];
  srm: { users: number[]; weights: number[]; p: number }[];
}

/** A number as it was printed, and ours. */
type Row = [what: string, printed: number, ours: number];

const { path, missing } = testData('flags/stats-worked-examples.json');

const sampleOf = ({ type, n, sum, sumSquares }: Arm) =>
  type === 'proportion' ? sampleOfProportion(sum, n) : sampleOfSums(n, sum, sumSquares);

const liftIn = ({ a, b, relative }: Case) => liftOf(sampleOf(a), sampleOf(b), relative ? 'relative' : 'absolute')!;

function covariateOf(arm: Arm): CovariateSample {
  const { n, sum, preSum, preSumSquares, postPreSumProducts } = arm;
  const pre = sampleOfSums(n, preSum, preSumSquares);
  const covariance = (postPreSumProducts - (sum * preSum) / n) / (n - 1);
  return { ...sampleOf(arm), preMean: pre.mean, preVariance: pre.variance, covariance };
}

const rows = (name: string, members: Record<string, [printed: number, ours: number]>): Row[] =>
  Object.entries(members).map(([member, [printed, ours]]) => [`${name}: ${member}`, printed, ours]);

function welch(test: Case): Row[] {
  const lift = liftIn(test);
  const { interval, p } = welchTest(lift, welchDegreesOfFreedom(sampleOf(test.a), sampleOf(test.b)));
  return rows(`Welch, ${test.name}`, {
    lift: [test.expected, lift.value],
    'standard error': [test.stddev, Math.sqrt(lift.variance)],
    low: [test.ci[0], interval[0]],
    high: [test.ci[1], interval[1]],
    p: [test.p, p],
  });
}

function bayes(test: Case): Row[] {
  const { mean, standardDeviation, chanceToWin, interval, risk } = posteriorOf(liftIn(test), test.prior);
  return rows(`Bayes, ${test.name}`, {
    lift: [test.expected, mean],
    'standard deviation': [test.stddev, standardDeviation],
    low: [test.ci[0], interval[0]],
    high: [test.ci[1], interval[1]],
    'chance to win': [test.chanceToWin, chanceToWin],
    'risk of keeping': [test.risk[0], risk.keepingControl],
    'risk of choosing': [test.risk[1], risk.choosingTreatment],
  });
}

function sequential(test: Case): Row[] {
  const lift = liftIn(test);
  const { interval, p } = sequentialTest(lift, test.a.n + test.b.n, { alpha: test.alpha, tuning: test.tuning });
  return rows(`Sequential, ${test.name}`, {
    lift: [test.expected, lift.value],
    'standard error': [test.stddev, Math.sqrt(lift.variance)],
    low: [test.ci[0], interval[0]],
    high: [test.ci[1], interval[1]],
    p: [test.p, p],
  });
}

function cuped(test: Case): Row[] {
  const { estimate, control, treatment } = cupedLift(covariateOf(test.a), covariateOf(test.b), 'relative')!;
  const { p } = welchTest(estimate, welchDegreesOfFreedom(control, treatment));
  return rows(`CUPED, ${test.name}`, { lift: [test.expected, estimate.value], p: [test.p, p] });
}

const srm = ({ users, weights, p }: Published['srm'][number]): Row[] => [
  [
    `SRM, ${users.join(' ')} at ${weights.join(' ')}`,
    p,
    sampleRatioP([users.map((observed, i) => ({ observed, weight: weights[i]! }))]),
  ],
];

/** Rounded as the source says: 5 decimals, or as many as the number is given with. */
const decimalsOf = (printed: number) => {
  const [digits = '', exponent = '0'] = String(printed).split('e');
  return Math.max(5, (digits.split('.')[1]?.length ?? 0) - Number(exponent));
};

describe('the published worked examples', () => {
  it.skipIf(missing)(`come out to their last printed digit${missing ? ` (${missing})` : ''}`, () => {
    const published = JSON.parse(readFileSync(path, 'utf8')) as Published;
    const all: Row[] = [
      ...published.welch_t.flatMap(welch),
      ...published.bayesian.flatMap(bayes),
      ...published.sequential.flatMap(sequential),
      ...published.cuped.flatMap(cuped),
      ...published.srm.flatMap(srm),
    ];
    const table = all.map(([what, printed, ours]) => ({
      what,
      printed,
      ours,
      rounded: ours.toFixed(decimalsOf(printed)),
    }));
    console.info(
      table.map(({ what, printed, ours }) => `${what.padEnd(58)} ${String(printed).padStart(13)} ${ours}`).join('\n'),
    );
    console.info(`${table.length} numbers`);
    expect(table.length).toBeGreaterThanOrEqual(56);
    expect(table.filter(({ printed, rounded }) => Number(rounded) !== printed)).toEqual([]);
  });
});
