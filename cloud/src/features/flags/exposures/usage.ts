import { mostUsageVariants, timeRangeMs, type FlagUsage } from '@whetstone/shared/contract';
import { dayMs } from '../../../platform/day.ts';
import { keptFrom, type KeptDays, type KeptFrom } from './kept.ts';
import { floorTo, stepsMs, type Step } from './steps.ts';

const longestByMs = { hour: 3 * dayMs, day: 100 * dayMs };

export interface Window {
  from: Date;
  to: Date;
  step: Step;
  kept: KeptFrom;
  keep: KeptDays;
  /** Whether the range that was asked for reaches further back than counts are kept. */
  isCut: boolean;
}

/** Begins with a whole step, so that the points of the series add up to the totals, and with nothing that is removed. */
export function windowOf(timeRange: string, now: Date, keep: KeptDays): Window {
  const lengthMs = timeRangeMs(timeRange);
  const step = lengthMs <= longestByMs.hour ? 'hour' : lengthMs <= longestByMs.day ? 'day' : 'week';
  const wanted = new Date(floorTo(step, now.getTime() - lengthMs));
  const kept = keptFrom(keep, now);
  const from = latestOf([wanted, kept.counts]);
  return { from, to: now, step, kept, keep, isCut: wanted < from };
}

/** Whether every unit that was seen in the window is still there: it begins late enough, or nobody was exposed before. */
export const unitsAreKnown = (
  { from, kept }: Pick<Window, 'from' | 'kept'>,
  steps: readonly Pick<StepCount, 'firstAt'>[],
) => from >= kept.units || steps.every(({ firstAt }) => firstAt >= kept.units);

function notesOf({ isCut, kept, keep }: Window, { knowsUnits, unnamed }: { knowsUnits: boolean; unnamed: number }) {
  const counts = `Counts before ${dayText(kept.counts)} are not kept (WHETSTONE_USAGE_DAYS is ${keep.usageDays}): the answer begins there.`;
  const units =
    `Units are not known for this range: those last seen before ${dayText(kept.units)} are removed ` +
    `(WHETSTONE_EXPOSURE_DAYS is ${keep.exposureDays}). Ask for a shorter one.`;
  const others = `${unnamed} variants beyond the ${mostUsageVariants} most exposed are added up in "other".`;
  return [...(isCut ? [counts] : []), ...(knowsUnits ? [] : [units]), ...(unnamed > 0 ? [others] : [])];
}

const dayText = (at: Date) => at.toISOString().slice(0, 10);

/** The exposures of a variant in one step of the series; `null` stands for all that are not named. */
export interface StepCount {
  variant: string | null;
  at: Date;
  exposures: number;
  firstAt: Date;
  lastAt: Date;
}

export interface UnitCounts {
  all: number;
  byVariant: ReadonlyMap<string, number>;
}

interface Counted {
  steps: StepCount[];
  /** Variants that were exposed in the window, named or not. */
  variants: number;
  /** Absent when they are not known. */
  units?: UnitCounts;
}

export function usageOf(key: string, window: Window, { steps, variants, units }: Counted): FlagUsage {
  const { from, to, step, kept } = window;
  // Another server's clock may be a little ahead of ours; what it took in belongs to the series all the same.
  const until = latestOf([to, ...steps.map(({ lastAt }) => lastAt)]);
  const series = (some: StepCount[]) => seriesOf(some, from.getTime(), until.getTime(), step);
  const { named, others } = byVariant(steps);
  const listed = [...named].map(([variant, some]) => ({
    variant,
    exposures: sumOf(some),
    units: units ? (units.byVariant.get(variant) ?? 0) : null,
    firstSeenAt: earliestOf(some.map(({ firstAt }) => firstAt)).toISOString(),
    lastSeenAt: latestOf(some.map(({ lastAt }) => lastAt)).toISOString(),
    series: series(some),
  }));
  const unnamed = variants - listed.length;
  return {
    key,
    from: from.toISOString(),
    to: until.toISOString(),
    step,
    exposures: sumOf(steps),
    units: units ? units.all : null,
    variants: listed.toSorted((a, b) => b.exposures - a.exposures || (a.variant < b.variant ? -1 : 1)),
    ...(unnamed > 0 && { other: { variants: unnamed, exposures: sumOf(others), series: series(others) } }),
    kept: { countsFrom: kept.counts.toISOString(), unitsFrom: kept.units.toISOString() },
    notes: notesOf(window, { knowsUnits: units !== undefined, unnamed }),
  };
}

function byVariant(steps: StepCount[]) {
  const named = new Map<string, StepCount[]>();
  for (const step of steps) {
    if (step.variant === null) continue;
    const known = named.get(step.variant);
    if (known) known.push(step);
    else named.set(step.variant, [step]);
  }
  return { named, others: steps.filter(({ variant }) => variant === null) };
}

const sumOf = (counted: { exposures: number }[]) => counted.reduce((sum, { exposures }) => sum + exposures, 0);
const earliestOf = (times: Date[]) => times.reduce((a, b) => (b < a ? b : a));
const latestOf = (times: Date[]) => times.reduce((a, b) => (b > a ? b : a));

function seriesOf(steps: StepCount[], fromMs: number, untilMs: number, step: Step) {
  const exposuresAt = new Map(steps.map(({ at, exposures }) => [at.getTime(), exposures]));
  const length = Math.floor((untilMs - fromMs) / stepsMs[step]) + 1;
  return Array.from({ length }, (_, i) => fromMs + i * stepsMs[step]).map((ms) => ({
    at: new Date(ms).toISOString(),
    exposures: exposuresAt.get(ms) ?? 0,
  }));
}
