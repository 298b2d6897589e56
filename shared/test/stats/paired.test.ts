import { describe, expect, it } from 'vitest';
import { clusteredStandardError, mcnemarExact, pairedT, pairedZ, seededRandom } from '../../src/stats/index.ts';
import { few, plusMinus, problemChances, thirds, worstDeviation } from './support.ts';

/**
 * Two-sided from statsmodels 0.13.5 (mcnemar, exact) and scipy 1.10.1 (binomtest), one-sided from scipy's binomtest, mid-p
 * from Python 3.11's fractions.
 */
const discordant: [
  lost: number,
  gained: number,
  two: number,
  drop: number,
  gain: number,
  mid: number,
  midDrop: number,
][] = [
  [0, 1, 1.0, 1.0, 0.5, 0.5, 0.75],
  [5, 0, 0.0625, 0.03125, 1.0, 0.03125, 0.015625],
  [7, 1, 0.0703125, 0.03515625, 0.99609375, 0.0390625, 0.01953125],
  [6, 16, 0.052478790283203125, 0.9915497303009033, 0.02623939514160156, 0.03468966484069824, 0.9826551675796509],
  [10, 3, 0.09228515625, 0.046142578125, 0.98876953125, 0.057373046875, 0.0286865234375],
  [21, 9, 0.042773945257067694, 0.021386972628533847, 0.991937599144876, 0.029449373483657837, 0.014724686741828918],
  [13, 8, 0.38331031799316406, 0.19165515899658203, 0.9053764343261719, 0.28627872467041016, 0.14313936233520508],
  [50, 50, 1.0, 0.5397946186935892, 0.5397946186935892, 0.9602053813064106, 0.5],
  [120, 90, 0.0451140878648407, 0.02255704393242035, 0.9839136951502114, 0.03864334878220895, 0.019321674391104476],
  [
    400, 330, 0.010605994778707762, 0.005302997389353881, 0.9957257963703701, 0.009577201018983749,
    0.0047886005094918745,
  ],
  [700, 900, 6.319484959450108e-7, 0.9999997565232752, 3.159742479725054e-7, 5.594509727662542e-7, 0.9999997202745137],
  [
    3000, 2800, 0.008969436001193404, 0.004484718000596702, 0.9958484026584282, 0.008636315342168313,
    0.0043181576710841565,
  ],
];

describe("McNemar's exact test", () => {
  it('is that of statsmodels and scipy', () => {
    const worst = worstDeviation(
      discordant.flatMap(([lost, gained, twoSided, drop, gain, mid, midDrop]) => {
        const [ours, half] = [mcnemarExact(lost, gained), mcnemarExact(lost, gained, { midP: true })];
        return [
          [ours.twoSided, twoSided] as const,
          [ours.drop, drop] as const,
          [ours.gain, gain] as const,
          [half.twoSided, mid] as const,
          [half.drop, midDrop] as const,
        ];
      }),
    );
    console.info(`McNemar beside statsmodels and scipy: worst ${worst}`);
    expect(worst).toBeLessThan(1e-9);
  });

  it('comes out as printed of the examples of its mid-p form (Fagerland, Lydersen, Laake 2013, table 6)', () => {
    const rounded = (lost: number, gained: number) =>
      [mcnemarExact(lost, gained), mcnemarExact(lost, gained, { midP: true })].map(({ twoSided }) =>
        twoSided.toFixed(4),
      );
    // Airway hyper-responsiveness (Bentur 2009) and complete response (Cavo 2012).
    expect(rounded(1, 7)).toEqual(['0.0703', '0.0391']);
    expect(rounded(6, 16)).toEqual(['0.0525', '0.0347']);
  });

  it('finds nothing where no pair differs', () => {
    expect(mcnemarExact(0, 0)).toEqual({ twoSided: 1, drop: 1, gain: 1 });
    expect(mcnemarExact(0, 0, { midP: true })).toEqual({ twoSided: 1, drop: 1, gain: 1 });
  });

  it('is the same the other way round', () => {
    const [there, back] = [mcnemarExact(21, 9), mcnemarExact(9, 21)];
    expect([back.drop, back.gain, back.twoSided]).toEqual([there.gain, there.drop, there.twoSided]);
  });

  it.each([
    [-1, 2],
    [1.5, 2],
    [NaN, 2],
    [1, Infinity],
  ])('refuses %d and %d discordant pairs', (lost, gained) => {
    expect(() => mcnemarExact(lost, gained)).toThrow(RangeError);
  });

  it('raises false alarms less often than it says, in pairs of the same coin', () => {
    const random = seededRandom(3);
    const chances = problemChances(164, random);
    let alarms = 0;
    for (let run = 0; run < 4_000; run++) {
      let [lost, gained] = [0, 0];
      for (const p of chances) {
        const [a, b] = [random() < p, random() < p];
        if (a && !b) lost++;
        if (b && !a) gained++;
      }
      if (mcnemarExact(lost, gained).drop < 0.05) alarms++;
    }
    console.info(`McNemar, one-sided .05, nothing changed: ${(alarms / 40).toFixed(2)} % alarms`);
    expect(alarms / 4_000).toBeLessThan(0.05);
    expect(alarms / 4_000).toBeGreaterThan(0.015);
  });
});

/**
 * scipy 1.10.1: ttest_1samp, norm; clustered by statsmodels 0.13.5: OLS on a constant, cov_type='cluster'. Quantiles of t are
 * scipy's survival function turned round by brentq: its own t.ppf is off by 4e-11 for two degrees of freedom, where
 * .95 sqrt(2 / (1 - .95²)) is exact, and by 4e-10 for 63.
 */
