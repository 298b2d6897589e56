import type { Interval } from '@whetstone/shared/stats';

/** Figures as people read them. What is not known is a dash, never 0. */
const unknown = '-';

export const percent = (share: number | undefined): string =>
  share === undefined ? unknown : `${(100 * share).toFixed(1)} %`;

/** `[64.6, 78.3]`, in percent. */
export const percentInterval = (interval: readonly [number, number] | undefined): string =>
  interval ? `[${interval.map((end) => (100 * end).toFixed(1)).join(', ')}]` : '';

/** A difference of rates: points, not per cent of each other. */
export const points = (difference: number): string => signed(100 * difference);

export const pointsInterval = ([low, high]: Interval): string => `${signed(100 * low)} to ${signed(100 * high)}`;

export const changeOf = (change: number): string => `${signed(100 * change)} %`;

export const pValue = (p: number): string =>
  p < 0.0001 ? '< .0001' : `= ${p.toFixed(p < 0.1 ? 4 : 2).replace(/^0/, '')}`;

/** Three digits of what is small, cents of what is not. */
export const usd = (dollars: number | undefined): string =>
  dollars === undefined
    ? unknown
    : `$${dollars === 0 || dollars >= 10 ? dollars.toFixed(2) : Number(dollars.toPrecision(3))}`;

export function duration(ms: number | undefined): string {
  if (ms === undefined) return unknown;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60
    ? `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** -0.0 is 0.0, and what did not change has no sign. */
function signed(value: number): string {
  const rounded = value.toFixed(1);
  if (Number(rounded) === 0) return '0.0';
  return value > 0 ? `+${rounded}` : rounded;
}
