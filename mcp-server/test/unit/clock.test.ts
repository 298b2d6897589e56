import { expect, it } from 'vitest';
import { elapsedMs, momentAt, momentOf } from '../../src/offline/clock.ts';
import { manualClock } from '../support/manual-clock.ts';

it('lets neither a clock set back nor a clock set forward make old things look fresh', () => {
  const clock = manualClock(1_000_000);
  const then = momentOf(clock);
  clock.advance(5_000);
  expect(elapsedMs(then, clock)).toBe(5_000);
  clock.setWall(0);
  expect(elapsedMs(then, clock)).toBe(5_000);
  clock.setWall(9_000_000);
  expect(elapsedMs(then, clock)).toBe(8_000_000);
});

it('goes on counting from a time that was written down', () => {
  const clock = manualClock(1_000_000);
  const written = momentAt(400_000, clock);
  clock.advance(1_000);
  expect(elapsedMs(written, clock)).toBe(601_000);
  expect(elapsedMs(momentAt(2_000_000, clock), clock)).toBe(0);
});
