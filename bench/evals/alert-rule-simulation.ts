import {
  defaultThresholds,
  isRechecked,
  judge,
  referenceNights,
  seededRandom,
  seriesAlarm,
  suspicionOf,
  type ProblemRate,
} from '@whetstone/shared/stats';

const settings = defaultThresholds;
const rerunSamples = 2;

interface Problems {
  problems: number;
  /** Percentage points by which the pass rate truly drops. */
  points: number;
  draws: number;
  seed: number;
}

export interface ComparisonRates {
  suspected: number;
  alert: number;
  critical: number;
}

/** Shares of comparisons of two builds that end in suspicion, alert and rollback, the rule's own functions deciding. */
export function simulateComparisons({ problems, points, draws, seed }: Problems): ComparisonRates {
  const random = seededRandom(seed);
  const counts = { suspected: 0, alert: 0, critical: 0 };
  for (let draw = 0; draw < draws; draw++) {
    const chances = problemChances(problems, random);
    const worse = dropped(chances, points);
    const first = sampled(chances, 1, random);
    const second = sampled(worse, 1, random);
    if (!suspicionOf(first, second, settings).isSuspected) continue;
    counts.suspected++;
    const reruns = { before: sampled(chances, rerunSamples, random), after: sampled(worse, rerunSamples, random) };
    const before = pooled(first, reruns.before);
    const after = pooled(second, reruns.after);
    const arm = (outcomes: ProblemRate[]) => ({ outcomes, errorRate: 0 });
    const { severity } = judge(arm(before), arm(after), settings, { isOldRechecked: isRechecked(reruns, settings) });
    if (severity !== null) counts.alert++;
    if (severity === 'critical') counts.critical++;
  }
  return { suspected: counts.suspected / draws, alert: counts.alert / draws, critical: counts.critical / draws };
}

export interface SeriesRates {
  /** Of series, those with an alarm in the quiet nights. */
  alarmed: number;
  /** Of series, those in which the reruns of such an alarm agreed with it. */
  alerted: number;
  /** Of series without an alarm before, those whose drop was found within 16 nights. */
  found: number;
  /** Nights from the drop to the alarm, those that never came counted as more than all others. */
  medianNights: number;
}

const quietNights = 16;
const droppedNights = 16;

/** Nightly runs: a reference, quiet nights, then a drop that stays. */
export function simulateSeries({ problems, points, draws, seed }: Problems): SeriesRates {
  const random = seededRandom(seed);
  let alarmed = 0;
  let alerted = 0;
  const delays: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const chances = problemChances(problems, random);
    const worse = dropped(chances, points);
    const nights = Array.from({ length: referenceNights + quietNights + droppedNights }, (_, night) =>
      sampled(night < referenceNights + quietNights ? chances : worse, 1, random),
    );
    const rates = nights.map((night) => night.reduce((sum, { passed }) => sum + passed, 0) / problems);
    const passRates = chances.map(
      (_, problem) =>
        nights.slice(0, referenceNights).reduce((sum, night) => sum + night[problem]!.passed, 0) / referenceNights,
    );
    const alarmOf = (night: number) => seriesAlarm({ rates: rates.slice(0, night + 1), passRates });
    const nightOfAlarm = range(referenceNights, nights.length).find((night) => alarmOf(night)?.isAlarm);
    if (nightOfAlarm !== undefined && nightOfAlarm < referenceNights + quietNights) {
      alarmed++;
      const good = nights[alarmOf(nightOfAlarm)!.lastGood]!;
      const arm = (night: ProblemRate[]) => ({
        outcomes: pooled(night, sampled(chances, rerunSamples, random)),
        errorRate: 0,
      });
      const { severity } = judge(arm(good), arm(nights[nightOfAlarm]!), settings, { isOldRechecked: true });
      if (severity !== null) alerted++;
    } else {
      delays.push(nightOfAlarm === undefined ? Infinity : nightOfAlarm - referenceNights - quietNights + 1);
    }
  }
  delays.sort((a, b) => a - b);
  return {
    alarmed: alarmed / draws,
    alerted: alerted / draws,
    found: delays.filter((nights) => nights < Infinity).length / delays.length,
    medianNights: delays[delays.length >> 1] ?? Infinity,
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Chances of problems to pass, Beta(.49, .21) by Jöhnk's rejection: many sure, many hopeless, .7 on average. */
function problemChances(count: number, random: () => number): number[] {
  return Array.from({ length: count }, () => {
    for (;;) {
      const [x, y] = [random() ** (1 / 0.49), random() ** (1 / 0.21)];
      if (x + y <= 1 && x + y > 0) return x / (x + y);
    }
  });
}

/** The same problems, their mean lower by exactly so much. */
function dropped(chances: readonly number[], points: number): number[] {
  const mean = chances.reduce((sum, chance) => sum + chance, 0) / chances.length;
  return chances.map((chance) => chance * Math.max(0, 1 - points / 100 / mean));
}

const sampled = (chances: readonly number[], samples: number, random: () => number): ProblemRate[] =>
  chances.map((chance, problem) => {
    let passed = 0;
    for (let sample = 0; sample < samples; sample++) if (random() < chance) passed++;
    return { problem, passed, graded: samples };
  });

const pooled = (first: readonly ProblemRate[], reruns: readonly ProblemRate[]): ProblemRate[] =>
  first.map(({ problem, passed, graded }, i) => ({
    problem,
    passed: passed + reruns[i]!.passed,
    graded: graded + reruns[i]!.graded,
  }));
