import type { Status } from '../run/result.ts';

/** Beside every colour stands a sign: nobody has to tell red from green. */
export const glyphs: Readonly<Record<Status, string>> = {
  passed: '✓',
  failed: '✗',
  timeout: '◷',
  error: '!',
  skipped: '–',
};

/** In the order people read them. */
export const statuses: readonly Status[] = ['passed', 'failed', 'timeout', 'error', 'skipped'];

/** `72.0 %`; `-` for what is not known. */
export const percent = (rate: number | undefined): string =>
  rate === undefined ? '-' : `${(rate * 100).toFixed(1)} %`;

/** `[64.6, 78.3]`, in percent. */
export const percentInterval = (interval: readonly [number, number] | undefined): string =>
  interval ? `[${interval.map((end) => (end * 100).toFixed(1)).join(', ')}]` : '';

/** Dollars; `-` for a price that is not known, never 0. */
export const dollars = (usd: number | undefined): string =>
  usd === undefined ? '-' : `$${usd.toFixed(usd !== 0 && Math.abs(usd) < 0.01 ? 5 : 3)}`;

export function duration(ms: number | undefined): string {
  if (ms === undefined) return '-';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.round((ms % 60_000) / 1000);
  return minutes < 60 ? `${minutes} min ${seconds} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
