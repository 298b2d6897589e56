import { CronExpressionParser } from 'cron-parser';
import type { JobDefinition } from './job.ts';

type Schedule = NonNullable<JobDefinition['schedule']>;

/** How far back a missed occurrence is made up for. Less than completed jobs are remembered, else it would be sent twice. */
const catchUpMs = 6 * 24 * 3_600_000;

/**
 * The latest occurrence after `sinceMs` and not after `nowMs`. A local time that the clock leaps over in spring comes an
 * hour later, one that it passes twice in autumn counts once: as long as one walks forward, from occurrence to occurrence.
 */
export function latestOccurrence({ cron, timeZone }: Schedule, sinceMs: number, nowMs: number): number | undefined {
  const currentDate = new Date(Math.max(sinceMs, nowMs - catchUpMs));
  const times = CronExpressionParser.parse(cron, { tz: timeZone, currentDate });
  let latestMs: number | undefined;
  for (let atMs = times.next().getTime(); atMs <= nowMs; atMs = times.next().getTime()) latestMs = atMs;
  return latestMs;
}
