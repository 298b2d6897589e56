import { noAmounts, quantileOf, type Amounts } from './amounts.ts';
import type { AmountFigures, CellFigures } from './table.ts';
import type { Tally } from './counts.ts';

/** From when on a model counts as another one. Before its first epoch it has the number 0. */
export interface Epoch {
  model: string;
  /** Counts up with the times. */
  epoch: number;
  /** ISO-8601. */
  since: string;
  /** A sentence: a new price, a new version, a measured change of behaviour. */
  why: string;
}

/** What all older epochs of a model together may weigh in a cell, in observations. */
const mostOfOlderEpochs = 20;

/** Of a model that changes without end the oldest changes are forgotten: what came before them was one thing. */
const mostEpochsOfModel = 30;

/** Which epoch an attempt belongs to: that of its model at the time (milliseconds since 1970) when it ended. */
export function epochAt(epochs: readonly Epoch[]): (model: string, atMs: number) => number {
  const byModel = new Map<string, { epoch: number; sinceMs: number }[]>();
  for (const { model, epoch, since } of epochs) {
    const known = byModel.get(model) ?? [];
    known.push({ epoch, sinceMs: Date.parse(since) });
    byModel.set(model, known);
  }
  for (const known of byModel.values()) known.sort((a, b) => b.sinceMs - a.sinceMs);
  return (model, atMs) => {
    const known = byModel.get(model);
    if (!known) return 0;
    const current = known.find(({ sinceMs }) => sinceMs <= atMs);
    return current ? current.epoch : known.at(-1)!.epoch - 1;
  };
}

/** The last epoch of a model; undefined while it has had none. */
export const currentEpoch = (epochs: readonly Epoch[], model: string): Epoch | undefined =>
  epochs
    .filter((epoch) => epoch.model === model)
    .toSorted((a, b) => b.epoch - a.epoch)
    .at(0);

/**
 * With one epoch more, in its place by time: those of the model that came later count up by one. The same time again changes
 * nothing but the reason.
 */
export function withEpoch(epochs: readonly Epoch[], opened: Omit<Epoch, 'epoch'>): Epoch[] {
  const atMs = Date.parse(opened.since);
  const others = epochs.filter(({ model }) => model !== opened.model);
  const ofModel = epochs.filter(({ model }) => model === opened.model);
  const same = ofModel.find(({ since }) => Date.parse(since) === atMs);
  if (same) return epochs.map((epoch) => (epoch === same ? { ...epoch, why: opened.why } : epoch));
  const isLater = ({ since }: Epoch) => Date.parse(since) > atMs;
  const epoch = Math.max(0, ...ofModel.filter((one) => !isLater(one)).map((one) => one.epoch)) + 1;
  const later = ofModel.filter(isLater).map((one) => ({ ...one, epoch: one.epoch + 1 }));
  const earlier = ofModel.filter((one) => !isLater(one));
  const inOrder = [...earlier, { ...opened, epoch }, ...later].toSorted((a, b) => a.epoch - b.epoch);
  return [...others, ...inOrder.slice(-mostEpochsOfModel)];
}

/** A tally of one epoch. */
export interface EpochTally extends Tally {
  epoch: number;
}

/**
 * Of one model in one cell: what was counted in its epochs as one tally. The older ones keep their mean and lose their weight,
 * to at most `mostOfOlderEpochs` observations together, so that counts may be fractions.
 */
export function tallyAcrossEpochs(counts: readonly EpochTally[], currentEpoch: number): Tally {
  const older = counts.filter(({ epoch }) => epoch < currentEpoch);
  const olderN = older.reduce((sum, { n }) => sum + n, 0);
  const weight = olderN > mostOfOlderEpochs ? mostOfOlderEpochs / olderN : 1;
  const tally: Tally = { n: 0, solved: 0, cost: noAmounts(), time: noAmounts() };
  for (const count of counts) {
    const times = count.epoch < currentEpoch ? weight : 1;
    tally.n += times * count.n;
    tally.solved += times * count.solved;
    addWeighted(tally.cost, count.cost, times);
    addWeighted(tally.time, count.time, times);
  }
  return tally;
}

/** The same as figures of a routing table, which has only to be told the place of its model. */
export function figuresAcrossEpochs(
  counts: readonly EpochTally[],
  currentEpoch: number,
): Omit<CellFigures, 'model'> | undefined {
  const { n, solved, cost, time } = tallyAcrossEpochs(counts, currentEpoch);
  if (n <= 0) return undefined;
  return { n, solved, cost: amountFigures(cost), time: amountFigures(time) };
}

function amountFigures(amounts: Amounts): AmountFigures | undefined {
  const [median, p90] = [quantileOf(amounts, 0.5), quantileOf(amounts, 0.9)];
  if (median === undefined || p90 === undefined) return undefined;
  return { n: amounts.n, mean: amounts.sum / amounts.n, median, p90 };
}

function addWeighted(amounts: Amounts, more: Amounts, weight: number) {
  amounts.n += weight * more.n;
  amounts.sum += weight * more.sum;
  for (const [bucket, count] of more.buckets)
    amounts.buckets.set(bucket, (amounts.buckets.get(bucket) ?? 0) + weight * count);
}
