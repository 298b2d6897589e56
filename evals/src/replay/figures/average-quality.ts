/** What one setting of a method comes to: mean US dollars per task, and share solved. */
export interface OperatingPoint {
  costUsd: number;
  success: number;
}

const steps = 1_000;

/**
 * AIQ: the mean height, over costs from `from` to `to`, of the non-decreasing upper hull of the points; with `scale` 'log'
 * over their logarithms (after AIQ of withmartian/routerbench). Left of the cheapest point its own success counts.
 */
export function averageQuality(
  points: readonly OperatingPoint[],
  { from, to, scale }: { from: number; to: number; scale: 'linear' | 'log' },
): number | undefined {
  const hull = hullOf(points);
  if (hull.length === 0 || !(to >= from) || (scale === 'log' && from <= 0)) return undefined;
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    const share = (step + 0.5) / steps;
    sum += heightAt(hull, scale === 'log' ? from * (to / from) ** share : from + share * (to - from));
  }
  return sum / steps;
}

/** Upper hull up to the highest point: mixing two settings reaches each point between them. */
function hullOf(points: readonly OperatingPoint[]): OperatingPoint[] {
  const hull: OperatingPoint[] = [];
  for (const point of points.toSorted((a, b) => a.costUsd - b.costUsd || b.success - a.success)) {
    const highest = hull.at(-1);
    if (highest && point.success <= highest.success) continue;
    while (hull.length >= 2 && slope(hull.at(-2)!, point) >= slope(hull.at(-2)!, hull.at(-1)!)) hull.pop();
    hull.push(point);
  }
  return hull;
}

const slope = (a: OperatingPoint, b: OperatingPoint) => (b.success - a.success) / (b.costUsd - a.costUsd);

function heightAt(hull: readonly OperatingPoint[], costUsd: number): number {
  const next = hull.findIndex((point) => point.costUsd >= costUsd);
  if (next <= 0) return next === 0 ? hull[0]!.success : hull.at(-1)!.success;
  const [a, b] = [hull[next - 1]!, hull[next]!];
  return a.success + slope(a, b) * (costUsd - a.costUsd);
}
