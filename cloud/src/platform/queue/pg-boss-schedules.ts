import type PgBoss from 'pg-boss';
import type { JobDefinition } from './job.ts';
import { latestOccurrence } from './schedule.ts';

interface Scheduled {
  job: JobDefinition;
  schedule: NonNullable<JobDefinition['schedule']>;
  /** Occurrences up to here are sent, or lie before the schedule was made. */
  sinceMs: number;
}

/** Writes the schedules of jobs down, so that nothing is made up for that lies before they were. */
export async function knownSchedules(boss: PgBoss, jobs: Iterable<JobDefinition>): Promise<Scheduled[]> {
  const known = (await boss.getSchedules()) as unknown as StoredSchedule[];
  const scheduled: Scheduled[] = [];
  for (const job of jobs) {
    const { name, schedule } = job;
    if (!schedule) continue;
    const stored = known.find((each) => each.name === name);
    if (stored?.cron === schedule.cron && stored.timezone === schedule.timeZone) {
      scheduled.push({ job, schedule, sinceMs: stored.created_on.getTime() });
      continue;
    }
    if (stored) await boss.unschedule(name);
    await boss.schedule(name, schedule.cron, {}, { tz: schedule.timeZone });
    const made = ((await boss.getSchedules()) as unknown as StoredSchedule[]).find((each) => each.name === name);
    scheduled.push({ job, schedule, sinceMs: made?.created_on.getTime() ?? Infinity });
  }
  return scheduled;
}

/** As the engine has it; its types name half of it. */
interface StoredSchedule {
  name: string;
  cron: string;
  timezone: string;
  created_on: Date;
}

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
