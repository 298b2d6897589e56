// Made once: making one takes longer than formatting a thousand times.
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Infinity],
];

/** "3 days ago" or "in 2 hours", in whole units rounded down. */
function relativeText(atMs: number, nowMs: number): string {
  let amount = Math.trunc((atMs - nowMs) / 1_000);
  for (const [unit, size] of steps) {
    if (Math.abs(amount) < size) return relative.format(amount, unit);
    amount = Math.trunc(amount / size);
  }
  return '';
}

/** A moment as people say it; the exact one, in the viewer's zone, on hover. */
export const Time = ({ at, nowMs }: { at: string; nowMs: number }) => (
  <time dateTime={at} class="whitespace-nowrap" title={exact.format(new Date(at))}>
    {relativeText(Date.parse(at), nowMs)}
  </time>
);
