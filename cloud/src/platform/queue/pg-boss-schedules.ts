import type PgBoss from 'pg-boss';
import type { JobDefinition } from './job.ts';
import type { Scheduled } from './schedule.ts';

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
