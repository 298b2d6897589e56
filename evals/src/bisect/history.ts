import { WhetstoneError } from '@whetstone/shared/errors';

/** What was seen of one version. */
export interface Position {
  runs: number;
  failures: number;
  /** It cannot be tested (it does not build, say): nothing is learned at it. */
  isSkipped: boolean;
}

/**
 * The versions in their order, from one that is taken for good to one that is taken for bad. Every one but the first may be
 * the first bad one; runs at the two ends (the seeds) count like all others.
 */
export interface History {
  positions: readonly Position[];
  /** Of each to be the first bad one before anything was seen; any scale, the first of them is not read. Uniform if absent. */
  weights?: readonly number[] | undefined;
}

/** One run at one version. */
export interface Observation {
  index: number;
  outcome: 'passed' | 'failed' | 'skipped';
}

/** A history of so many versions with what was seen of them. */
export function historyOf(size: number, observations: readonly Observation[], weights?: readonly number[]): History {
  if (!Number.isInteger(size) || size < 2)
    throw new WhetstoneError('invalid', 'a bisect needs at least two versions, a good one and a bad one');
  if (weights && (weights.length !== size || weights.slice(1).some((weight) => !(weight > 0 && weight < Infinity))))
    throw new WhetstoneError('invalid', `expected a positive weight for each of the ${size} versions`);
  const positions = Array.from({ length: size }, () => ({ runs: 0, failures: 0, isSkipped: false }));
  for (const { index, outcome } of observations) {
    const position = positions[index];
    if (!position) throw new RangeError(`there is no version ${index} among ${size}`);
    if (outcome === 'skipped') position.isSkipped = true;
    else {
      position.runs += 1;
      position.failures += outcome === 'failed' ? 1 : 0;
    }
  }
  return { positions, weights };
}
