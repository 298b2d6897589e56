import {
  addAmount,
  currentEpoch,
  epochAt,
  figuresAcrossEpochs,
  noAmounts,
  withEpoch,
  type Epoch,
} from '../../src/portfolio/index.ts';
import { describe, expect, it } from 'vitest';

const at = (day: number) => `2026-03-${String(day).padStart(2, '0')}T00:00:00.000Z`;
const opened = (...days: number[]) =>
  days.reduce<Epoch[]>((epochs, day) => withEpoch(epochs, { model: 'm', since: at(day), why: `day ${day}` }), []);
const tally = (epoch: number, n: number, solved: number, costUsd: number) => {
  const cost = noAmounts();
  addAmount(cost, costUsd, n);
  return { epoch, n, solved, cost, time: noAmounts() };
};

describe('epochs of a model', () => {
  it('take an attempt by when it ended, and leave other models alone', () => {
    const epochOf = epochAt(opened(3, 5));
    expect([1, 3, 4, 5, 9].map((day) => epochOf('m', Date.parse(at(day))))).toEqual([0, 1, 1, 2, 2]);
    expect(epochOf('another', Date.parse(at(9)))).toBe(0);
  });

  it('are in the order of their times, in whichever order they are opened', () => {
    expect(opened(5, 3, 9)).toEqual(opened(3, 5, 9).map((epoch) => expect.objectContaining(epoch)));
    expect(currentEpoch(opened(5, 9, 3), 'm')).toMatchObject({ epoch: 3, since: at(9) });
  });

  it('of the same moment are one, with the last reason', () => {
    const epochs = withEpoch(opened(3), { model: 'm', since: at(3), why: 'another reason' });
    expect(epochs).toEqual([{ model: 'm', epoch: 1, since: at(3), why: 'another reason' }]);
  });

  it('beyond thirty forget the oldest change, and what came before it is one epoch', () => {
    const hour = (n: number) => new Date(Date.parse(at(1)) + n * 3_600_000).toISOString();
    let epochs: Epoch[] = [];
    for (let n = 0; n < 40; n++) epochs = withEpoch(epochs, { model: 'm', since: hour(n), why: 'again' });
    expect(epochs).toHaveLength(30);
    expect(epochAt(epochs)('m', Date.parse(hour(-1)))).toBe(10);
    expect(epochAt(epochs)('m', Date.parse(hour(39)))).toBe(40);
  });

  it('that are over keep their mean and weigh at most 20 observations together', () => {
    const figures = figuresAcrossEpochs([tally(0, 60, 60, 1), tally(1, 40, 0, 1), tally(2, 10, 5, 3)], 2)!;
    expect(figures.n).toBeCloseTo(30);
    expect(figures.solved).toBeCloseTo(5 + 20 * 0.6);
    expect(figures.cost!.mean).toBeCloseTo((20 * 1 + 10 * 3) / 30);
    expect(figures.cost!.median).toBeCloseTo(1, 0);
    expect(figures.cost!.p90 / 3).toBeCloseTo(1, 1);
  });

  it('that are over and small keep their weight, and nothing makes no figures', () => {
    expect(figuresAcrossEpochs([tally(0, 7, 3, 1)], 1)).toMatchObject({ n: 7, solved: 3 });
    expect(figuresAcrossEpochs([], 0)).toBeUndefined();
  });
});
