import type { TargetVerdict } from '../contract/portfolio/report.ts';
import type { Range } from './off-policy.ts';

/** What the product promises: more than so much. Fractions of 1. */
export const promises = { accuracy: 0.8, savings: 0.2, success: 0.1 } as const;
export type Target = keyof typeof promises;

interface Measured {
  value: number | null;
  interval: Range | null;
  /** Where value is null: what is missing. */
  why: string;
}

/** A promise is kept, or broken, when the whole 90 % interval says so; whatever lies between needs more data. */
export function verdictOf(
  target: Target,
  { value, interval, why }: Measured,
): { promised: number; verdict: TargetVerdict; why: string } {
  const promised = promises[target];
  if (value === null || interval === null) return { promised, verdict: 'not_enough_data', why };
  const [low, high] = interval;
  const said = `${percent(value)} (90 %: ${percent(low)} to ${percent(high)})`;
  if (low > promised) return { promised, verdict: 'met', why: `${said} is above ${percent(promised)}. ${why}` };
  if (high < promised) return { promised, verdict: 'not_met', why: `${said} is below ${percent(promised)}. ${why}` };
  const open = `${said} lies on both sides of ${percent(promised)}: more tasks will tell.`;
  return { promised, verdict: 'not_enough_data', why: `${open} ${why}` };
}

/** In whole and tenths of percent, as sentences have it. */
export const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;
