export type Scalar = string | number | boolean;

/** GET sends every attribute as text, so what a number or boolean means must be what its text means. */
export const textOf = (value: Scalar): string => String(value);

const decimal = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A finite number, or text that is one in plain decimal: no hex, no blanks, no leading plus. */
export function numberOf(value: Scalar): number | undefined {
  const isNumeric = typeof value === 'number' || (typeof value === 'string' && decimal.test(value));
  return isNumeric && Number.isFinite(Number(value)) ? Number(value) : undefined;
}

const iso = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/**
 * Milliseconds since 1970: a number, numeric text, or ISO-8601 text with its offset (a bare date is midnight UTC).
 * Text without an offset is no instant: what it means would depend on the machine.
 */
export function instantOf(value: Scalar): number | undefined {
  const day = typeof value === 'string' ? iso.exec(value)?.[1] : undefined;
  if (typeof value !== 'string' || day === undefined) return numberOf(value);
  const instant = isCalendarDay(day) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
}

/** Date.parse turns 30 February into 2 March. */
function isCalendarDay(day: string): boolean {
  const midnight = new Date(day);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}
