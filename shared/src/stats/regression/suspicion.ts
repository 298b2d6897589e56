import { mcnemarExact } from '../mcnemar.ts';
import { discordantOf, dropPointsOf, pairProblems, type ProblemRate } from './rates.ts';

export interface SuspicionSettings {
  suspicionPoints: number;
  suspicionP: number;
}

export interface Suspicion {
  isSuspected: boolean;
  dropPoints: number;
  /** One-sided. */
  p: number;
  test: 'mcnemar' | 'sign';
}

/**
 * The first look at two runs of the same problems: cheap, and wrong often enough that it only asks for reruns. McNemar's
 * exact test where each problem has one verdict on each side; of rates the sign test, which is the same sum over problems
 * that got worse and better.
 */
export function suspicionOf(
  before: readonly ProblemRate[],
  after: readonly ProblemRate[],
  { suspicionPoints, suspicionP }: SuspicionSettings,
): Suspicion {
  const pairs = pairProblems(before, after);
  const dropPoints = dropPointsOf(pairs);
  const { lost, gained } = discordantOf(pairs);
  const { drop: p } = mcnemarExact(lost, gained);
  const isSingle = [...before, ...after].every(({ graded }) => graded <= 1);
  // A rounding must not make a drop of exactly the limit one of more.
  const isSuspected = dropPoints > suspicionPoints + 1e-9 || (dropPoints > 0 && p < suspicionP);
  return { isSuspected, dropPoints, p, test: isSingle ? 'mcnemar' : 'sign' };
}
