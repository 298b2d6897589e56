import { addAmount, addAmounts, bucketOf, noAmounts, type Amounts } from './amounts.ts';
import { triesOf, type Attempt, type Origin, type Try } from './attempts.ts';
import { cellsOf, type CellName } from './likeness.ts';

/** What is counted of one model in one cell. */
export interface Tally {
  n: number;
  solved: number;
  cost: Amounts;
  time: Amounts;
}

export interface CellCount extends CellName, Tally {
  origin: Origin;
  epoch: number;
  model: string;
}

/** Of the tasks that all of `failed` (one or two models, in the order of their names) failed: what `model` made of them. */
export interface RescueCount {
  failed: string[];
  model: string;
  n: number;
  solved: number;
  /** What the rescuer's tries cost, where that is known. */
  costN: number;
  costSum: number;
}

export interface Counts {
  cells: Map<string, CellCount>;
  rescues: Map<string, RescueCount>;
  /** The cells of a model at a kind of task, found once: most outcomes are like one before. */
  byKind: Map<string, CellCount[]>;
}

/** Models of one task that rescues are counted for: 24 make 7,000 of them already. */
const mostModels = 24;

export const noCounts = (): Counts => ({ cells: new Map(), rescues: new Map(), byKind: new Map() });

/**
 * Counts what the attempts at one task come to; with `times` -1 it is taken away. So a late attempt, a correction and a
 * retry are all the same: the task as it was is taken away, as it is now it is added.
 */
export function countTask(counts: Counts, attempts: readonly Attempt[], times: 1 | -1): void {
  const tries = triesOf(attempts);
  for (const one of tries) if (!one.isFollowUp) countTry(counts, one, times);
  if (tries.length > 1) countRescues(counts.rescues, tries.slice(0, mostModels), times);
}

function countTry(counts: Counts, one: Try, times: 1 | -1) {
  const { solved, costUsd, timeMs } = one;
  const [costBucket, timeBucket] = [costUsd, timeMs].map((amount) => (amount === undefined ? 0 : bucketOf(amount)));
  for (const cell of cellsFor(counts, one)) {
    cell.n += times;
    if (solved) cell.solved += times;
    if (costUsd !== undefined) addAmount(cell.cost, costUsd, times, costBucket);
    if (timeMs !== undefined) addAmount(cell.time, timeMs, times, timeBucket);
  }
}

function cellsFor({ cells, byKind }: Counts, { origin, epoch, model, likeness }: Try): CellCount[] {
  const { taskType, language, complexity, repoId } = likeness;
  const kind = JSON.stringify([origin, epoch, model, taskType, language, complexity, repoId]);
  const known = byKind.get(kind);
  if (known) return known;
  const found = cellsOf(likeness).map(({ level, key }) => {
    const id = JSON.stringify([origin, epoch, level, key, model]);
    let cell = cells.get(id);
    if (!cell) {
      cell = { origin, epoch, level, key, model, n: 0, solved: 0, cost: noAmounts(), time: noAmounts() };
      cells.set(id, cell);
    }
    return cell;
  });
  byKind.set(kind, found);
  return found;
}

function countRescues(rescues: Counts['rescues'], tries: readonly Try[], times: 1 | -1) {
  for (const rescuer of tries) {
    const before = tries
      .filter((other) => other !== rescuer && !other.solved && cameBefore(other, rescuer))
      .map(({ model }) => model)
      .toSorted();
    for (const [index, model] of before.entries()) {
      countRescue(rescues, [model], rescuer, times);
      for (const second of before.slice(index + 1)) countRescue(rescues, [model, second], rescuer, times);
    }
  }
}

/** In an eval run nobody is asked after another: each failure could have come first. */
const cameBefore = (other: Try, { origin, asked }: Try) =>
  other.origin === origin &&
  (origin === 'run' || other.asked === undefined || asked === undefined || other.asked < asked);

function countRescue(rescues: Counts['rescues'], failed: string[], { model, solved, costUsd }: Try, times: 1 | -1) {
  const id = JSON.stringify([failed, model]);
  let rescue = rescues.get(id);
  if (!rescue) {
    rescue = { failed, model, n: 0, solved: 0, costN: 0, costSum: 0 };
    rescues.set(id, rescue);
  }
  rescue.n += times;
  if (solved) rescue.solved += times;
  if (costUsd === undefined) return;
  rescue.costN += times;
  rescue.costSum += times * costUsd;
}

/** Of two tallies one. */
export function addTally(tally: Tally, more: Tally): void {
  tally.n += more.n;
  tally.solved += more.solved;
  addAmounts(tally.cost, more.cost);
  addAmounts(tally.time, more.time);
}
