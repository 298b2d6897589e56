import { z } from 'zod';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

interface Bounds {
  /** Taken when the caller names none. */
  usual: string;
  longestDays: number;
}

/** `24h`, `7d`: how far back from now a report looks, from one hour up. Stays text, so that it travels as it was written. */
export const timeRange = ({ usual, longestDays }: Bounds) =>
  z
    .string()
    .regex(/^[1-9]\d{0,5}[hd]$/, { error: 'expected a number of hours or days, such as 24h or 7d', abort: true })
    .refine((range) => timeRangeMs(range) <= longestDays * dayMs, `reaches back at most ${longestDays}d`)
    .default(usual)
    .describe(`How far back from now, in hours or days: 1h to ${longestDays}d`);

/** The length of a range that `timeRange` took. */
export const timeRangeMs = (range: string): number =>
  Number(range.slice(0, -1)) * (range.endsWith('h') ? hourMs : dayMs);
