import { describe, expect, it } from 'vitest';
import { progressLine } from '../../src/report/progress/progress-line.ts';
import type { Progress } from '../../src/run/progress.ts';
import { showProgress } from '../../src/report/progress/show-progress.ts';

const halfway: Progress = {
  done: 82,
  total: 164,
  counts: { passed: 60, failed: 20, error: 1, timeout: 1, skipped: 0 },
  paidUsd: 0.1234,
  samplesPerSecond: 2,
  etaMs: 41_000,
};

describe('the progress line', () => {
  it('says how far, what came of it, how long still, what it cost and how quickly', () => {
    expect(progressLine(halfway, 120)).toBe(
      '███████████████░░░░░░░░░░░░░░░   50 %  82/164   ✓ 60  ✗ 20  ◷ 1  ! 1   41.0 s left   $0.123   2.0/s',
    );
  });

  it('leaves out what is least missed where there is no room, and never wraps', () => {
    for (let columns = 1; columns < 130; columns++)
      expect(progressLine(halfway, columns).length).toBeLessThanOrEqual(columns);
    expect(progressLine(halfway, 40)).toBe(' 50 %  82/164   ✓ 60  ✗ 20  ◷ 1  ! 1');
  });

  it('promises no time before anything was done, and has none left at the end', () => {
    const { samplesPerSecond: _, etaMs: __, ...nothing } = { ...halfway, done: 0 };
    expect(progressLine(nothing, 100)).not.toContain('left');
    expect(progressLine({ ...halfway, done: 164 }, 100)).not.toContain('left');
    expect(progressLine({ ...halfway, done: 164 }, 100)).toContain('100 %');
  });

  it('names no cost while no price is known', () => {
    expect(progressLine({ ...halfway, paidUsd: 0 }, 120)).not.toContain('$');
  });
});

describe('showing progress', () => {
  function screen(isTty: boolean) {
    const written: string[] = [];
    const lines: string[] = [];
    let now = 0;
    const terminal = {
      print: () => {},
      complain: (text: string) => void lines.push(text),
      write: (text: string) => void written.push(text),
      isTty,
      columns: 100,
    };
    const display = showProgress(terminal, () => now);
    return { written, lines, display, pass: (ms: number) => void (now += ms) };
  }

  it('draws over itself on a terminal, not for every sample, and ends with the last state', () => {
    const { written, lines, display, pass } = screen(true);
    for (let done = 1; done <= 100; done++) {
      display.update({ ...halfway, done, total: 100 });
      pass(10);
    }
    display.end();
    expect(written).toHaveLength(12);
    expect(written.every((text) => text.startsWith('\r') || text === '\n')).toBe(true);
    expect(written.at(-2)).toContain('100/100');
    expect(lines).toEqual([]);
  });

  it('writes plain lines seldom where nobody draws over them', () => {
    const { written, lines, display, pass } = screen(false);
    for (let done = 1; done <= 100; done++) {
      display.update({ ...halfway, done, total: 100 });
      pass(250);
    }
    display.end();
    expect(written).toEqual([]);
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)).toContain('100/100');
  });
});
