/** A chance that was told, and what came. */
export interface Foretold {
  chance: number;
  solved: boolean;
}

const bins = 10;
/** A chance of exactly 0 or 1 that proves wrong would cost infinitely much. */
const leastChance = 1e-6;

/** Mean squared error (Brier 1950). Undefined of nothing, as all below. */
export const brierOf = (all: readonly Foretold[]): number | undefined =>
  meanOver(all, ({ chance, solved }) => (chance - Number(solved)) ** 2);

/** Mean surprise in nats. */
export const logLossOf = (all: readonly Foretold[]): number | undefined => meanOver(all, surpriseOf);

export function surpriseOf({ chance, solved }: Foretold): number {
  return -Math.log(Math.max(leastChance, solved ? chance : 1 - chance));
}

/** Share of pairs of task and model where the likelier came. */
export const pairAccuracyOf = (all: readonly Foretold[]): number | undefined =>
  meanOver(all, ({ chance, solved }) => Number(chance >= 0.5 === solved));

/** Expected calibration error: 10 bins of equal width, each by how many fall in it (Naeini, Cooper, Hauskrecht, AAAI 2015). */
export function calibrationErrorOf(all: readonly Foretold[]): number | undefined {
  if (all.length === 0) return undefined;
  const off = new Float64Array(bins);
  for (const { chance, solved } of all) off[Math.min(bins - 1, Math.floor(bins * chance))]! += chance - Number(solved);
  return off.reduce((sum, difference) => sum + Math.abs(difference), 0) / all.length;
}

function meanOver(all: readonly Foretold[], of: (one: Foretold) => number): number | undefined {
  if (all.length === 0) return undefined;
  let sum = 0;
  for (const one of all) sum += of(one);
  return sum / all.length;
}
