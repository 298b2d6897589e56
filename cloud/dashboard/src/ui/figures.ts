/** Enough digits to tell numbers of this size apart. */
const digitsFor = (value: number): number =>
  value === 0 ? 1 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));

const fixed = (value: number, digits: number): string =>
  value.toLocaleString('en', {
    minimumFractionDigits: Math.min(digits, 6),
    maximumFractionDigits: Math.min(digits, 6),
  });

/** How a metric is written: a rate in per cent, money and time with their unit. */
export interface MetricForm {
  scale: number;
  unit: string;
}

export function formOf(metric: string, kind: 'rate' | 'mean' | undefined): MetricForm {
  if (kind === 'rate') return { scale: 100, unit: ' %' };
  if (metric === 'costUsd') return { scale: 1, unit: ' USD per task' };
  if (metric === 'timeMs') return { scale: 1, unit: ' ms per task' };
  return { scale: 1, unit: '' };
}

/** '72.0 % [64.6, 78.3] n=164': never a figure without its interval and its n. */
export function figure(
  mean: number,
  interval: readonly [number, number] | undefined,
  n: number,
  { scale, unit }: MetricForm,
): string {
  const digits = scale === 100 ? 1 : digitsFor(mean);
  const bounds = interval
    ? ` [${fixed(interval[0] * scale, digits)}, ${fixed(interval[1] * scale, digits)}]`
    : ' [no interval]';
  return `${fixed(mean * scale, digits)}${unit}${bounds} n=${n.toLocaleString('en')}`;
}

/** '+3.1 % [+0.4, +5.8]', with a real minus. */
export function signed(lift: number, interval: readonly [number, number], { scale, unit }: MetricForm): string {
  const digits = scale === 100 ? 1 : digitsFor(lift);
  const one = (value: number) => `${value < 0 ? '−' : '+'}${fixed(Math.abs(value) * scale, digits)}`;
  return `${one(lift)}${unit} [${one(interval[0])}, ${one(interval[1])}]`;
}

/** What a band of intervals is drawn on: from the lowest bound to the highest, with a little room. */
export function extentOf(intervals: readonly (readonly [number, number])[]): [number, number] {
  const low = Math.min(...intervals.map(([from]) => from));
  const high = Math.max(...intervals.map(([, to]) => to));
  const room = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
  return [low - room, high + room];
}

const rateForm: MetricForm = { scale: 100, unit: ' %' };

/** '72.0 % [64.6, 78.3] n=164'. */
export const rateText = (rate: number, interval: readonly [number, number], n: number) =>
  figure(rate, interval, n, rateForm);

/** The same in parts, none of which breaks at the end of a line. */
export const rateParts = (rate: number, interval: readonly [number, number], n: number): readonly string[] =>
  rateText(rate, interval, n).split(/ (?=\[|n=)/);

/** '+3.1' or '−0.4', in percentage points. */
export const pointsText = (points: number) => `${points < 0 ? '−' : '+'}${fixed(Math.abs(points), 1)}`;

/** '$0.0123', with as many digits as tell such amounts apart. */
export const usdText = (usd: number) =>
  usd >= 100 ? `$${fixed(usd, 0)}` : `$${fixed(usd, Math.max(2, digitsFor(usd)))}`;

/** '640 ms', '3.2 s', '4 min 10 s'. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${fixed(ms, ms < 10 ? 1 : 0)} ms`;
  if (ms < 60_000) return `${fixed(ms / 1_000, 1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
