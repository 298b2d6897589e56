import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineJob } from '../../src/platform/queue/job.ts';
import { latestOccurrence, sendOccurrences } from '../../src/platform/queue/schedule.ts';

const berlin = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
const at = (text: string) => Date.parse(text);
const latest = (schedule: typeof berlin, since: string, now: string) => {
  const ms = latestOccurrence(schedule, at(since), at(now));
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

/** Every occurrence that a server would send that looks each minute, over these hours. */
function sent(schedule: typeof berlin, from: string, hours: number) {
  const times: string[] = [];
  let sinceMs = at(from);
  for (let minute = 0; minute <= hours * 60; minute++) {
    const ms = latestOccurrence(schedule, sinceMs, at(from) + minute * 60_000);
    if (ms === undefined) continue;
    times.push(new Date(ms).toISOString());
    sinceMs = ms;
  }
  return times;
}

describe('a schedule', () => {
  it('means the hour of its time zone, in winter and in summer', () => {
    expect(latest(berlin, '2026-01-10T00:00:00Z', '2026-01-10T12:00:00Z')).toBe('2026-01-10T01:30:00.000Z');
    expect(latest(berlin, '2026-07-10T00:00:00Z', '2026-07-10T12:00:00Z')).toBe('2026-07-10T00:30:00.000Z');
    const utc = { cron: '17 3 * * *', timeZone: 'UTC' };
    expect(latest(utc, '2026-07-10T00:00:00Z', '2026-07-10T12:00:00Z')).toBe('2026-07-10T03:17:00.000Z');
  });

  it('is not due before its time, and due at it', () => {
    expect(latest(berlin, '2026-01-10T00:00:00Z', '2026-01-10T01:29:59.999Z')).toBeUndefined();
    expect(latest(berlin, '2026-01-10T00:00:00Z', '2026-01-10T01:30:00Z')).toBe('2026-01-10T01:30:00.000Z');
  });

  it('is due once on the night whose hour is leapt over', () => {
    expect(sent(berlin, '2026-03-28T12:00:00Z', 30)).toEqual(['2026-03-29T01:30:00.000Z']);
  });

  it('is due once on the night whose hour comes twice', () => {
    expect(sent(berlin, '2026-10-24T12:00:00Z', 30)).toEqual(['2026-10-25T00:30:00.000Z']);
  });

  it('sends nothing twice, nor anything from before it was made', () => {
    expect(latest(berlin, '2026-01-10T01:30:00Z', '2026-01-10T12:00:00Z')).toBeUndefined();
    expect(latest(berlin, '2026-01-10T02:00:00Z', '2026-01-10T12:00:00Z')).toBeUndefined();
  });

  it('makes up for the latest time that was missed, of the last six days', () => {
    expect(latest(berlin, '2026-01-01T00:00:00Z', '2026-01-10T12:00:00Z')).toBe('2026-01-10T01:30:00.000Z');
    const monthly = { cron: '0 0 1 * *', timeZone: 'UTC' };
    expect(latest(monthly, '2025-12-01T00:00:00Z', '2026-01-03T00:00:00Z')).toBe('2026-01-01T00:00:00.000Z');
    expect(latest(monthly, '2025-12-01T00:00:00Z', '2026-01-20T00:00:00Z')).toBeUndefined();
    const eachMinute = { cron: '* * * * *', timeZone: 'UTC' };
    expect(latest(eachMinute, '2026-01-01T00:00:00Z', '2026-01-10T12:00:30Z')).toBe('2026-01-10T12:00:00.000Z');
  });

  it('goes on after a clock that was a day ahead for a while', async () => {
    const schedule = { cron: '0 * * * *', timeZone: 'UTC' };
    const retries = { limit: 0, delayS: 0, backoff: 'fixed' as const };
    const job = defineJob({ name: 'a.job', input: z.object({}), retries, expireInMs: 1, run: async () => undefined });
    const scheduled = [{ job, schedule, sinceMs: at('2026-01-10T00:30:00Z') }];
    const keys: string[] = [];
    const nows = ['2026-01-10T01:10:00Z', '2026-01-11T01:11:00Z', '2026-01-10T01:12:00Z', '2026-01-10T02:00:00Z'];
    for (const now of nows) await sendOccurrences(scheduled, at(now), async (_, onceKey) => void keys.push(onceKey));
    expect(keys).toEqual(
      ['2026-01-10T01', '2026-01-11T01', '2026-01-10T02'].map((hour) => `scheduled for ${hour}:00:00.000Z`),
    );
  });
});
