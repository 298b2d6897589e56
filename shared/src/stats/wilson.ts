import { normalQuantile } from './normal.ts';
import type { Interval } from './sample.ts';

/** Score interval of a rate, never outside 0 to 1 and honest at both ends (Wilson, JASA 1927). Of no trials: 0 to 1. */
export function wilsonInterval(successes: number, n: number, alpha = usual): Interval {
  if (n === 0) return [0, 1];
  const z = alpha === usual ? usualZ : normalQuantile(1 - alpha / 2);
  const p = successes / n;
  const centre = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  // Rounding must not leave the estimate outside its own interval.
  return [Math.max(0, Math.min(p, (centre - half) / scale)), Math.min(1, Math.max(p, (centre + half) / scale))];
}

const usual = 0.05;
/** Found once: a quantile takes a hundred times as long as the interval. */
const usualZ = normalQuantile(1 - usual / 2);
