import type { RankedChunk } from './rank.ts';

/** How soon a later rank counts for less: as its authors chose it. */
const k = 60;
/** Words say three times as much as meaning: measured, an even vote lost pages that people had asked for by name. */
const weights = { words: 3, meaning: 1 } as const;

/**
 * One order of chunks from two, by reciprocal rank (Cormack, Clarke, Büttcher, SIGIR 2009): what a score of words is against a
 * similarity nobody knows, a rank is a rank. Those that are equal keep the order of words, then that of meaning.
 */
export function fuseRanks(byWords: readonly RankedChunk[], byMeaning: readonly number[]): RankedChunk[] {
  const fused = new Map<number, number>();
  for (const [rank, { chunk }] of byWords.entries()) fused.set(chunk, weights.words / (k + rank + 1));
  for (const [rank, chunk] of [...new Set(byMeaning)].entries())
    fused.set(chunk, (fused.get(chunk) ?? 0) + weights.meaning / (k + rank + 1));
  // Sorting is stable, and a map keeps the order in which it was filled.
  return [...fused].map(([chunk, score]) => ({ chunk, score })).toSorted((x, y) => y.score - x.score);
}
