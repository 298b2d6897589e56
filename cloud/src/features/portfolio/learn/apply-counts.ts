import {
  addTally,
  cellCounts,
  type Amounts,
  type CellCount,
  type Counts,
  type RescueCount,
} from '@whetstone/shared/portfolio';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { cellRepository, type Known } from './cells/repository.ts';

/** What was there before, by `cellId`; and the rows that cannot be, which only a rebuild heals. */
export interface Applied {
  before: Map<string, CellCount>;
  quarantined: string[];
}

export const cellId = ({ origin, epoch, level, key, model }: Omit<CellCount, 'n' | 'solved' | 'cost' | 'time'>) =>
  JSON.stringify([origin, epoch, level, key, model]);

const rescueId = ({ failed, model }: Pick<RescueCount, 'failed' | 'model'>) => JSON.stringify([failed, model]);

/** Adds differences to the rows of their keys. Whoever calls it has locked the state. */
export async function applyCounts(tx: ProjectTx, counts: Counts): Promise<Applied> {
  const cellChanges = cellCounts(counts).filter(changesCell);
  const rescueChanges = [...counts.rescues.values()].filter(changesRescue);
  const known = cellChanges.length > 0 ? await cellRepository.find(tx, cellChanges) : [];
  const cellPlan = planOf(cellChanges, known, cellId, mergedCell);
  await cellRepository.put(tx, cellPlan.put);
  await cellRepository.remove(tx, cellPlan.remove);
  const knownRescues = rescueChanges.length > 0 ? await cellRepository.findRescues(tx, rescueChanges) : [];
  const rescuePlan = planOf(rescueChanges, knownRescues, rescueId, mergedRescue);
  await cellRepository.putRescues(tx, rescuePlan.put);
  await cellRepository.removeRescues(tx, rescuePlan.remove);
  const before = new Map(known.flatMap(({ key, count }) => (count ? [[cellId(key), count] as const] : [])));
  return { before, quarantined: [...cellPlan.quarantined, ...rescuePlan.quarantined] };
}

type Merged<C> = { kind: 'put'; count: C } | { kind: 'gone' } | { kind: 'impossible' };

function planOf<K, C extends K>(
  changes: readonly C[],
  known: readonly Known<K, C>[],
  idOf: (key: K) => string,
  merge: (known: C | undefined, change: C) => Merged<C>,
) {
  const byId = new Map(known.map((row) => [idOf(row.key), row]));
  const plan = { put: [] as C[], remove: [] as C[], quarantined: [] as string[] };
  for (const change of changes) {
    const id = idOf(change);
    const row = byId.get(id);
    const merged: Merged<C> = row && !row.count ? { kind: 'impossible' } : merge(row?.count, change);
    if (merged.kind === 'put') plan.put.push(merged.count);
    else if (merged.kind === 'gone') plan.remove.push(change);
    else plan.quarantined.push(id);
  }
  return plan;
}

function mergedCell(known: CellCount | undefined, change: CellCount): Merged<CellCount> {
  if (known) addTally(change, known);
  const { n, solved, cost, time } = change;
  if (![cost, time].every(isPossible) || solved < 0 || solved > n || Math.max(cost.n, time.n) > n)
    return { kind: 'impossible' };
  return n === 0 ? { kind: 'gone' } : { kind: 'put', count: change };
}

function mergedRescue(known: RescueCount | undefined, change: RescueCount): Merged<RescueCount> {
  const sum = (name: 'n' | 'solved' | 'costN' | 'costSum') => (known?.[name] ?? 0) + change[name];
  const [n, solved, costN] = [sum('n'), sum('solved'), sum('costN')];
  if (solved < 0 || costN < 0 || Math.max(solved, costN) > n) return { kind: 'impossible' };
  if (n === 0) return { kind: 'gone' };
  return { kind: 'put', count: { ...change, n, solved, costN, costSum: costN === 0 ? 0 : sum('costSum') } };
}

/** What was taken away must have been there; what is left of a sum of nothing is rounding. */
function isPossible(amounts: Amounts): boolean {
  if (amounts.n === 0) amounts.sum = 0;
  return amounts.n >= 0 && [...amounts.buckets.values()].every((count) => count > 0);
}

const changesCell = ({ n, solved, cost, time }: CellCount) => n !== 0 || solved !== 0 || changes(cost) || changes(time);

const changes = ({ n, sum, buckets }: Amounts) => n !== 0 || buckets.size > 0 || sum !== 0;

const changesRescue = ({ n, solved, costN, costSum }: RescueCount) =>
  n !== 0 || solved !== 0 || costN !== 0 || costSum !== 0;
