import { CronExpressionParser } from 'cron-parser';
import { longestLeapMs, wallClock } from './time-zone.ts';

export interface CronTimes {
  cron: string;
  /** IANA name. */
  timeZone: string;
}

/**
 * The first occurrence after an instant; undefined when none comes any more. A local time that the clock leaps over in
 * spring comes as much later as it leaps, one that it passes twice in autumn counts once, the first time.
 *
 * cron-parser walks along readings of the clock alone, where every day has 24 hours: with a time zone it leaves out days of
 * clocks that leap by half an hour, and gives different answers from within an hour that comes twice.
 */
export function nextOccurrence({ cron, timeZone }: CronTimes, afterMs: number): number | undefined {
  const clock = wallClock(timeZone);
  // On the night of a leap forward readings and instants come in different orders: all near ones are looked at.
  const marginMs = timeZone === 'UTC' ? 0 : longestLeapMs;
  let best: number | undefined;
  let untilMs = Infinity;
  for (const readingMs of readings(cron, clock.reads(afterMs) - marginMs)) {
    if (readingMs > untilMs) break;
    const atMs = clock.showsAt(readingMs);
    if (atMs <= afterMs) continue;
    best = Math.min(best ?? Infinity, atMs);
    untilMs = Math.min(untilMs, readingMs + marginMs);
  }
  return best;
}

/** The last occurrence after `sinceMs` and not after `nowMs`. */
export function lastOccurrence({ cron, timeZone }: CronTimes, sinceMs: number, nowMs: number): number | undefined {
  const clock = wallClock(timeZone);
  const marginMs = timeZone === 'UTC' ? 0 : longestLeapMs;
  const untilMs = clock.reads(nowMs) + marginMs;
  let latest: number | undefined;
  for (const readingMs of readings(cron, clock.reads(sinceMs) - marginMs)) {
    if (readingMs > untilMs) break;
    const atMs = clock.showsAt(readingMs);
    if (atMs > sinceMs && atMs <= nowMs) latest = Math.max(latest ?? -Infinity, atMs);
  }
  return latest;
}

/** The readings that a cron expression means, from after one on. */
export function* readings(cron: string, afterMs: number): Generator<number> {
  const times = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(afterMs) });
  while (true) {
    try {
      yield times.next().getTime();
    } catch {
      // It has looked ahead for years and found nothing.
      return;
    }
  }
}
