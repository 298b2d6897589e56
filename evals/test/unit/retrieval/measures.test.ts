import { describe, expect, it } from 'vitest';
import { measuresOf } from '../../../src/retrieval/measures.ts';

/** log2(3) and log2(6), as a table of logarithms has them. */
const [log3, log6] = [1.584962500721156, 2.584962500721156];

describe('measures of one ranking', () => {
  it('are 1 for the best order there is', () => {
    expect(measuresOf([3, 2, 1, 0, 0], [3, 2, 1])).toEqual({ recallAt5: 1, mrrAt10: 1, ndcgAt10: 1 });
  });

  it('count pages that are found late, by hand', () => {
    // Relevant pages at ranks 2 (grade 3) and 5 (grade 1); a third, of grade 2, is not found.
    const { recallAt5, mrrAt10, ndcgAt10 } = measuresOf([0, 3, 0, 0, 1, 0], [3, 2, 1]);
    expect(recallAt5).toBeCloseTo(2 / 3, 12);
    expect(mrrAt10).toBe(1 / 2);
    // (7 / log2 3 + 1 / log2 6) / (7 + 3 / log2 3 + 1 / 2)
    expect(ndcgAt10).toBeCloseTo((7 / log3 + 1 / log6) / (7 + 3 / log3 + 0.5), 12);
  });

  it('look no further than rank 5, and rank 10', () => {
    const sixth = [0, 0, 0, 0, 0, 1];
    expect(measuresOf(sixth, [1])).toMatchObject({ recallAt5: 0, mrrAt10: 1 / 6 });
    const eleventh = [...Array<number>(10).fill(0), 3];
    expect(measuresOf(eleventh, [3])).toEqual({ recallAt5: 0, mrrAt10: 0, ndcgAt10: 0 });
  });

  it('let a query with seven relevant pages reach a recall of 1', () => {
    expect(measuresOf([1, 1, 1, 1, 1], Array<number>(7).fill(1)).recallAt5).toBe(1);
    expect(measuresOf([1, 1, 0, 1, 0], Array<number>(7).fill(1)).recallAt5).toBe(3 / 5);
  });

  it('take a page of grade 0 for one that does not answer', () => {
    expect(measuresOf([0, 2], [0, 2])).toMatchObject({ recallAt5: 1, mrrAt10: 1 / 2 });
  });

  it('are 0 where nothing was found', () => {
    expect(measuresOf([], [3])).toEqual({ recallAt5: 0, mrrAt10: 0, ndcgAt10: 0 });
  });
});
