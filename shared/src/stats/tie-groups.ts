import { holm } from './holm.ts';

export interface TieStanding {
  /** The best and the worst place that the tests leave open, from 1. */
  ranks: [best: number, worst: number];
  /** From 1; members of a group are not separated from its leader. */
  group: number;
}

/**
 * Where several stand, in the order they came, as far as pairwise tests can tell. A place is left open by all who are not
 * separated: 1 + those surely better, to all less those surely worse, which holds for all at once with probability 1 - alpha
 * where p-values are adjusted for all pairs, here by Holm (Mogstad, Romano, Shaikh, Wilhelm, "Inference for Ranks", Review of
 * Economic Studies 2024, §3). Groups are for the eye: the best not yet in a group leads one, and whoever follows joins
 * until the first that is separated from the leader. Two of one group may be separated from each other.
 *
 * @param pOf two-sided p-value of the test of two of them, by index.
 */
export function tieGroups(
  scores: readonly number[],
  pOf: (i: number, j: number) => number,
  alpha = 0.05,
): TieStanding[] {
  for (const score of scores) if (Number.isNaN(score)) throw new RangeError('expected scores, got NaN');
  const count = scores.length;
  const pValues: number[] = [];
  for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) pValues.push(pOf(i, j));
  const adjusted = holm(pValues);
  const isSeparated = (i: number, j: number) =>
    i !== j && adjusted[placeOf(Math.max(i, j), Math.min(i, j))]! <= alpha && scores[i] !== scores[j];
  const groups = groupsOf(scores, isSeparated);
  return scores.map((score, i) => {
    let [better, worse] = [0, 0];
    for (let j = 0; j < count; j++) {
      if (!isSeparated(i, j)) continue;
      if (scores[j]! > score) better++;
      else worse++;
    }
    return { ranks: [1 + better, count - worse], group: groups[i]! };
  });
}

/** Of a pair in the list of all, those with a smaller first index before it. */
const placeOf = (larger: number, smaller: number) => (larger * (larger - 1)) / 2 + smaller;

function groupsOf(scores: readonly number[], isSeparated: (i: number, j: number) => boolean): number[] {
  const groups = scores.map(() => 0);
  const descending = scores.map((_, i) => i).sort((i, j) => scores[j]! - scores[i]!);
  let leader = descending[0];
  let group = 1;
  for (const i of descending) {
    if (leader !== undefined && isSeparated(i, leader)) {
      group++;
      leader = i;
    }
    groups[i] = group;
  }
  return groups;
}
