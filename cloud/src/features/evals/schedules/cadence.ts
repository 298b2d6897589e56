import { invalidField } from '@whetstone/shared/errors';
import { CronExpressionParser } from 'cron-parser';
import { readings, type CronTimes } from '../../../platform/cron.ts';
import { isTimeZone } from '../../../platform/time-zone.ts';

const words: Record<string, string> = { nightly: '0 3 * * *', weekly: '0 3 * * 1', hourly: '0 * * * *' };

const shortestMinutes = 5;

/** Throws an error that names the field when a schedule says no times, or too many. */
export function checkCadence(said: CronTimes): void {
  if (!isTimeZone(said.timeZone))
    throw invalidField('timeZone', `"${said.timeZone}" is no IANA time zone, such as Europe/Berlin or UTC`);
  const { cron } = timesOf(said);
  refuseUnreadable(cron);
  refuseTooFrequent(cron);
}

/** What is kept is what was said; this is what it means. */
export const timesOf = ({ cron, timeZone }: CronTimes): CronTimes => ({
  cron: Object.hasOwn(words, cron) ? words[cron]! : cron.trim().split(/\s+/).join(' '),
  timeZone,
});

function refuseUnreadable(cron: string) {
  const expected = 'expected five fields (minute hour day month weekday), nightly, weekly or hourly';
  // The parser knows more: seconds, names such as @daily, and H, which is another time at each server.
  const plain = cron.replaceAll(
    /\b(?:sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b/gi,
    '1',
  );
  if (cron.split(' ').length !== 5 || !/^[\d*,/\-?#L ]+$/.test(plain)) throw invalidField('cron', expected);
  try {
    CronExpressionParser.parse(cron, { tz: 'UTC' });
  } catch (error) {
    const why = error instanceof Error ? `: ${error.message}` : '';
    throw invalidField('cron', `${expected}${why}`);
  }
}

/** Two days of a cron that comes every five minutes have 576 times; whatever else comes too often shows among as many. */
const looked = 600;

function refuseTooFrequent(cron: string) {
  const start = Date.UTC(2024, 0, 1);
  let count = 0;
  let beforeMs: number | undefined;
  for (const atMs of readings(cron, start - 1)) {
    if (beforeMs !== undefined && atMs - beforeMs < shortestMinutes * 60_000)
      throw invalidField(
        'cron',
        `"${cron}" comes again after ${(atMs - beforeMs) / 60_000} min; at least ${shortestMinutes} are between two runs`,
      );
    beforeMs = atMs;
    count += 1;
    if (count === looked || atMs > start + 9 * 366 * 86_400_000) break;
  }
  if (count === 0) throw invalidField('cron', `"${cron}" never comes`);
}
