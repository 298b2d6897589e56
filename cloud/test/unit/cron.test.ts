import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCadence, timesOf } from '../../src/features/evals/schedules/cadence.ts';
import { arrival, decide, nextAfter } from '../../src/features/evals/schedules/occurrence.ts';
import { lastOccurrence, nextOccurrence } from '../../src/platform/cron.ts';
import { isTimeZone, wallClock } from '../../src/platform/time-zone.ts';

const at = (text: string) => Date.parse(text);

/** The next occurrences after a time, each found from the one before. */
function walk(cron: string, timeZone: string, from: string, count: number) {
  const times: string[] = [];
  let afterMs = at(from);
  while (times.length < count) {
    const next = nextOccurrence({ cron, timeZone }, afterMs);
    if (next === undefined) break;
    times.push(new Date(next).toISOString().replace(':00.000Z', 'Z'));
    afterMs = next;
  }
  return times;
}

describe('a cron with a time zone', () => {
  it('comes an hour later on the night whose hour is leapt over', () => {
    expect(walk('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:30Z',
      '2026-03-30T00:30Z',
    ]);
    expect(walk('30 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z', 2)).toEqual([
      '2026-03-08T07:30Z',
      '2026-03-09T06:30Z',
    ]);
  });

  it('comes half an hour later where the clock leaps by half an hour', () => {
    expect(walk('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', 2)).toEqual([
      '2026-10-03T15:45Z',
      '2026-10-04T15:15Z',
    ]);
  });

  it('comes once, the first time, on the night whose hour comes twice', () => {
    expect(walk('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
    expect(walk('30 1 * * *', 'America/New_York', '2026-10-31T12:00:00Z', 2)).toEqual([
      '2026-11-01T05:30Z',
      '2026-11-02T06:30Z',
    ]);
    expect(walk('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T00:00:00Z', 2)).toEqual([
      '2026-04-04T14:45Z',
      '2026-04-05T15:15Z',
    ]);
  });

  it('counts such an hour once from wherever within it one looks', () => {
    for (const from of ['2026-10-25T00:30:00Z', '2026-10-25T00:45:00Z', '2026-10-25T01:10:00Z', '2026-10-25T01:31:00Z'])
      expect(walk('30 2 * * *', 'Europe/Berlin', from, 1)).toEqual(['2026-10-26T01:30Z']);
    expect(walk('0 * * * *', 'Europe/Berlin', '2026-10-24T22:30:00Z', 4)).toEqual([
      '2026-10-24T23:00Z',
      '2026-10-25T00:00Z',
      '2026-10-25T02:00Z',
      '2026-10-25T03:00Z',
    ]);
  });

  it('gives times that fall together in a leap once, and in order', () => {
    expect(walk('0,30 2,3 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 3)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-29T01:30Z',
      '2026-03-30T00:00Z',
    ]);
  });

  it('finds leap days, over a century without one as well', () => {
    expect(walk('0 3 29 2 *', 'UTC', '2026-03-01T00:00:00Z', 2)).toEqual(['2028-02-29T03:00Z', '2032-02-29T03:00Z']);
    expect(walk('0 3 29 2 *', 'Europe/Berlin', '2096-03-01T00:00:00Z', 1)).toEqual(['2104-02-29T02:00Z']);
  });

  it('finds the last occurrence of a range where walking forward finds it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'),
        fc.constantFrom('30 2 * * *', '15 * * * *', '*/20 1-3 * * *', '45 1 * * 0'),
        fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'),
        fc.integer({ min: -30 * 60, max: 30 * 60 }),
        fc.integer({ min: 0, max: 40 * 60 }),
        (timeZone, cron, day, fromMinutes, minutes) => {
          const since = at(`${day}T00:00:00Z`) + fromMinutes * 60_000;
          const now = since + minutes * 60_000;
          let walked: number | undefined;
          for (let next = nextOccurrence({ cron, timeZone }, since); next !== undefined && next <= now;) {
            walked = next;
            const after = nextOccurrence({ cron, timeZone }, next);
            expect(after).toBeGreaterThan(next);
            next = after;
          }
          expect(lastOccurrence({ cron, timeZone }, since, now)).toBe(walked);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a wall clock', () => {
  it('reads what it shows, wherever it shows it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'Europe/Berlin',
          'Australia/Lord_Howe',
          'America/St_Johns',
          'Asia/Kathmandu',
          'Pacific/Chatham',
        ),
        fc.integer({ min: at('2000-01-01T00:00:00Z') / 60_000, max: at('2060-01-01T00:00:00Z') / 60_000 }),
        (timeZone, minute) => {
          const clock = wallClock(timeZone);
          const reading = clock.reads(minute * 60_000);
          expect(clock.reads(clock.showsAt(reading))).toBe(reading);
          expect(clock.showsAt(reading)).toBeLessThanOrEqual(minute * 60_000);
        },
      ),
    );
  });

  it('is known by its IANA name alone', () => {
    expect(['UTC', 'Europe/Berlin', 'Etc/GMT+5', 'US/Eastern'].map(isTimeZone)).toEqual([true, true, true, true]);
    expect(['', '+02:00', 'Mars/Olympus', 'Europe/Berlin '].map(isTimeZone)).toEqual([false, false, false, false]);
  });
});

