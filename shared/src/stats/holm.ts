/**
 * P-values of several tests, adjusted so that those below alpha are false alarms with probability at most alpha all
 * together, however the tests hang together (Holm, Scandinavian Journal of Statistics 1979). In the order they came.
 */
export function holm(pValues: readonly number[]): number[] {
  for (const p of pValues) if (!(p >= 0 && p <= 1)) throw new RangeError(`expected p-values from 0 to 1, got ${p}`);
  const ascending = Uint32Array.from(pValues.keys()).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = pValues.map(() => 1);
  let highest = 0;
  for (let rank = 0; rank < ascending.length; rank++) {
    const index = ascending[rank]!;
    highest = Math.max(highest, Math.min(1, pValues[index]! * (pValues.length - rank)));
    adjusted[index] = highest;
  }
  return adjusted;
}
