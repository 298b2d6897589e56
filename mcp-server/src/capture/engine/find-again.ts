import { editsBetween } from '@whetstone/shared/feedback';
import type { Lost, Step } from './carry.ts';
import { dayMs, type EngineState, type Version } from './state.ts';

/** Long enough that two of it are hardly two by chance. */
const isTelling = (line: string) => line.replace(/\W/g, '').length >= 8;

/** Lines that went in one place and came in another were moved; what comes back within a day was not gone. */
export function findAgain(state: EngineState, steps: readonly Step[], lost: Lost[], atMs: number): void {
  const pools: { lines: string[]; ids: number[][]; isAway: boolean }[] = lost.map(({ step, lines }) => ({
    lines: lines.map(({ at }) => step.from.lines[at]!),
    ids: lines.map(({ ids }) => ids),
    isAway: false,
  }));
  const away = Object.entries(state.written).filter(
    ([, { fate }]) =>
      fate && fate.atMs > atMs - dayMs && ['unknown', 'edited', 'deleted', 'rejected'].includes(fate.verdict),
  );
  if (away.length > 0) {
    pools.push({ lines: away.map(([, { text }]) => text), ids: away.map(([id]) => [Number(id)]), isAway: true });
  }
  if (pools.length === 0) return;
  const found = new Set<number>();
  for (const { to, stretches } of steps) {
    if (!to) continue;
    for (const { after, form } of stretches) {
      if (form === 'cosmetic') continue;
      for (const pool of pools) matchPool(state, { to, after, pool, found });
    }
  }
  if (found.size === 0) return;
  for (const piece of lost) piece.lines = piece.lines.filter(({ ids }) => !ids.some((id) => found.has(id)));
}

function matchPool(
  state: EngineState,
  {
    to,
    after,
    pool,
    found,
  }: {
    to: Version;
    after: { from: number; to: number };
    pool: { lines: string[]; ids: number[][]; isAway: boolean };
    found: Set<number>;
  },
): void {
  const come = to.lines.slice(after.from, after.to);
  const pairs = samePairs(pool.lines, come).filter(
    ([i, j]) => to.owners[after.from + j]!.length === 0 && !pool.ids[i]!.some((id) => found.has(id)),
  );
  const telling = pairs.filter(([i]) => isTelling(pool.lines[i]!)).length;
  // One line alone may be a chance likeness, unless it is all that came.
  if (telling === 0 || (telling === 1 && pairs.length < come.length && pool.isAway)) return;
  for (const [i, j] of pairs) {
    to.owners[after.from + j] = pool.ids[i]!;
    for (const id of pool.ids[i]!) {
      found.add(id);
      const line = state.written[id];
      if (line) restore(state, id);
    }
  }
}

function restore(state: EngineState, id: number): void {
  const line = state.written[id]!;
  const change = line.fate?.change === undefined ? undefined : state.changes[line.fate.change];
  if (change) {
    change.ids = change.ids.filter((other) => other !== id);
    if (change.ids.length === 0) delete state.changes[line.fate!.change!];
  }
  line.fate = undefined;
}

function samePairs(a: readonly string[], b: readonly string[]): [number, number][] {
  const pairs: [number, number][] = [];
  let i = 0;
  let j = 0;
  for (const { before, after } of [
    ...editsBetween(a, b),
    { before: { from: a.length, to: 0 }, after: { from: b.length, to: 0 } },
  ]) {
    while (i < before.from) pairs.push([i++, j++]);
    i = before.to;
    j = after.to;
  }
  return pairs;
}
