import { describe, expect, it } from 'vitest';
import { keptFrom } from '../../src/features/flags/exposures/kept.ts';
import { seen } from '../../src/features/flags/exposures/times.ts';
import { unitsAreKnown, usageOf, windowOf, type StepCount } from '../../src/features/flags/exposures/usage.ts';

describe('the time of an exposure', () => {
  const arrival = '2026-03-01T12:00:00.000Z';
  const timesOf = (said: { firstAt?: string; lastAt?: string }) => {
    const { firstAt, lastAt } = seen(said, new Date(arrival));
    return [firstAt.toISOString(), lastAt.toISOString()];
  };
  const [eight, nine, future] = ['2026-03-01T08:00:00.000Z', '2026-03-01T09:00:00.000Z', '2026-03-01T12:00:00.001Z'];

  it.each([
    ['is the arrival when nothing is said', {}, [arrival, arrival]],
    ['is what is said', { firstAt: eight, lastAt: nine }, [eight, nine]],
    ['is one moment when one is said', { firstAt: eight }, [eight, eight]],
    ['is one moment when the last is said', { lastAt: nine }, [nine, nine]],
    ['is read with its offset', { firstAt: '2026-03-01T10:00:00+02:00' }, [eight, eight]],
    ['never lies after the arrival', { firstAt: future, lastAt: future }, [arrival, arrival]],
    ['ends with the arrival when the clock was set forward', { firstAt: eight, lastAt: future }, [eight, arrival]],
    [
      'is the end when the beginning is before the product',
      { firstAt: '1970-01-01T00:00:00Z', lastAt: nine },
      [nine, nine],
    ],
    [
      'is the arrival when both are',
      { firstAt: '0000-01-01T00:00:00Z', lastAt: '1999-12-31T23:59:59Z' },
      [arrival, arrival],
    ],
  ])('%s', (_, said, expected) => {
    expect(timesOf(said)).toEqual(expected);
  });
});

const keep = { usageDays: 400, exposureDays: 90 };

describe('a usage window', () => {
  const now = new Date('2026-03-01T12:34:56.789Z');
  it.each([
    ['1h', '2026-03-01T11:00:00.000Z', 'hour'],
    ['72h', '2026-02-26T12:00:00.000Z', 'hour'],
    ['3d', '2026-02-26T12:00:00.000Z', 'hour'],
    ['73h', '2026-02-26T00:00:00.000Z', 'day'],
    ['7d', '2026-02-22T00:00:00.000Z', 'day'],
    ['90d', '2025-12-01T00:00:00.000Z', 'day'],
  ])('of %s begins with a whole step that reaches back as far', (range, from, step) => {
    const rest = { keep, isCut: false, kept: keptFrom(keep, now) };
    expect(windowOf(range, now, keep)).toEqual({ from: new Date(from), to: now, step, ...rest });
  });

  it('is counted by weeks, from Monday, when it is longer than 100 days', () => {
    expect(windowOf('100d', now, keep)).toMatchObject({ from: new Date('2025-11-21T00:00:00Z'), step: 'day' });
    expect(windowOf('101d', now, keep)).toMatchObject({ from: new Date('2025-11-17T00:00:00Z'), step: 'week' });
  });

  it('knows its units when it begins after the last removal, or when nobody was exposed before that', () => {
    const [early, late] = [
      { firstAt: new Date('2025-11-30T23:59:59Z') },
      { firstAt: new Date('2025-12-01T00:00:00Z') },
    ];
    expect(unitsAreKnown(windowOf('90d', now, keep), [early, late])).toBe(true);
    expect(unitsAreKnown(windowOf('91d', now, keep), [late])).toBe(true);
    expect(unitsAreKnown(windowOf('91d', now, keep), [early, late])).toBe(false);
  });

  it('begins with what is kept, and the answer says so', () => {
    const long = windowOf('1100d', now, keep);
    expect(long.from).toEqual(new Date('2025-01-20T00:00:00Z')); // the Monday on or before 400 days ago
    expect(windowOf('400d', now, keep)).toMatchObject({ from: long.from, isCut: false });
    expect(usageOf('key', long, { steps: [], variants: 0 }).notes).toEqual([
      'Counts before 2025-01-20 are not kept (WHETSTONE_USAGE_DAYS is 400): the answer begins there.',
      'Units are not known for this range: those last seen before 2025-12-01 are removed (WHETSTONE_EXPOSURE_DAYS is 90). Ask for a shorter one.',
    ]);
  });

  it('never begins between two removals: units go by whole days, counts by whole weeks', () => {
    const kept = keptFrom({ usageDays: 1, exposureDays: 1 }, new Date('2026-03-01T00:00:00Z'));
    expect(kept).toEqual({ counts: new Date('2026-02-23T00:00:00Z'), units: new Date('2026-02-28T00:00:00Z') });
  });
});

