const MINUTE = 60_000;
const units: readonly [name: string, ms: number][] = [
  ['year', 365 * 24 * 60 * MINUTE],
  ['month', 30 * 24 * 60 * MINUTE],
  ['day', 24 * 60 * MINUTE],
  ['hour', 60 * MINUTE],
  ['minute', MINUTE],
];

export function relativeTime(thenMs: number, nowMs: number): string {
  if (!Number.isFinite(thenMs) || !Number.isFinite(nowMs)) throw new RangeError('not a time');
  const distance = Math.abs(thenMs - nowMs);
  if (distance < 45_000) return 'just now';
  const [name, ms] = units.find(([, size]) => size <= distance) ?? ['minute', distance];
  const count = Math.floor(distance / ms);
  const text = `${count} ${name}${count === 1 ? '' : 's'}`;
  return thenMs < nowMs ? `${text} ago` : `in ${text}`;
}
