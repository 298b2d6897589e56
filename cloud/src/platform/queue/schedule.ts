import { lastOccurrence } from '../cron.ts';
import type { JobDefinition } from './job.ts';

type Schedule = NonNullable<JobDefinition['schedule']>;

export interface Scheduled {
  job: JobDefinition;
  schedule: Schedule;
  /** Occurrences up to here are sent, or lie before the schedule was made. */
  sinceMs: number;
}

/** How far back a missed occurrence is made up for. Less than completed jobs are remembered, else it would be sent twice. */
const catchUpMs = 6 * 24 * 3_600_000;

/** The latest occurrence after `sinceMs` and not after `nowMs`, of the last six days; see `../cron.ts` for nights that have another length. */
export const latestOccurrence = (schedule: Schedule, sinceMs: number, nowMs: number): number | undefined =>
  lastOccurrence(schedule, Math.max(sinceMs, nowMs - catchUpMs), nowMs);

/**
 * Sends what has become due. The time of the occurrence is the message's once-key: of several servers, and of a clock that
 * passes the same time twice, one message comes.
 */
export async function sendOccurrences(
  scheduled: Scheduled[],
  nowMs: number,
  send: (job: JobDefinition, onceKey: string) => Promise<unknown>,
) {
  for (const each of scheduled) {
    // A clock that was ahead for a while: what it has sent in the future must not keep back what is due until then.
    each.sinceMs = Math.min(each.sinceMs, nowMs);
    const dueMs = latestOccurrence(each.schedule, each.sinceMs, nowMs);
    if (dueMs === undefined) continue;
    await send(each.job, `scheduled for ${new Date(dueMs).toISOString()}`);
    each.sinceMs = dueMs;
  }
}
