import { addAmount, addAmounts, noAmounts, type Amounts } from './amounts.ts';
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
  /** By model and kind of task, from which `cellCounts` are made: most outcomes are like one before. */
  kinds: Map<string, KindCount>;
  rescues: Map<string, RescueCount>;
}

interface KindCount extends Tally, Pick<Try, 'origin' | 'epoch' | 'model' | 'likeness'> {}

/** Models of one task that rescues are counted for: 24 make 7,000 of them already. */
const mostModels = 24;

export const noCounts = (): Counts => ({ kinds: new Map(), rescues: new Map() });

/**
 * Counts what the attempts at one task come to; with `times` -1 it is taken away. So a late attempt, a correction and a
 * retry are all the same: the task as it was is taken away, as it is now it is added.
 */
export function countTask(counts: Counts, attempts: readonly Attempt[], times: 1 | -1): void {
  const tries = triesOf(attempts);
  for (const one of tries) if (!one.isFollowUp) countTry(counts, one, times);
  if (tries.length > 1) countRescues(counts.rescues, tries.slice(0, mostModels), times);
}

function countTry({ kinds }: Counts, one: Try, times: 1 | -1) {
  const { origin, epoch, model, likeness, solved, costUsd, timeMs } = one;
  const key = kindKey(one);
  let kind = kinds.get(key);
  if (!kind) kinds.set(key, (kind = { origin, epoch, model, likeness, ...nothing() }));
  kind.n += times;
  if (solved) kind.solved += times;
  if (costUsd !== undefined) addAmount(kind.cost, costUsd, times);
  if (timeMs !== undefined) addAmount(kind.time, timeMs, times);
}

const nothing = (): Tally => ({ n: 0, solved: 0, cost: noAmounts(), time: noAmounts() });

/** Each text behind its length, so that no two kinds have the same; half the time of JSON, at each outcome. */
function kindKey({ origin, epoch, model, likeness }: Try): string {
  const { taskType, language, complexity, repoId } = likeness;
  return `${origin}${epoch} ${part(model)}${part(taskType)}${part(language)}${part(complexity)}${part(repoId)}`;
}

const part = (text: string | undefined) => (text === undefined ? '-' : `${text.length}:${text}`);

/** What was counted of each model in each of the cells that its tasks lie in. */
export function cellCounts({ kinds }: Pick<Counts, 'kinds'>): CellCount[] {
  const cells = new Map<string, CellCount>();
  for (const kind of kinds.values()) {
    const { origin, epoch, model } = kind;
    for (const { level, key } of cellsOf(kind.likeness)) {
      const id = JSON.stringify([origin, epoch, level, key, model]);
      let cell = cells.get(id);
      if (!cell) cells.set(id, (cell = { origin, epoch, level, key, model, ...nothing() }));
      addTally(cell, kind);
    }
  }
  return [...cells.values()];
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
