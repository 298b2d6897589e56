import { timeRangeMs, type FlagUsage } from '@whetstone/shared/contract';

const hourMs = 3_600_000;
const stepsMs = { hour: hourMs, day: 24 * hourMs } as const;
const longestByHourMs = 72 * hourMs;

export interface Window {
  from: Date;
  to: Date;
  step: keyof typeof stepsMs;
}

/** Begins with a whole hour or UTC day, so that the points of the series add up to the totals. */
export function windowOf(timeRange: string, now: Date): Window {
  const lengthMs = timeRangeMs(timeRange);
  const step = lengthMs <= longestByHourMs ? 'hour' : 'day';
  const sinceMs = now.getTime() - lengthMs;
  return { from: new Date(sinceMs - (sinceMs % stepsMs[step])), to: now, step };
}

/** The exposures of a variant in one step of the series. */
export interface StepCount {
  variant: string;
  at: Date;
  exposures: number;
  firstAt: Date;
  lastAt: Date;
}

export interface UnitCount {
  variant: string;
  units: number;
}

export function usageOf(key: string, { from, to, step }: Window, counts: StepCount[], units: UnitCount[]): FlagUsage {
  const unitsOf = new Map(units.map((row) => [row.variant, row.units]));
  // Another server's clock may be a little ahead of ours; what it took in belongs to the series all the same.
  const until = latestOf([to, ...counts.map(({ lastAt }) => lastAt)]);
  const variants = [...new Set(counts.map(({ variant }) => variant))].map((variant) => {
    const steps = counts.filter((count) => count.variant === variant);
    return {
      variant,
      exposures: sumOf(steps),
      units: unitsOf.get(variant) ?? 0,
      firstSeenAt: earliestOf(steps.map(({ firstAt }) => firstAt)).toISOString(),
      lastSeenAt: latestOf(steps.map(({ lastAt }) => lastAt)).toISOString(),
      series: seriesOf(steps, from.getTime(), until.getTime(), stepsMs[step]),
    };
  });
  return {
    key,
    from: from.toISOString(),
    to: until.toISOString(),
    step,
    exposures: sumOf(variants),
    variants: variants.toSorted((a, b) => b.exposures - a.exposures || (a.variant < b.variant ? -1 : 1)),
  };
}

const sumOf = (counted: { exposures: number }[]) => counted.reduce((sum, { exposures }) => sum + exposures, 0);
const earliestOf = (times: Date[]) => times.reduce((a, b) => (b < a ? b : a));
const latestOf = (times: Date[]) => times.reduce((a, b) => (b > a ? b : a));

function seriesOf(steps: StepCount[], fromMs: number, untilMs: number, stepMs: number) {
  const exposuresAt = new Map(steps.map(({ at, exposures }) => [at.getTime(), exposures]));
  const length = Math.floor((untilMs - fromMs) / stepMs) + 1;
  return Array.from({ length }, (_, i) => fromMs + i * stepMs).map((ms) => ({
    at: new Date(ms).toISOString(),
    exposures: exposuresAt.get(ms) ?? 0,
  }));
}
