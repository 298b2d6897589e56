import { normalQuantile } from '@whetstone/shared/stats';
import { pathAlpha } from './decide.ts';

export interface GatePlan {
  tasksNeeded: number;
  tasks: number;
  samplesPerProblem: number;
  power: number;
  alpha: number;
  candidates: number;
  discordance: number;
  effectPoints: number;
}

interface Wanted {
  effectPoints: number;
  /** Of tasks that come out differently; learned, or assumed. */
  discordance: number;
  /** That there are. */
  tasks: number;
  /** That Holm corrects over, this one included. */
  candidates: number;
  /** Absent: what it takes. */
  samplesPerProblem?: number | undefined;
}

const power = 0.8;
const mostSamples = 20;

/** What it takes to find the effect, and whether there are tasks enough: before anything is spent. */
export function planGate(wanted: Wanted): GatePlan {
  const { effectPoints, discordance, tasks, candidates, samplesPerProblem } = wanted;
  const of = (samples: number) => tasksNeeded(wanted, samples);
  let samples = samplesPerProblem ?? 1;
  if (samplesPerProblem === undefined) {
    while (samples < mostSamples && of(samples) > tasks) samples++;
    // More samples that still do not suffice are no better a plan.
    if (of(samples) > tasks) samples = 1;
  }
  return {
    tasksNeeded: of(samples),
    tasks,
    samplesPerProblem: samples,
    power,
    alpha: pathAlpha,
    candidates,
    discordance,
    effectPoints,
  };
}

/**
 * For McNemar's test (Connor, Biometrics 1987), for the worst way to gain so many points: some tasks wholly, which no repeats narrow.
 * The rest of what comes out differently is noise within tasks, which they do. The last term is what tests of whole numbers lose
 * against the normal; measured, see the entry `guidance-gate` of the benchmarks.
 */
function tasksNeeded({ effectPoints, discordance, candidates }: Wanted, samples: number): number {
  const effect = effectPoints / 100;
  const variance = effect + Math.max(0, discordance - effect) / samples;
  const width =
    normalQuantile(1 - pathAlpha / candidates) * Math.sqrt(variance) +
    normalQuantile(power) * Math.sqrt(variance - effect ** 2);
  return Math.ceil((width / effect) ** 2 + 4 / effect);
}
