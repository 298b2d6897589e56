/** What was expected and what came of it, added up over the tasks whose expectation lies in one tenth of [0, 1]. */
export interface CalibrationSums {
  /** 0 for [0, .1), … 9 for [.9, 1]. */
  bin: number;
  n: number;
  expected: number;
  solved: number;
  /** Σ (expected - outcome)². */
  squaredErrors: number;
}

interface CalibrationBin {
  from: number;
  to: number;
  n: number;
  /** Means. */
  expected: number;
  solved: number;
}

/** So many bins of equal width. */
const calibrationBins = 10;

/**
 * How far "70 %" was from 70 %: the expected calibration error (Naeini, Cooper and Hauskrecht, AAAI 2015), which is the mean over tasks of
 * how far apart a bin's mean expectation and its share of solved tasks are; and Brier's mean squared error. Null without tasks.
 */
export function calibrationOf(sums: readonly CalibrationSums[]) {
  const filled = sums.filter(({ n }) => n > 0).toSorted((a, b) => a.bin - b.bin);
  const n = filled.reduce((total, bin) => total + bin.n, 0);
  const apart = filled.reduce((total, { expected, solved }) => total + Math.abs(expected - solved), 0);
  const squares = filled.reduce((total, { squaredErrors }) => total + squaredErrors, 0);
  const bins = filled.map((one): CalibrationBin => ({
    from: one.bin / calibrationBins,
    to: (one.bin + 1) / calibrationBins,
    n: one.n,
    expected: one.expected / one.n,
    solved: one.solved / one.n,
  }));
  return { n, ece: n === 0 ? null : apart / n, brier: n === 0 ? null : squares / n, bins };
}
