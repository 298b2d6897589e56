import { mcnemarExact } from '../mcnemar.ts';
import { normalQuantile, normalSurvival } from '../normal.ts';
import { pairedZ } from '../paired.ts';
import type { Interval } from '../sample.ts';
import { discordantOf, dropPointsOf, pairProblems, type PairedProblem, type ProblemRate } from './rates.ts';

export interface AlertSettings {
  alertPoints: number;
  alertP: number;
  criticalPoints: number;
  criticalP: number;
  maxInfrastructureErrorRate: number;
}

/** The first run of one build and its reruns together. */
export interface Arm {
  outcomes: readonly ProblemRate[];
  /** Samples that have no verdict for the infrastructure's sake, of all. */
  errorRate: number;
}

interface Options {
  /** The old build was run again, to its end, and is as good as before: see `isRechecked`. */
  isOldRechecked: boolean;
  /** What problems share that are not independent of each other. */
  clusterOf?: (problem: number) => unknown;
}

export interface Judgement {
  severity: 'warning' | 'critical' | null;
  dropPoints: number;
  /** One-sided. */
  p: number;
  /** 95 %, of the drop, in points. */
  interval: Interval;
  /** To raise an alert at a true drop of 10 points, with the spread that was seen. */
  power: number;
  problems: number;
  /** The worst first. */
  lost: PairedProblem[];
  gained: PairedProblem[];
}

/** What power is stated for. */
const truePoints = 10;

/**
 * The verdict once all problems were run again on both arms: means per problem, a paired z test over the problems (Miller
 * 2024, arXiv 2411.00640, §4.2). Where all problems differ alike z knows no spread, and the sign test has to do.
 */
export function judge(before: Arm, after: Arm, settings: AlertSettings, options: Options): Judgement {
  const pairs = pairProblems(before.outcomes, after.outcomes);
  const { clusterOf } = options;
  const test = pairedZ(
    pairs.map((pair) => pair.after - pair.before),
    clusterOf ? { clusters: pairs.map(({ problem }) => clusterOf(problem)) } : {},
  );
  const dropPoints = dropPointsOf(pairs);
  const { lost, gained } = discordantOf(pairs);
  const p = test?.p.drop ?? mcnemarExact(lost, gained).drop;
  const isAlert = dropPoints > settings.alertPoints + 1e-9 && p < settings.alertP;
  const isCritical =
    isAlert &&
    dropPoints >= settings.criticalPoints - 1e-9 &&
    p < settings.criticalP &&
    options.isOldRechecked &&
    [before, after].every(({ errorRate }) => errorRate === 0 || errorRate < settings.maxInfrastructureErrorRate);
  return {
    severity: isCritical ? 'critical' : isAlert ? 'warning' : null,
    dropPoints,
    p,
    interval: test ? [-100 * test.interval[1], -100 * test.interval[0]] : [dropPoints, dropPoints],
    power: powerOf(100 * (test?.standardError ?? 0), settings, pairs.length),
    problems: pairs.length,
    lost: pairs.filter((pair) => pair.after < pair.before).sort((a, b) => a.after - a.before - (b.after - b.before)),
    gained: pairs.filter((pair) => pair.after > pair.before).sort((a, b) => b.after - b.before - (a.after - a.before)),
  };
}

/** The measured drop, normal about the true one, has to pass the threshold and the test. */
function powerOf(errorPoints: number, { alertPoints, alertP }: AlertSettings, problems: number): number {
  if (problems === 0) return 0;
  const needed = Math.max(alertPoints, -normalQuantile(alertP) * errorPoints);
  if (errorPoints === 0) return truePoints > needed ? 1 : 0;
  return normalSurvival((needed - truePoints) / errorPoints);
}
