import { Time } from '../../ui/time.tsx';

const clock = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });

/** "Tue 03:00, in 5 hours", in the viewer's zone. */
export const NextTime = ({ at, nowMs }: { at: string; nowMs: number }) => (
  <span class="whitespace-nowrap tabular-nums">
    {clock.format(new Date(at))}{' '}
    <span class="text-muted">
      <Time at={at} nowMs={nowMs} />
    </span>
  </span>
);
