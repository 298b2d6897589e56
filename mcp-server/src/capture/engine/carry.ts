import { classify, type ChangedStretch } from '@whetstone/shared/feedback';
import { findAgain } from './find-again.ts';
import { judge } from './judge.ts';
import type { EngineState, Version } from './state.ts';
import { textOf } from './versions.ts';

/** Who changed the lines between two looks at a file. */
export type Actor =
  | { kind: 'agent'; session: string; agent: string }
  | { kind: 'person' }
  | { kind: 'git' }
  | { kind: 'unknown' };

export interface Step {
  path: string;
  from: Version;
  /** Undefined: the file went. */
  to: Version | undefined;
  stretches: ChangedStretch[];
}

export interface Lost {
  step: Step;
  stretch: ChangedStretch;
  /** Ids that were on these lines and are no more. */
  lines: { at: number; ids: number[] }[];
}

export function stepOf(path: string, from: Version | undefined, to: Version | undefined): Step {
  const base = from ?? { lines: [], owners: [], gaps: [] };
  const { stretches } = classify({ path, before: textOf(base), after: textOf(to) });
  return { path, from: base, to, stretches };
}

/** Takes owners along from one version to the next, and judges what became of those that cannot be. */
export function carry(state: EngineState, steps: readonly Step[], actor: Actor, atMs: number): void {
  const lost: Lost[] = [];
  for (const step of steps) carryOne(state, step, lost, atMs);
  if (actor.kind !== 'agent') findAgain(state, steps, lost, atMs);
  for (const piece of lost) judge(state, piece, actor, atMs);
}

/** Where what was before line `at` is now. */
function placeAfter(at: number, stretches: readonly ChangedStretch[]): number {
  let shift = 0;
  for (const { before, after } of stretches) {
    if (before.from > at) break;
    if (before.to > at) return after.from;
    shift = after.to - before.to;
  }
  return at + shift;
}

function carryOne(state: EngineState, step: Step, lost: Lost[], atMs: number): void {
  const { from, to, stretches } = step;
  if (!to) {
    const whole = { before: { from: 0, to: from.lines.length }, after: { from: 0, to: 0 }, form: 'different' as const };
    lost.push({
      step,
      stretch: whole,
      lines: from.owners.map((ids, at) => ({ at, ids })).filter(({ ids }) => ids.length > 0),
    });
    return;
  }
  to.gaps = from.gaps.map((gap) => ({ ...gap, at: placeAfter(gap.at, stretches) }));
  let i = 0;
  for (const stretch of [...stretches, undefined]) {
    const end = stretch?.before.from ?? from.lines.length;
    const shift = (stretch?.after.from ?? to.lines.length) - end;
    for (; i < end; i++) to.owners[i + shift] = from.owners[i]!;
    if (!stretch) break;
    const { before, after, form } = stretch;
    const size = { before: before.to - before.from, after: after.to - after.from };
    if (form === 'cosmetic') {
      for (let k = 0; k < size.after; k++) {
        const [a, b] = [Math.floor((k * size.before) / size.after), Math.ceil(((k + 1) * size.before) / size.after)];
        const ids = new Set(from.owners.slice(before.from + a, before.from + Math.max(b, a + 1)).flat());
        to.owners[after.from + k] = [...ids];
        for (const id of ids) if (id > 0 && state.written[id]) state.written[id].isReformed = true;
      }
      // Blank lines that a formatter takes away.
      const kept = new Set(to.owners.slice(after.from, after.to).flat());
      for (const id of from.owners.slice(before.from, before.to).flat()) {
        const line = id > 0 ? state.written[id] : undefined;
        if (line && !kept.has(id)) line.fate = { verdict: 'cosmetic', atMs };
      }
    } else {
      const lines = [];
      for (let at = before.from; at < before.to; at++)
        if (from.owners[at]!.length > 0) lines.push({ at, ids: from.owners[at]! });
      if (lines.length > 0) lost.push({ step, stretch, lines });
    }
    i = before.to;
  }
}
