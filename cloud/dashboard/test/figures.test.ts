import { describe, expect, it } from 'vitest';
import { durationText, extentOf, figure, formOf, pointsText, rateText, signed, usdText } from '../src/ui/figures.ts';

describe('figures', () => {
  it('never stand without their interval and their n', () => {
    expect(figure(0.72, [0.646, 0.783], 164, formOf('success', 'rate'))).toBe('72.0 % [64.6, 78.3] n=164');
    expect(figure(0.0123, [0.0101, 0.0145], 1_200, formOf('costUsd', 'mean'))).toBe(
      '0.0123 USD per task [0.0101, 0.0145] n=1,200',
    );
    expect(figure(1_532.4, undefined, 1, formOf('timeMs', 'mean'))).toBe('1,532 ms per task [no interval] n=1');
  });

  it('carry a sign when they are differences', () => {
    const points = { scale: 100, unit: ' points' };
    expect(signed(0.1, [0.004, 0.196], points)).toBe('+10.0 points [+0.4, +19.6]');
    expect(signed(-0.02, [-0.1, 0.06], points)).toBe('−2.0 points [−10.0, +6.0]');
  });

  it('are drawn on a band that holds all intervals, even a single point', () => {
    expect(
      extentOf([
        [0, 1],
        [2, 3],
      ]),
    ).toEqual([-0.15000000000000002, 3.15]);
    expect(extentOf([[0, 0]])).toEqual([-1, 1]);
  });
});

describe('figures of evals', () => {
  it('never show a rate without its interval and its n', () => {
    expect(rateText(0.72, [0.646, 0.783], 164)).toBe('72.0 % [64.6, 78.3] n=164');
  });

  it('sign points with a real minus', () => {
    expect([pointsText(3.14), pointsText(-12), pointsText(0)]).toEqual(['+3.1', '−12.0', '+0.0']);
  });

  it('write money with the digits that tell amounts apart', () => {
    expect([usdText(0.01234), usdText(1.5), usdText(1234.5), usdText(0)]).toEqual([
      '$0.0123',
      '$1.50',
      '$1,235',
      '$0.00',
    ]);
  });

  it('write durations in the unit that fits', () => {
    expect([durationText(3.21), durationText(640), durationText(3_210), durationText(250_000)]).toEqual([
      '3.2 ms',
      '640 ms',
      '3.2 s',
      '4 min 10 s',
    ]);
  });
});
