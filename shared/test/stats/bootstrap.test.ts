import { describe, expect, it } from 'vitest';
import { bootstrapInterval, pairedBootstrap, seededRandom } from '../../src/stats/index.ts';
import { few, problemChances, thirds, worstDeviation } from './support.ts';

const costs = [0.021, 0.034, 0.012, 0.055, 0.018, 0.027, 0.091, 0.015, 0.022, 0.043, 0.03, 0.019, 0.026, 0.12, 0.017];
const solved = [1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1];
const priced = costs.map((cost, i) => ({ cost, solved: solved[i]! }));

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const mean = (values: readonly number[]) => total(values) / values.length;
const median = (values: readonly number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};
const costPerSolved = (sample: readonly { cost: number; solved: number }[]) =>
  total(sample.map(({ cost }) => cost)) / total(sample.map((one) => one.solved));

/**
 * NumPy's percentiles and scipy 1.10.1's own BCa (scipy.stats._resampling._bca_interval) over the very draws: sfc32 written
 * again in Python, whose first numbers stand below. Statistics rounded to 13 decimals: a rounding of a sum would break ties with what was observed.
 */
const references = [
  {
    what: 'mean of costs',
    interval: (method: 'percentile' | 'bca') => bootstrapInterval(costs, mean, { draws: 999, seed: 7, method }),
    percentile: [0.02366666666666667, 0.05247],
    bca: [0.0262, 0.058515918759542956],
  },
  {
    what: 'mean of few, at 90 %',
    interval: (method: 'percentile' | 'bca') =>
      bootstrapInterval(few.differences, mean, { draws: 2_000, seed: 1, alpha: 0.1, method }),
    percentile: [-0.058571428571428566, 0.22571428571428573],
    bca: [-0.055714285714285716, 0.22714285714285715],
  },
  {
    what: 'median of costs',
    interval: (method: 'percentile' | 'bca') => bootstrapInterval(costs, median, { draws: 1_500, seed: 3, method }),
    percentile: [0.018, 0.043],
    bca: [0.018, 0.04204243970461175],
  },
  {
    what: 'cost per solved',
    interval: (method: 'percentile' | 'bca') =>
      bootstrapInterval(priced, costPerSolved, { draws: 1_999, seed: 11, method }),
    percentile: [0.029720075757575765, 0.11315446428571427],
    bca: [0.031916313780677455, 0.12743189538706423],
  },
  {
    what: 'pass rate',
    interval: (method: 'percentile' | 'bca') => bootstrapInterval(solved, mean, { draws: 999, seed: 5, method }),
    percentile: [0.4, 0.8666666666666667],
    bca: [0.4, 0.8666666666666667],
  },
];

describe('the seeded generator', () => {
  it('gives the numbers of its definition, written again in Python', () => {
    const first = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 5 }, () => random() * 2 ** 32);
    };
    expect(first(1)).toEqual([2012149540, 1872316204, 1707632675, 1779833415, 2026416846]);
    expect(first(0x123456789abcd)).toEqual([3084697334, 3599130084, 3453378840, 1348678125, 3336000178]);
  });

  it.each([-1, 0.5, NaN, 2 ** 53])('refuses %d for a seed', (seed) => {
    expect(() => seededRandom(seed)).toThrow(RangeError);
  });
});

