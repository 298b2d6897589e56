/**
 * P-values of several tests, adjusted so that those below alpha are false alarms with probability at most alpha all
 * together, however the tests hang together (Holm, Scandinavian Journal of Statistics 1979). In the order they came.
 */
export function holm(pValues: readonly number[]): number[] {
  for (const p of pValues) if (!(p >= 0 && p <= 1)) throw new RangeError(`expected p-values from 0 to 1, got ${p}`);
  const ascending = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = pValues.map(() => 1);
  let highest = 0;
  for (const [rank, { p, index }] of ascending.entries()) {
    highest = Math.max(highest, Math.min(1, p * (pValues.length - rank)));
    adjusted[index] = highest;
  }
  return adjusted;
}
