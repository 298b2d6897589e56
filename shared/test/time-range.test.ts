import { parseInput, timeRange, timeRangeMs } from '@whetstone/shared/contract';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const query = z.object({ timeRange: timeRange({ usual: '7d', longestDays: 30 }) });
const complaint = (range: string) => {
  try {
    return parseInput(query, { timeRange: range });
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a time range', () => {
  it('is a number of hours or days', () => {
    expect(timeRangeMs('1h')).toBe(3_600_000);
    expect(timeRangeMs('36h')).toBe(129_600_000);
    expect(timeRangeMs('7d')).toBe(604_800_000);
  });

  it('is the usual one when none is named, and stays text', () => {
    expect(parseInput(query, {})).toEqual({ timeRange: '7d' });
    expect(parseInput(query, { timeRange: '720h' })).toEqual({ timeRange: '720h' });
  });

  it('says once what is wrong with it', () => {
    expect(complaint('31d')).toBe('timeRange: reaches back at most 30d');
    expect(complaint('721h')).toBe('timeRange: reaches back at most 30d');
    for (const range of ['0h', '07d', '7', '7w', '1.5h', ' 7d', '7D', '9999999d']) {
      expect(complaint(range)).toBe('timeRange: expected a number of hours or days, such as 24h or 7d');
    }
  });
});
