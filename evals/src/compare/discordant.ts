import { passRateOf } from './difference.ts';
import type { Pair } from './pair-runs.ts';

/** A problem that came out differently. */
export interface Discordant {
  problemId: string;
  /** Share of samples that passed. */
  passRateA: number;
  passRateB: number;
  /** How the samples that are worse ended, each way once: `failed: …`, `timeout`. */
  said: readonly string[];
}

/** What B lost and what it gained, the largest changes first. */
export function discordantOf(pairs: readonly Pair[]): { lost: Discordant[]; gained: Discordant[] } {
  const rows = pairs.map(({ problemId, a, b }) => ({
    problemId,
    passRateA: passRateOf(a),
    passRateB: passRateOf(b),
    a,
    b,
  }));
  const lost = rows
    .filter(({ passRateA, passRateB }) => passRateB < passRateA)
    .map(({ a: _, b, ...row }) => ({ ...row, said: endingsOf(b) }));
  const gained = rows
    .filter(({ passRateA, passRateB }) => passRateB > passRateA)
    .map(({ a, b: _, ...row }) => ({ ...row, said: endingsOf(a) }));
  return { lost: lost.sort(byChange), gained: gained.sort(byChange) };
}

const endingsOf = (samples: Pair['a']): string[] => [
  ...new Set(
    samples
      .filter(({ status }) => status !== 'passed')
      .map(({ status, detail }) => (detail ? `${status}: ${detail}` : status)),
  ),
];

/** Thirds that differ by a rounding are equal, and stay in the order of problems. */
const byChange = (one: Discordant, other: Discordant) => changeOf(other) - changeOf(one);

const changeOf = ({ passRateA, passRateB }: Discordant) => Math.round(1e9 * Math.abs(passRateB - passRateA));
