import { nextOccurrence, type CronTimes } from '../../../platform/cron.ts';
import { latestOccurrence } from '../../../platform/queue/schedule.ts';
import { timesOf } from './cadence.ts';

/** The message by which one occurrence comes. */
export interface OccurrenceMessage {
  scheduleId: string;
  /** Of the schedule when it was sent; after a change of the schedule it does nothing. */
  generation: number;
  /** When the occurrence is. */
  at: string;
  /** How often it was put off, since engines do not wait for long. */
  hop: number;
}

/** As much of a schedule as decides what a message does. */
interface Waiting {
  enabled: boolean;
  generation: number;
  nextAt: Date | null;
  cron: string;
  timeZone: string;
}

/** `stale`: not this schedule's next occurrence. `early`: it is to come. `missed`: it is so long ago that nobody expects it. */
export type Decision = 'stale' | 'early' | 'due' | 'missed';

/** Clocks of a server and its database differ; nobody minds a run that is begun a minute early. */
const toleranceMs = 60_000;

/** What a message does. One that comes again finds that the schedule waits for a later occurrence. */
export function decide(schedule: Waiting | undefined, { generation, at }: OccurrenceMessage, nowMs: number): Decision {
  const atMs = Date.parse(at);
  if (!schedule?.enabled || schedule.generation !== generation || schedule.nextAt?.getTime() !== atMs) return 'stale';
  if (nowMs < atMs - toleranceMs) return 'early';
  return latestOccurrence(timesOf(schedule), atMs - 1, Math.max(nowMs, atMs)) === undefined ? 'missed' : 'due';
}

export const nextAfter = (schedule: CronTimes, afterMs: number): Date | undefined => {
  const nextMs = nextOccurrence(timesOf(schedule), afterMs);
  return nextMs === undefined ? undefined : new Date(nextMs);
};

/** QStash's free plan waits for a week at most, pg-boss remembers what it has done for one. */
const longestWaitMs = 6 * 24 * 3_600_000;

/** When a message for an occurrence is to arrive: at its time, or on the way there. */
export const arrival = (at: Date, nowMs: number): Date => new Date(Math.min(at.getTime(), nowMs + longestWaitMs));

export const onceKeyOf = ({ scheduleId, generation, at, hop }: OccurrenceMessage) =>
  `schedule ${scheduleId} ${generation} ${at} ${hop}`;
