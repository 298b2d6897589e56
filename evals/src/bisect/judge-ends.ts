import { fisherExact } from '@whetstone/shared/stats';
import type { History } from './history.ts';

/** Whether there is anything to look for, from the runs at both ends. */
export type EndsVerdict =
  | { kind: 'lacking'; perEnd: number }
  | { kind: 'different'; p: number }
  | { kind: 'same'; p: number }
  /** The end that was called good fails more often. */
  | { kind: 'flipped'; p: number };

/** Times the seed runs asked for at which is looked; more are made only while it is open whether the ends differ. */
const looks = [1, 2, 4] as const;
/** In all; each look has its share (Bonferroni). */
const alpha = 0.05;
/** At a look: the bad end fails no more often, so that further looks are not expected to change this. */
const hopelessP = 0.75;

/** Fisher's exact test, one-sided, at each look. */
export function judgeEnds({ positions }: History, seedRuns: number): EndsVerdict {
  const good = tallyOf(positions[0]!);
  const bad = tallyOf(positions.at(-1)!);
  const levels = looks.map((times) => times * seedRuns);
  const perEnd = levels.find((level) => level >= Math.max(good.n, bad.n)) ?? Math.max(good.n, bad.n);
  if (good.n < perEnd || bad.n < perEnd) return { kind: 'lacking', perEnd };
  const p = fisherExact(good, bad);
  const flippedP = fisherExact(bad, good);
  if (p <= alpha / looks.length) return { kind: 'different', p };
  if (flippedP <= alpha / looks.length) return { kind: 'flipped', p: flippedP };
  const next = levels.find((level) => level > perEnd);
  return next === undefined || p > hopelessP ? { kind: 'same', p } : { kind: 'lacking', perEnd: next };
}

const tallyOf = ({ runs, failures }: { runs: number; failures: number }) => ({ n: runs, hits: failures });
