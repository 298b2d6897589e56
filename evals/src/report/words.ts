import type { Status } from '../run/result.ts';

/** Beside every colour stands a sign: nobody has to tell red from green. */
export const glyphs: Readonly<Record<Status, string>> = {
  passed: '✓',
  failed: '✗',
  timeout: '◷',
  error: '!',
  skipped: '–',
};

/**
 * The line of a detail that says most: of a Python traceback its last, of all else its first, with the difference where Node's
 * assertions only announce one.
 */
export function tellingLine(detail: string | undefined): string {
  const lines = (detail ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const [first = '', ...rest] = lines;
  if (first.startsWith('Traceback')) return lines.at(-1) ?? first;
  if (!first.endsWith(':')) return first;
  const differing = rest.filter((line) => /^[+-] (?!actual - expected)/.test(line));
  return [first, ...differing].join(' ');
}

/** In the order people read them. */
export const statuses: readonly Status[] = ['passed', 'failed', 'timeout', 'error', 'skipped'];
