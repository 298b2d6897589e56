import { fuseRanks } from './fuse.ts';
import { rankChunks, rankPages, type RankedChunk, type RankedPage } from './rank.ts';
import type { Segment, SegmentChunk, SegmentPage } from './segment.ts';
import { tokensOf } from './token-estimate.ts';

export interface Hit {
  chunk: SegmentChunk;
  page: SegmentPage;
  /** Against the best page for the question, which has 1. */
  relevance: number;
  /** Comparable between segments, and of later pages never greater. */
  score: number;
}

export interface Wanted {
  query: string;
  /** Of hits. */
  limit: number;
  /** That the texts may have together. */
  tokenBudget: number;
}

/** Of one page, before others have had their turn. */
const mostOfPage = 2;
/** A further part of a page comes only where it is nearly as good as the page's best. */
const nearlyAsGood = 0.6;

/**
 * The passages that answer a question: page by page the best part, then further parts of the best pages, as far as they fit the
 * budget. The same text is shown once, whole or not at all; the first is shown whatever its size. `nearest` are numbers of chunks by
 * their meaning, the nearest first, where somebody knows them.
 */
export function searchSegment(
  { index, pages, chunks }: Segment,
  { query, limit, tokenBudget }: Wanted,
  nearest: readonly number[] = [],
): Hit[] {
  const ranked = rankedPages(index, query, nearest);
  const best = ranked[0]?.score ?? 0;
  const firsts = ranked.map(({ page, score, chunks: found }) => ({ page, score, chunk: found[0]! }));
  const further = ranked.slice(0, limit).flatMap(({ page, score, chunks: found }) =>
    found
      .slice(1, mostOfPage)
      .filter((one) => one.score >= nearlyAsGood * found[0]!.score)
      .map((chunk) => ({ page, score, chunk })),
  );
  const hits: Hit[] = [];
  const seen = new Set<string>();
  let left = tokenBudget;
  for (const { page, score, chunk } of [...firsts, ...further] satisfies { chunk: RankedChunk }[]) {
    if (hits.length === limit) break;
    const found = chunks[chunk.chunk]!;
    const cost = tokensOf(found.text);
    if (seen.has(found.contentHash) || (cost > left && hits.length > 0)) continue;
    seen.add(found.contentHash);
    left -= cost;
    hits.push({ chunk: found, page: pages[page]!, relevance: best === 0 ? 0 : score / best, score });
  }
  return hits;
}

/**
 * Meaning changes the order of pages within a library. How much a library has to say, against others, stays what its words say: a
 * sum of reciprocal ranks is as great in a library that has nothing to do with the question. So the page at a place has the score
 * of words that is at this place, and a page beyond those, found by its meaning alone, its sum, which is nearly nothing.
 */
function rankedPages(index: Segment['index'], query: string, nearest: readonly number[]): RankedPage[] {
  const byWords = rankChunks(index, query);
  const pages = rankPages(index, byWords);
  if (nearest.length === 0) return pages;
  let least = Infinity;
  return rankPages(index, fuseRanks(byWords, nearest)).map((page, place) => {
    least = Math.min(least, pages[place]?.score ?? page.score);
    return { ...page, score: least };
  });
}