const references = [
  {
    data: thirds,
    difference: -0.125,
    standardError: 0.08226978321518631,
    z: [0.1286640087496123, 0.06433200437480616, 0.9356679956251939, -0.286245812117683, 0.03624581211768302],
    t: [0.1422922473391939, 0.07114612366959695, 0.9288538763304031, -0.2951880131556205, 0.045188013155620516],
    clustered: {
      cr1: 0.04026047946973634,
      cr0: 0.03819444444444447,
      t: [0.012624679228097327, -0.21607553201015414, -0.03392446798984586],
      z: [0.0019041950430043985, -0.20390908976099753, -0.04609091023900254],
      df: 9,
    },
  },
  {
    data: plusMinus,
    difference: -0.078125,
    standardError: 0.05592249233367129,
    z: [0.16240669786765838, 0.08120334893382919, 0.9187966510661708, -0.18773107089971303, 0.03148107089971301],
    t: [0.1673082335071902, 0.0836541167535951, 0.9163458832464049, -0.1898771836691807, 0.03362718366918069],
    clustered: {
      cr1: 0.09606516343087115,
      cr0: 0.09301469452961444,
      t: [0.42879512937792263, -0.28288304893885585, 0.12663304893885588],
      z: [0.41607470281250236, -0.2664092604934617, 0.11015926049346175],
      df: 15,
    },
  },
  {
    data: few,
    difference: 0.08714285714285712,
    standardError: 0.0924717276153272,
    z: [0.34600171793068946, 0.8269991410346553, 0.17300085896534473, -0.09409839857138212, 0.26838411285709635],
    t: [0.3823804431651738, 0.8088097784174131, 0.1911902215825869, -0.1391273090549366, 0.3134130233406508],
    clustered: {
      cr1: 0.080133946589975,
      cr0: 0.06542909340695958,
      t: [0.39042717331560617, -0.2576456868980964, 0.4319314011838107],
      z: [0.2768313864730889, -0.06991679211255013, 0.2442025063982644],
      df: 2,
    },
  },
] as const;

describe('the paired tests of differences', () => {
  it('are those of scipy, one-sided and two-sided', () => {
    const worst = worstDeviation(
      references.flatMap(({ data: { differences }, ...expected }) =>
        [
          { ours: pairedZ(differences)!, figures: expected.z },
          { ours: pairedT(differences)!, figures: expected.t },
        ].flatMap(({ ours, figures: [two, drop, gain, low, high] }) => [
          [ours.difference, expected.difference] as const,
          [ours.standardError, expected.standardError] as const,
          [ours.p.twoSided, two] as const,
          [ours.p.drop, drop] as const,
          [ours.p.gain, gain] as const,
          [ours.interval[0], low] as const,
          [ours.interval[1], high] as const,
        ]),
      ),
    );
    console.info(`paired z and t beside scipy: worst ${worst}`);
    expect(worst).toBeLessThan(1e-9);
  });

  it('are those of statsmodels where problems cluster', () => {
    const worst = worstDeviation(
      references.flatMap(({ data: { differences, clusters }, clustered }) => {
        const [t, z] = [pairedT(differences, { clusters })!, pairedZ(differences, { clusters })!];
        expect(t.df).toBe(clustered.df);
        return [
          [clusteredStandardError(differences, clusters)!, clustered.cr1] as const,
          [clusteredStandardError(differences, clusters, { smallSample: false })!, clustered.cr0] as const,
          [t.p.twoSided, clustered.t[0]] as const,
          [t.interval[0], clustered.t[1]] as const,
          [t.interval[1], clustered.t[2]] as const,
          [z.p.twoSided, clustered.z[0]] as const,
          [z.interval[0], clustered.z[1]] as const,
          [z.interval[1], clustered.z[2]] as const,
        ];
      }),
    );
    console.info(`clustered beside statsmodels: worst ${worst}`);
    expect(worst).toBeLessThan(1e-9);
  });

  it('claim nothing from differences that do not vary, or from fewer than two', () => {
    for (const differences of [[], [1], [0, 0, 0], [-1, -1], [0.1, 0.1, 0.1]]) {
      expect(pairedZ(differences)).toBeUndefined();
      expect(pairedT(differences)).toBeUndefined();
    }
    expect(pairedT([1, 0, 1], { clusters: ['a', 'a', 'a'] })).toBeUndefined();
  });

  it('refuse NaN, and clusters that do not fit', () => {
    expect(() => pairedZ([0, NaN])).toThrow('value 1 is NaN');
    expect(() => pairedT([0, 1], { clusters: ['a'] })).toThrow(RangeError);
  });

  it('hold the truth 95 times in 100 where problems cluster, and without minding clusters far less often', () => {
    const random = seededRandom(5);
    let [minded, ignored] = [0, 0];
    const runs = 1_500;
    for (let run = 0; run < runs; run++) {
      const clusters = Array.from({ length: 160 }, (_, i) => i >> 2);
      const shifts = Array.from({ length: 40 }, () => random() - 0.5);
      const differences = clusters.map((cluster) => shifts[cluster]! + 0.5 * (random() - 0.5));
      const holdsZero = ([low, high]: [number, number]) => low <= 0 && 0 <= high;
      if (holdsZero(pairedT(differences, { clusters })!.interval)) minded++;
      if (holdsZero(pairedT(differences)!.interval)) ignored++;
    }
    console.info(
      `coverage with clusters ${((100 * minded) / runs).toFixed(1)} %, ignoring them ${((100 * ignored) / runs).toFixed(1)} %`,
    );
    expect(minded / runs).toBeGreaterThan(0.93);
    expect(minded / runs).toBeLessThan(0.97);
    expect(ignored / runs).toBeLessThan(0.8);
  });
});
