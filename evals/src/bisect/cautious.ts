import { wilsonInterval } from '@whetstone/shared/stats';
import type { History } from './history.ts';

/**
 * The chances of each version to be the first bad one if the two rates lie as close together as the seeds well allow: the
 * inner ends of their 70 % intervals. The marginal posterior is right on average over all pairs of rates; where they lie
 * close, seeds that happened to tell them apart make them look farther apart than they are. Simulated at rates of .3 and .6,
 * one bisect in 18 named a version, a quarter of them wrongly; with this it is one in 20 or fewer of all that names any.
 */
export function cautiousChances({ positions, weights }: History): readonly number[] {
  const [good, bad] = [positions[0]!, positions.at(-1)!];
  const [, before] = wilsonInterval(good.failures, good.runs, alpha);
  const [after] = wilsonInterval(bad.failures, bad.runs, alpha);
  if (before >= after) return positions.map((_, index) => (index === 0 ? 0 : 1 / (positions.length - 1)));
  const ratio = { failed: Math.log(before / after), passed: Math.log((1 - before) / (1 - after)) };
  let sum = 0;
  const logs = positions.map((_, index) => {
    if (index === 0) return -Infinity;
    const { runs, failures } = positions[index - 1]!;
    sum += failures * ratio.failed + (runs - failures) * ratio.passed;
    return sum + Math.log(weights?.[index] ?? 1);
  });
  return normalised(logs);
}

/** Chances from their logarithms up to a constant. */
export function normalised(logs: readonly number[]): readonly number[] {
  const highest = logs.reduce((a, b) => Math.max(a, b));
  const shares = logs.map((log) => Math.exp(log - highest));
  const sum = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / sum);
}

const alpha = 0.3;
