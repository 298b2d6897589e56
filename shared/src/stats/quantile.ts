interface Symmetric {
  survival: (x: number) => number;
  density: (x: number) => number;
}

/**
 * The quantile of a distribution that is symmetric about 0: Newton's method on the logarithm of the tail, which is close
 * to a parabola for the normal and to a line in log x for Student's t, kept inside a bracket.
 */
export function quantileOf(p: number, distribution: Symmetric): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0.5) return 0;
  return p > 0.5 ? upperQuantile(1 - p, distribution) : -upperQuantile(p, distribution);
}

/** The x > 0 with P(X > x) = tail, for a tail of at most one half. */
export function upperQuantile(tail: number, { survival, density }: Symmetric): number {
  if (tail <= 0) return Infinity;
  let low = 0;
  let high = 1;
  while (survival(high) > tail) [low, high] = [high, high * 2];
  let x = (low + high) / 2;
  for (let step = 0; step < 200; step++) {
    const at = survival(x);
    if (at > tail) low = x;
    else high = x;
    const next = x + (Math.log(at / tail) * at) / density(x);
    const inside = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(inside - x) <= 1e-15 * x) return inside;
    x = inside;
  }
  return x;
}
