import type { Client } from '@upstash/qstash';
import type { Database } from '../db/database.ts';
import type { JobDefinition } from './job.ts';
import type { QStashRequests } from './qstash-requests.ts';
import type { Scheduled } from './schedule.ts';

/** Writes the schedules of jobs down, so that nothing is made up for that lies before they were. */
export async function knownSchedules(database: Database, jobs: Iterable<JobDefinition>): Promise<Scheduled[]> {
  const scheduled: Scheduled[] = [];
  for (const job of jobs) {
    const { name, schedule } = job;
    if (!schedule) continue;
    const { rows } = await database.execute(
      `insert into whetstone_queue.schedule as known (name, cron, time_zone) values ($1, $2, $3)
        on conflict (name) do update set cron = $2, time_zone = $3,
          created_at = case when (known.cron, known.time_zone) = ($2, $3) then known.created_at else now() end
        returning created_at as "createdAt"`,
      [name, schedule.cron, schedule.timeZone],
    );
    scheduled.push({ job, schedule, sinceMs: (rows[0]!['createdAt'] as Date).getTime() });
  }
  return scheduled;
}

/** Has the service know our schedules as they are now, and none of ours that is no more. */
export async function syncSchedules(client: Client, requests: QStashRequests, scheduled: Scheduled[]): Promise<void> {
  const wanted = scheduled.map(({ job, schedule }) => requests.schedule(job, schedule));
  const ours = (await client.schedules.list()).filter(({ scheduleId }) => requests.isOurs(scheduleId));
  for (const each of wanted) {
    const known = ours.find(({ scheduleId }) => scheduleId === each.scheduleId);
    if (known?.cron !== each.cron || known?.destination !== each.destination) await client.schedules.create(each);
  }
  for (const { scheduleId } of ours) {
    if (!wanted.some((each) => each.scheduleId === scheduleId)) await client.schedules.delete(scheduleId);
  }
}