describe('the bootstrap interval', () => {
  it('is that of NumPy and of scipy over the same draws', () => {
    const worst = worstDeviation(
      references.flatMap(({ interval, percentile, bca }) =>
        [...interval('percentile')!, ...interval('bca')!].map((bound, i): [number, number] => [
          bound,
          [...percentile, ...bca][i]!,
        ]),
      ),
    );
    console.info(`bootstrap beside NumPy and scipy: worst ${worst}`);
    expect(worst).toBeLessThan(1e-9);
  });

  it('is the same for the same seed, and another for another', () => {
    const of = (seed: number) => bootstrapInterval(costs, mean, { seed, draws: 500 });
    expect(of(4)).toEqual(of(4));
    expect(of(4)).not.toEqual(of(5));
  });

  it('is a point where nothing varies, and nothing of fewer than two values', () => {
    expect(bootstrapInterval([2, 2, 2], mean, { draws: 100 })).toEqual([2, 2]);
    expect(bootstrapInterval([2], mean)).toBeUndefined();
    expect(bootstrapInterval([], mean)).toBeUndefined();
  });

  it('knows what has no end, as a cost per solved of nothing solved, and refuses NaN', () => {
    const hardly = [
      { cost: 1, solved: 1 },
      { cost: 1, solved: 0 },
      { cost: 1, solved: 0 },
    ];
    const [low, high] = bootstrapInterval(hardly, costPerSolved, { draws: 500, method: 'percentile' })!;
    expect(low).toBeLessThan(3);
    expect(high).toBe(Infinity);
    expect(() => bootstrapInterval([1, NaN], mean)).toThrow(RangeError);
  });

  it('falls back to percentiles where no bias can be told', () => {
    const smallest = (values: readonly number[]) => Math.min(...values) - 1e-9 * values.length;
    const alwaysAbove = (values: readonly number[]) => (values === costs ? -1 : smallest(values));
    const bca = bootstrapInterval(costs, alwaysAbove, { draws: 200, seed: 2 });
    expect(bca).toEqual(bootstrapInterval(costs, alwaysAbove, { draws: 200, seed: 2, method: 'percentile' }));
  });

  it('of a skewed mean holds the truth more often by BCa than by percentiles', () => {
    const random = seededRandom(21);
    let [percentile, bca] = [0, 0];
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      const sample = Array.from({ length: 30 }, () => (-Math.log(1 - random())) ** 3);
      const truth = 6;
      const holds = (method: 'percentile' | 'bca') => {
        const [low, high] = bootstrapInterval(sample, mean, { draws: 400, seed: run, method })!;
        return low <= truth && truth <= high;
      };
      if (holds('percentile')) percentile++;
      if (holds('bca')) bca++;
    }
    console.info(`coverage of a skewed mean: percentile ${(percentile / runs) * 100} %, BCa ${(bca / runs) * 100} %`);
    expect(bca).toBeGreaterThan(percentile);
  });
});

describe('the paired bootstrap', () => {
  it('is that of NumPy over the same draws, of problems and of whole clusters', () => {
    const { differences, clusters } = thirds;
    const plain = pairedBootstrap(differences, { draws: 3_000, seed: 2 })!;
    const clustered = pairedBootstrap(differences, { draws: 3_000, seed: 2, clusters })!;
    const worst = worstDeviation([
      [plain.interval[0], -0.2916666666666667],
      [plain.interval[1], 0.027777777777777773],
      [plain.standardError, 0.07966209740837492],
      [clustered.interval[0], -0.1954414838035528],
      [clustered.interval[1], -0.03698830409356707],
      [clustered.standardError, 0.03974053170560015],
    ]);
    console.info(`paired bootstrap beside NumPy: worst ${worst}`);
    expect(worst).toBeLessThan(1e-9);
  });

  it('holds the truth about 95 times in 100 for runs that differ by noise alone', () => {
    const random = seededRandom(8);
    const chances = problemChances(164, random);
    const runs = 400;
    let held = 0;
    for (let run = 0; run < runs; run++) {
      const differences = chances.map((p) => Number(random() < p) - Number(random() < p));
      const [low, high] = pairedBootstrap(differences, { draws: 1_000, seed: run })!.interval;
      if (low <= 0 && 0 <= high) held++;
    }
    console.info(`coverage of the paired bootstrap ${((held / runs) * 100).toFixed(1)} %`);
    expect(held / runs).toBeGreaterThan(0.92);
    expect(held / runs).toBeLessThan(0.985);
  });

  it('says nothing of fewer than two problems or clusters, and refuses NaN', () => {
    expect(pairedBootstrap([])).toBeUndefined();
    expect(pairedBootstrap([1])).toBeUndefined();
    expect(pairedBootstrap([1, 0], { clusters: [7, 7] })).toBeUndefined();
    expect(() => pairedBootstrap([1, NaN])).toThrow('difference 1 is NaN');
    expect(() => pairedBootstrap([1, 0], { clusters: [7] })).toThrow(RangeError);
  });
});
