import { holm, type SidedP } from '@whetstone/shared/stats';
import { costAndTimeOf, type CostAndTime } from './cost-and-time.ts';
import { differenceOf, type Difference } from './difference.ts';
import { discordantOf, type Discordant } from './discordant.ts';
import { pairRuns, type ComparedRun, type Pairing } from './pair-runs.ts';
import { warningsOf } from './warnings.ts';
import { whatChanged, type Change } from './what-changed.ts';

export interface CompareOptions {
  allowPartial?: boolean;
  alpha?: number;
  seed?: number;
  /** Of the paired bootstrap; 0 leaves bootstraps out. */
  draws?: number;
  /** Of how many comparisons this is one: each can see less where Holm adjusts them all. */
  among?: number;
}

export interface ComparedSide {
  directory: string;
  label: string;
  manifestHash: string;
}

export interface Comparison extends Difference, CostAndTime, Omit<Pairing, 'pairs'> {
  a: ComparedSide;
  b: ComparedSide;
  dataset: string;
  alpha: number;
  /** p-values of `test`, adjusted by Holm where one run is compared with several. */
  adjustedP: SidedP;
  /** Two-sided, after the adjustment. */
  isSeparated: boolean;
  lost: Discordant[];
  gained: Discordant[];
  changes: Change[];
  warnings: string[];
}

/** One run beside another of the same data set, problem by problem. */
export function compareRuns(a: ComparedRun, b: ComparedRun, options: CompareOptions = {}): Comparison {
  const { allowPartial = false, alpha = 0.05, seed = 1, draws = 100_000, among = 1 } = options;
  const { pairs, ...pairing } = pairRuns(a, b, { allowPartial });
  const drawing = { alpha: alpha / among, seed, draws };
  const difference = differenceOf(pairs, drawing);
  const changes = whatChanged(a.manifest, b.manifest);
  return {
    a: sideOf(a),
    b: sideOf(b),
    dataset: a.manifest.dataset.name,
    alpha,
    ...pairing,
    ...difference,
    adjustedP: difference.test.p,
    isSeparated: difference.test.p.twoSided < alpha,
    ...costAndTimeOf(pairs, drawing),
    ...discordantOf(pairs),
    changes,
    warnings: warningsOf({ a, b, pairing, changes }),
  };
}

/** One run beside several: among many comparisons some look separated by chance, so Holm adjusts what each has to show. */
export function compareWithSeveral(
  a: ComparedRun,
  others: readonly ComparedRun[],
  options: CompareOptions = {},
): Comparison[] {
  const comparisons = others.map((b) => compareRuns(a, b, { ...options, among: others.length }));
  const adjusted = (side: keyof SidedP) => holm(comparisons.map(({ test }) => test.p[side]));
  const [twoSided, drop, gain] = [adjusted('twoSided'), adjusted('drop'), adjusted('gain')];
  return comparisons.map((comparison, i) => ({
    ...comparison,
    adjustedP: { twoSided: twoSided[i]!, drop: drop[i]!, gain: gain[i]! },
    isSeparated: twoSided[i]! < comparison.alpha,
  }));
}

const sideOf = ({ directory, manifest, record }: ComparedRun): ComparedSide => ({
  directory,
  label: manifest.subject.label,
  manifestHash: record.manifestHash,
});
