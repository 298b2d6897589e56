import { logBeta } from '@whetstone/shared/stats';
import { normalised } from './cautious.ts';
import type { History } from './history.ts';

export interface Posterior {
  /** That this version is the first bad one; 0 for the first of them, 1 in all. */
  chances: readonly number[];
  /** That the next run fails at a version before the change, if this one is the first bad one. */
  failsBefore: readonly number[];
  /** That the next run fails at a version from the change on, if this one is the first bad one. */
  failsAfter: readonly number[];
}

/**
 * Bayes' rule over the place of one change in the rate of failures, neither rate known: both have the prior Beta(1, 1), so
 * that what was seen before and what was seen from the change on have the marginal likelihoods B(1 + failures, 1 + passes)
 * each (a change point of Bernoulli trials: Smith, Biometrika 1975; for bisecting, hauntsaninja's git_bayesect and Google's
 * "Flake Aware Culprit Finding", ICST 2023).
 */
export function posteriorOf({ positions, weights }: History): Posterior {
  const total = tally(positions);
  const logs = [-Infinity];
  const failsBefore = [0];
  const failsAfter = [0];
  let runs = 0;
  let failures = 0;
  for (let index = 1; index < positions.length; index++) {
    runs += positions[index - 1]!.runs;
    failures += positions[index - 1]!.failures;
    const after = { runs: total.runs - runs, failures: total.failures - failures };
    logs.push(Math.log(weights?.[index] ?? 1) + marginal({ runs, failures }) + marginal(after));
    failsBefore.push(predictive({ runs, failures }));
    failsAfter.push(predictive(after));
  }
  return { chances: normalised(logs), failsBefore, failsAfter };
}

interface Seen {
  runs: number;
  failures: number;
}

const tally = (positions: readonly Seen[]): Seen => ({
  runs: positions.reduce((sum, { runs }) => sum + runs, 0),
  failures: positions.reduce((sum, { failures }) => sum + failures, 0),
});

const marginal = ({ runs, failures }: Seen) => logBeta(1 + failures, 1 + runs - failures);

/** Laplace's rule of succession: the mean of Beta(1 + failures, 1 + passes). */
const predictive = ({ runs, failures }: Seen) => (1 + failures) / (2 + runs);
