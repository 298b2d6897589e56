import { describe, expect, it } from 'vitest';
import { seen } from '../../src/features/flags/exposures/times.ts';
import { usageOf, windowOf, type StepCount } from '../../src/features/flags/exposures/usage.ts';

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

describe('a usage window', () => {
  const now = new Date('2026-03-01T12:34:56.789Z');
  it.each([
    ['1h', '2026-03-01T11:00:00.000Z', 'hour'],
    ['72h', '2026-02-26T12:00:00.000Z', 'hour'],
    ['3d', '2026-02-26T12:00:00.000Z', 'hour'],
    ['73h', '2026-02-26T00:00:00.000Z', 'day'],
    ['7d', '2026-02-22T00:00:00.000Z', 'day'],
  ])('of %s begins with a whole step that reaches back as far', (range, from, step) => {
    expect(windowOf(range, now)).toEqual({ from: new Date(from), to: now, step });
  });
});

describe('usage', () => {
  const window = windowOf('2h', new Date('2026-03-01T12:30:00Z'));
  const at = (time: string) => new Date(`2026-03-01T${time}Z`);
  const step = (variant: string, hour: string, exposures: number, firstAt: string, lastAt: string): StepCount => ({
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
    expect(usageOf('key', window, counts, [{ variant: 'a', units: 5 }])).toEqual({
      key: 'key',
      from: '2026-03-01T10:00:00.000Z',
      to: '2026-03-01T12:30:00.000Z',
      step: 'hour',
      exposures: 9,
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
    const { to, variants } = usageOf('key', window, [step('a', '13:00:00', 1, '13:00:01', '13:00:01')], []);
    expect(to).toBe('2026-03-01T13:00:01.000Z');
    expect(variants[0]?.series.map(({ exposures }) => exposures)).toEqual([0, 0, 0, 1]);
  });
});
