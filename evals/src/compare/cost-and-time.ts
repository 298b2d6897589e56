import { bootstrapInterval, type Interval } from '@whetstone/shared/stats';
import { passRateOf, type Drawing } from './difference.ts';
import type { Pair } from './pair-runs.ts';

export interface RelativeChange {
  a: number;
  b: number;
  /** B over A, less 1: .1 is a tenth more. Absent where A is 0. */
  change?: number;
  /** 95 %, BCa bootstrap over problems; absent where it has no bounds. */
  interval?: Interval;
}

export interface CostAndTime {
  /** US dollars per sample, mean over problems. Absent where the price of a sample is not known. */
  costUsd?: RelativeChange;
  /** US dollars for each solved one; absent also where one of them solved nothing. */
  costPerSolvedUsd?: RelativeChange;
  /** Graded samples of paired problems whose price is not known. */
  unpriced: { a: number; b: number };
  /** Milliseconds per sample, mean over problems. */
  timeMs: RelativeChange;
}

/** What the paired problems cost and took: graded samples alone, so that both are asked for the same. */
export function costAndTimeOf(pairs: readonly Pair[], drawing: Drawing): CostAndTime {
  const unpriced = { a: unpricedOf(pairs.map(({ a }) => a)), b: unpricedOf(pairs.map(({ b }) => b)) };
  const rows = pairs.map(({ a, b }) => ({ a: rowOf(a), b: rowOf(b) }));
  const times = rows.map(({ a, b }) => ({ a: { spent: a.timeMs }, b: { spent: b.timeMs } }));
  const timeMs = { ...meansOf(times), ...changeOf(times, spentRatio, drawing) };
  if (unpriced.a + unpriced.b > 0) return { unpriced, timeMs };

  const costs = rows.map(({ a, b }) => ({
    a: { spent: a.costUsd, solved: a.passRate },
    b: { spent: b.costUsd, solved: b.passRate },
  }));
  const perSolved = (side: 'a' | 'b') =>
    total(costs, (row) => row[side].spent) / total(costs, (row) => row[side].solved);
  const [a, b] = [perSolved('a'), perSolved('b')];
  return {
    unpriced,
    timeMs,
    costUsd: { ...meansOf(costs), ...changeOf(costs, spentRatio, drawing) },
    ...(Number.isFinite(a) &&
      Number.isFinite(b) && { costPerSolvedUsd: { a, b, ...changeOf(costs, perSolvedRatio, drawing) } }),
  };
}

interface Spent {
  a: { spent: number };
  b: { spent: number };
}

interface SpentAndSolved {
  a: { spent: number; solved: number };
  b: { spent: number; solved: number };
}

const unpricedOf = (samples: readonly Pair['a'][]) =>
  samples.flat().filter(({ costUsd }) => costUsd === undefined).length;

const rowOf = (samples: Pair['a']) => ({
  costUsd: total(samples, ({ costUsd }) => costUsd ?? 0) / samples.length,
  timeMs: total(samples, (sample) => sample.timeMs) / samples.length,
  passRate: passRateOf(samples),
});

const meansOf = (rows: readonly Spent[]) => ({
  a: total(rows, ({ a }) => a.spent) / rows.length,
  b: total(rows, ({ b }) => b.spent) / rows.length,
});

function changeOf<Row>(
  rows: readonly Row[],
  ratioOf: (sample: readonly Row[]) => number,
  { seed, draws }: Drawing,
): Pick<RelativeChange, 'change' | 'interval'> {
  const change = ratioOf(rows) - 1;
  if (!Number.isFinite(change)) return {};
  if (draws === 0) return { change };
  // Each draw goes through every problem in closures: a fiftieth of the draws of the pass rate's take as long.
  const interval = bootstrapInterval(rows, (sample) => ratioOf(sample) - 1, {
    seed,
    draws: Math.max(1_000, draws / 50),
  });
  return { change, ...(interval?.every(Number.isFinite) && { interval }) };
}

/** Nothing for nothing is no change. */
const ratio = (of: number, to: number) => (of === to ? 1 : of / to);

const spentRatio = (rows: readonly Spent[]) =>
  ratio(
    total(rows, ({ b }) => b.spent),
    total(rows, ({ a }) => a.spent),
  );

/** Where a draw solved equally many, nothing in both included, the costs alone are compared. */
function perSolvedRatio(rows: readonly SpentAndSolved[]): number {
  const solvedA = total(rows, ({ a }) => a.solved);
  const solvedB = total(rows, ({ b }) => b.solved);
  const spent = spentRatio(rows);
  if (solvedA === solvedB) return spent;
  return solvedB === 0 || spent === Infinity ? Infinity : (spent * solvedA) / solvedB;
}

const total = <Row>(rows: readonly Row[], of: (row: Row) => number) => rows.reduce((sum, row) => sum + of(row), 0);
