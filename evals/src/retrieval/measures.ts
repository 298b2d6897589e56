/** How good one ranking of pages is. Each is from 0 to 1. */
export interface Measures {
  recallAt5: number;
  mrrAt10: number;
  ndcgAt10: number;
}

/**
 * What is ranked are pages: of several passages of a page the first counts, since a reader who has one has the page. Relevant is
 * a page with a grade above 0 (TREC's binary reading of graded labels). `grades` are those of the ranked pages in their order,
 * 0 for a page without a label; `labelled` are those of all labelled pages, found or not.
 *
 * - R@5: relevant pages among the first 5 / min(5, relevant pages), so that 1 can be reached by every query (Buckley & Voorhees
 *   2000 call it R-precision where the cut is the number of relevant pages).
 * - MRR@10: 1 / rank of the first relevant page, 0 where it is not among the first 10 (Voorhees, TREC-8 1999; cut as in
 *   MS MARCO).
 * - nDCG@10: the sum of (2^grade − 1) / log2(rank + 1) over the first 10, divided by that of the best order there is (Järvelin &
 *   Kekäläinen, TOIS 2002; the gain of Burges et al., ICML 2005).
 */
export function measuresOf(grades: readonly number[], labelled: readonly number[]): Measures {
  const relevant = labelled.filter((grade) => grade > 0).length;
  const found = grades.slice(0, 5).filter((grade) => grade > 0).length;
  const first = grades.slice(0, 10).findIndex((grade) => grade > 0);
  const best = gainOf(labelled.toSorted((a, b) => b - a));
  return {
    recallAt5: relevant === 0 ? 0 : found / Math.min(5, relevant),
    mrrAt10: first === -1 ? 0 : 1 / (first + 1),
    ndcgAt10: best === 0 ? 0 : gainOf(grades) / best,
  };
}

const gainOf = (grades: readonly number[]) =>
  grades.slice(0, 10).reduce((sum, grade, at) => sum + (2 ** grade - 1) / Math.log2(at + 2), 0);
