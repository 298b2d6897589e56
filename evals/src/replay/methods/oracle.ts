import type { Expect } from '../sweep.ts';

/** Expects what comes. */
export const expectOracle: Expect = ({ results }) => ({
  chances: Float64Array.from(results, (result) => Number(result?.solved ?? false)),
  costsUsd: Float64Array.from(results, (result) => result?.costUsd ?? NaN),
});