describe('usage', () => {
  const window = windowOf('2h', new Date('2026-03-01T12:30:00Z'), keep);
  const at = (time: string) => new Date(`2026-03-01T${time}Z`);
  const step = (
    variant: string | null,
    hour: string,
    exposures: number,
    firstAt: string,
    lastAt: string,
  ): StepCount => ({
    variant,
    at: at(hour),
    exposures,
    firstAt: at(firstAt),
    lastAt: at(lastAt),
  });

  it('adds up what is counted and fills the gaps with zeros', () => {
    const counts = [
      step('b', '10:00:00', 2, '10:05:00', '10:10:00'),
      step('a', '12:00:00', 4, '09:59:00', '12:20:00'),
      step('a', '10:00:00', 3, '10:00:00', '10:59:59'),
    ];
    const units = { all: 6, byVariant: new Map([['a', 5]]) };
    expect(usageOf('key', window, { steps: counts, variants: 2, units })).toEqual({
      key: 'key',
      from: '2026-03-01T10:00:00.000Z',
      to: '2026-03-01T12:30:00.000Z',
      step: 'hour',
      exposures: 9,
      units: 6,
      kept: { countsFrom: '2025-01-20T00:00:00.000Z', unitsFrom: '2025-12-01T00:00:00.000Z' },
      notes: [],
      variants: [
        {
          variant: 'a',
          exposures: 7,
          units: 5,
          firstSeenAt: '2026-03-01T09:59:00.000Z',
          lastSeenAt: '2026-03-01T12:20:00.000Z',
          series: [
            { at: '2026-03-01T10:00:00.000Z', exposures: 3 },
            { at: '2026-03-01T11:00:00.000Z', exposures: 0 },
            { at: '2026-03-01T12:00:00.000Z', exposures: 4 },
          ],
        },
        {
          variant: 'b',
          exposures: 2,
          units: 0,
          firstSeenAt: '2026-03-01T10:05:00.000Z',
          lastSeenAt: '2026-03-01T10:10:00.000Z',
          series: [
            { at: '2026-03-01T10:00:00.000Z', exposures: 2 },
            { at: '2026-03-01T11:00:00.000Z', exposures: 0 },
            { at: '2026-03-01T12:00:00.000Z', exposures: 0 },
          ],
        },
      ],
    });
  });

  it('leaves out nothing that a server with a faster clock took in', () => {
    const { to, variants } = usageOf('key', window, {
      steps: [step('a', '13:00:00', 1, '13:00:01', '13:00:01')],
      variants: 1,
    });
    expect(to).toBe('2026-03-01T13:00:01.000Z');
    expect(variants[0]?.series.map(({ exposures }) => exposures)).toEqual([0, 0, 0, 1]);
  });

  it('has one more series for all variants that are not named, on the same steps, and knows no units unasked', () => {
    const steps = [
      step('a', '10:00:00', 9, '10:05:00', '10:10:00'),
      step(null, '11:00:00', 4, '11:00:00', '11:20:00'),
      step(null, '12:00:00', 3, '12:00:00', '12:20:00'),
    ];
    const usage = usageOf('key', window, { steps, variants: 8 });
    expect(usage).toMatchObject({
      exposures: 16,
      units: null,
      variants: [{ variant: 'a', exposures: 9, units: null }],
    });
    expect(usage.other).toEqual({
      variants: 7,
      exposures: 7,
      series: [
        { at: '2026-03-01T10:00:00.000Z', exposures: 0 },
        { at: '2026-03-01T11:00:00.000Z', exposures: 4 },
        { at: '2026-03-01T12:00:00.000Z', exposures: 3 },
      ],
    });
    expect(usage.notes.slice(1)).toEqual(['7 variants beyond the 100 most exposed are added up in "other".']);
  });
});
