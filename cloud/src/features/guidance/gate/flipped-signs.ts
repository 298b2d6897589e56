/**
 * How surprising the sum of whole numbers is if each could as well have had the other sign (Fisher, "The Design of Experiments",
 * 1935, §21), exactly: the sums of all signs are counted one number after the other. For ones alone it is McNemar's exact test.
 */
export function flippedSigns(values: readonly number[]): { gain: number; drop: number } {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  const sum = values.reduce((total, value) => total + value, 0);
  const most = sizes.reduce((total, size) => total + size, 0);
  // The chance of each sum of those that turn positive.
  let chances = new Float64Array(most + 1);
  chances[0] = 1;
  let reached = 0;
  for (const size of sizes) {
    const next = new Float64Array(most + 1);
    for (let at = 0; at <= reached; at++) {
      const half = chances[at]! / 2;
      next[at]! += half;
      next[at + size]! += half;
    }
    chances = next;
    reached += size;
  }
  const positive = (sum + most) / 2;
  return { gain: between(chances, positive, most), drop: between(chances, 0, positive) };
}

function between(chances: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let at = from; at <= to; at++) total += chances[at]!;
  return Math.min(1, total);
}
