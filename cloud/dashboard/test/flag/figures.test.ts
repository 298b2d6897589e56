import { describe, expect, it } from 'vitest';
import { extentOf, figure, formOf, signed } from '../../src/flag/model/figures.ts';

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