describe('what a schedule may say', () => {
  const complaint = (cron: string, timeZone = 'UTC') => {
    try {
      checkCadence({ cron, timeZone });
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('is five fields or one of three words', () => {
    for (const cron of [
      'nightly',
      'weekly',
      'hourly',
      '0 3 * * *',
      ' 0  3 * * mon-fri ',
      '*/5 * * * *',
      '0 0 29 2 *',
      '0 0 L * *',
    ])
      expect(complaint(cron)).toBeUndefined();
    for (const cron of [
      '',
      'yearly',
      '@daily',
      '* * * *',
      '0 0 3 * * *',
      'H 3 * * *',
      '61 3 * * *',
      '0 0 31 2 *',
      '0 3 * * monday',
    ])
      expect(complaint(cron)).toMatch(/^cron: expected five fields/);
    expect(timesOf({ cron: 'weekly', timeZone: 'UTC' })).toEqual({ cron: '0 3 * * 1', timeZone: 'UTC' });
  });

  it('is no more often than every five minutes, whenever that shows', () => {
    for (const cron of ['* * * * *', '*/4 * * * *', '0,3 0 1 1 *', '0,57 * * * *'])
      expect(complaint(cron)).toMatch(/comes again after \d min/);
    expect(complaint('0,58 0,23 * * *')).toContain('comes again after 2 min');
    expect(complaint('0,55 * * * *')).toBeUndefined();
  });

  it('names a time zone that there is', () => {
    expect(complaint('nightly', 'Berlin')).toBe(
      'timeZone: "Berlin" is no IANA time zone, such as Europe/Berlin or UTC',
    );
  });
});

describe('the message of an occurrence', () => {
  const waiting = {
    enabled: true,
    generation: 3,
    nextAt: new Date('2026-11-25T03:00:00Z'),
    cron: 'nightly',
    timeZone: 'UTC',
  };
  const message = { scheduleId: 's', generation: 3, at: '2026-11-25T03:00:00.000Z', hop: 0 };
  const decided = (now: string, change = {}) => decide({ ...waiting, ...change }, message, at(now));

  it('does nothing for a schedule that was changed, switched off, deleted or is past it', () => {
    const now = '2026-11-25T03:00:01Z';
    expect(decided(now)).toBe('due');
    expect(decided(now, { generation: 4 })).toBe('stale');
    expect(decided(now, { enabled: false })).toBe('stale');
    expect(decided(now, { nextAt: new Date('2026-11-26T03:00:00Z') })).toBe('stale');
    expect(decided(now, { nextAt: null })).toBe('stale');
    expect(decide(undefined, message, at(now))).toBe('stale');
  });

  it('waits for its time', () => {
    expect(decided('2026-11-24T03:00:00Z')).toBe('early');
    expect(decided('2026-11-25T02:59:30Z')).toBe('due');
  });

  it('makes up for what was missed, once and of the last six days', () => {
    const now = at('2026-12-20T10:00:00Z');
    expect(decide(waiting, message, now)).toBe('due');
    expect(nextAfter(waiting, now)).toEqual(new Date('2026-12-21T03:00:00Z'));
    expect(decide({ ...waiting, cron: '0 3 25 * *' }, message, now)).toBe('missed');
  });

  it('travels in hops that every engine takes', () => {
    const now = at('2026-11-25T00:00:00Z');
    expect(arrival(new Date('2026-11-25T03:00:00Z'), now)).toEqual(new Date('2026-11-25T03:00:00Z'));
    expect(arrival(new Date('2027-02-01T00:00:00Z'), now)).toEqual(new Date('2026-12-01T00:00:00Z'));
  });
});
