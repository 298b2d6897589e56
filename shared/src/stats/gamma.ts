/**
 * The gamma function's logarithm by Lanczos (g = 7, 9 terms; Numerical Recipes 3rd ed. §6.1 tells the method, the
 * coefficients are Godfrey's). Relative error below 1e-14 for x > 0.
 */
function logGamma(x: number): number {
  const series = lanczos.reduce((sum, coefficient, i) => sum + coefficient / (x + i), 0.999_999_999_999_809_93);
  const t = x + 6.5;
  return halfLogTwoPi + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/** The part of log Γ that Stirling's formula lacks, for x >= 10 (Abramowitz & Stegun 6.1.41): below 1e-16 in error. */
function stirlingRest(x: number): number {
  const inverse = 1 / x;
  const square = inverse * inverse;
  return inverse * stirling.reduceRight((sum, coefficient) => sum * square + coefficient, 0);
}

/** log B(a, b) without the cancellation of three large logarithms (SLATEC's DLBETA). */
export function logBeta(a: number, b: number): number {
  const [small, large] = a < b ? [a, b] : [b, a];
  const sum = small + large;
  if (large < 10) return logGamma(small) + logGamma(large) - logGamma(sum);
  const rest = stirlingRest(large) - stirlingRest(sum);
  if (small < 10) {
    return logGamma(small) + rest + small - small * Math.log(sum) + (large - 0.5) * Math.log1p(-small / sum);
  }
  return (
    -0.5 * Math.log(large) +
    halfLogTwoPi +
    stirlingRest(small) +
    rest +
    (small - 0.5) * Math.log(small / sum) +
    large * Math.log1p(-small / sum)
  );
}

/**
 * The regularised upper incomplete gamma function Q(a, x), for a > 0 and x >= 0: series below a + 1, Lentz's continued
 * fraction above (Numerical Recipes 3rd ed. §6.2), so that a far tail keeps its digits.
 */
export function upperGamma(a: number, x: number): number {
  if (!(x > 0)) return 1;
  if (x === Infinity) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * epsilon; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 100_000; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / awayFromZero(factor * d + b);
    c = awayFromZero(b + factor / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < epsilon) break;
  }
  return fraction;
}

export const epsilon = 2 ** -52;
const tiny = 1e-300;
/** Lentz's fractions divide by what may come out as 0. */
export const awayFromZero = (value: number): number => (Math.abs(value) < tiny ? tiny : value);

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156];
const lanczos = [
  676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_13, -176.615_029_162_140_59,
  12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6, 1.505_632_735_149_311_6e-7,
];
