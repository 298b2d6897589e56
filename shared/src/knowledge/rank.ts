import { fieldWeights, type TermIndex } from './build-index.ts';
import { fewStops } from './stop-words.ts';
import { termsOf } from './terms.ts';

export interface RankedChunk {
  chunk: number;
  score: number;
}

export interface RankedPage {
  page: number;
  score: number;
  /** Its chunks that were found, best first. */
  chunks: RankedChunk[];
}

const k1 = 1.2;
const b = 0.75;
const rolledUp = 200;

/**
 * Pages by their chunks, best first, whatever ranked those: a page by its best chunk, .3 of the second and .1 of the third.
 */
export function rankPages(index: Pick<TermIndex, 'pages'>, chunks: readonly RankedChunk[]): RankedPage[] {
  const pages = new Map<number, RankedChunk[]>();
  for (const ranked of chunks.slice(0, rolledUp)) {
    const page = index.pages[ranked.chunk]!;
    const known = pages.get(page);
    if (known) known.push(ranked);
    else pages.set(page, [ranked]);
  }
  return [...pages]
    .map(([page, found]) => ({ page, score: rollUp(found), chunks: found }))
    .toSorted((x, y) => y.score - x.score || x.page - y.page);
}

const rollUp = ([first, second, third]: readonly RankedChunk[]) =>
  (first?.score ?? 0) + 0.3 * (second?.score ?? 0) + 0.1 * (third?.score ?? 0);

/**
 * Chunks for a question, best first, by BM25F (Zaragoza et al., TREC 2004: the fields' counts are added after each has been normed
 * by its length). A question that is made of stop words alone is asked with nearly all of them. Only chunks that are wanted are found.
 */
export function rankChunks(index: TermIndex, query: string, isWanted?: (chunk: number) => boolean): RankedChunk[] {
  const usual = scored(index, termsOf(query), isWanted);
  return usual.length > 0 ? usual : scored(index, termsOf(query, { stops: fewStops }), isWanted);
}

function scored(index: TermIndex, terms: readonly string[], isWanted?: (chunk: number) => boolean): RankedChunk[] {
  const scores = new Float64Array(index.chunkCount);
  for (const number of tellingTerms(index, terms)) addScores(scores, index, number);
  if (isWanted) for (let chunk = 0; chunk < scores.length; chunk++) if (!isWanted(chunk)) scores[chunk] = 0;
  return best(scores);
}

function addScores(
  scores: Float64Array,
  { chunkCount, starts, chunks, counts, lengths, averages }: TermIndex,
  term: number,
) {
  const [from, to] = [starts[term]!, starts[term + 1]!];
  const rarity = Math.log(1 + (chunkCount - (to - from) + 0.5) / (to - from + 0.5));
  for (let at = from; at < to; at++) {
    const chunk = chunks[at]!;
    let often = 0;
    for (let field = 0; field < fieldWeights.length; field++) {
      const count = counts[at * fieldWeights.length + field]!;
      if (count === 0) continue;
      const length = lengths[chunk * fieldWeights.length + field]! / averages[field]!;
      often += (fieldWeights[field]! * count) / (1 - b + b * length);
    }
    scores[chunk]! += (rarity * often * (k1 + 1)) / (often + k1);
  }
}

/** So many terms of a question are looked up: those that stand in the fewest chunks. A pasted page is a question too. */
const mostTerms = 64;

function tellingTerms({ terms: known, starts }: TermIndex, terms: readonly string[]): number[] {
  const numbers = [...new Set(terms)].map((term) => known.get(term)).filter((number) => number !== undefined);
  if (numbers.length <= mostTerms) return numbers;
  const chunksWith = (number: number) => starts[number + 1]! - starts[number]!;
  return numbers.toSorted((a, b) => chunksWith(a) - chunksWith(b)).slice(0, mostTerms);
}

/** The best 200 without sorting all: a common word is in most chunks of a library. What was found has a score above 0. */
function best(scores: Float64Array): RankedChunk[] {
  const limit = leastOfBest(scores);
  const found: RankedChunk[] = [];
  for (let chunk = 0; chunk < scores.length; chunk++) {
    const score = scores[chunk]!;
    if (score > 0 && score >= limit) found.push({ chunk, score });
  }
  return found.toSorted((x, y) => y.score - x.score || x.chunk - y.chunk).slice(0, rolledUp);
}

/** The 200th best score: that on top of a heap of the best, whose parents are no greater than their children. */
function leastOfBest(scores: Float64Array): number {
  const heap = new Float64Array(rolledUp);
  for (const score of scores) {
    if (score <= heap[0]!) continue;
    let at = 0;
    for (let child = 1; child < rolledUp; child = 2 * at + 1) {
      if (child + 1 < rolledUp && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= score) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = score;
  }
  return heap[0]!;
}
