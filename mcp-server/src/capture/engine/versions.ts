import { editsBetween, linesOf } from '@whetstone/shared/feedback';
import type { EngineState, FileState, Version } from './state.ts';

/** A file may be called as what every object has. */
export const fileOf = (state: EngineState, path: string): FileState => {
  if (Object.hasOwn(state.files, path)) return state.files[path]!;
  return (state.files[path] = { now: undefined, expected: [], aside: [], open: {} });
};

export const versionOf = (text: string | null): Version | undefined => {
  if (text === null) return undefined;
  const lines = linesOf(text);
  return { lines, owners: lines.map(() => []), gaps: [] };
};

export const textOf = (version: Version | undefined): string =>
  version && version.lines.length > 0 ? `${version.lines.join('\n')}\n` : '';

/** Which of the versions is nearest to what is seen, the first of those that are alike. */
export function nearest(versions: readonly (Version | undefined)[], seen: Version | undefined): number {
  let best = 0;
  let least = { plain: Infinity, exact: Infinity };
  versions.forEach((version, i) => {
    const distance = distanceOf(version, seen);
    if (distance.plain > least.plain || (distance.plain === least.plain && distance.exact >= least.exact)) return;
    [best, least] = [i, distance];
  });
  return best;
}

/** A formatter changes every line of a file and leaves it the same: form counts only between what is else as near. */
function distanceOf(a: Version | undefined, b: Version | undefined): { plain: number; exact: number } {
  if (!a || !b) {
    const lines = a === b ? 0 : 1 + (a ?? b)!.lines.length;
    return { plain: lines, exact: lines };
  }
  const exact = editedLines(a.lines, b.lines);
  return { plain: exact === 0 ? 0 : editedLines(a.lines.map(plain), b.lines.map(plain)), exact };
}

const editedLines = (a: readonly string[], b: readonly string[]) =>
  editsBetween(a, b).reduce((sum, { before, after }) => sum + before.to - before.from + after.to - after.from, 0);

/** A line without what a formatter may change in it. */
const plain = (line: string): string =>
  line
    .replace(/\s+/g, '')
    .replace(/["`]/g, "'")
    .replace(/[;,]+$/, '');

/** The version with what git did between two commits done to it; its lines keep their owners. */
export function versionAfterGit(
  version: Version | undefined,
  from: string | null,
  to: string | null,
): Version | undefined {
  if (to === null) return undefined;
  const target = linesOf(to);
  const known = version ?? { lines: [], owners: [], gaps: [] };
  const isClean = from !== null && linesOf(from).join('\n') === known.lines.join('\n');
  const lines = isClean || from === null ? target : withChanges(known.lines, linesOf(from), target);
  const owners: number[][] = lines.map(() => []);
  let i = 0;
  let j = 0;
  for (const { before, after } of [
    ...editsBetween(known.lines, lines),
    { before: { from: known.lines.length, to: 0 }, after: { from: 0, to: 0 } },
  ]) {
    while (i < before.from) owners[j++] = known.owners[i++]!;
    i = before.to;
    j = after.to;
  }
  return { lines, owners, gaps: [] };
}

/** Changes of `from` to `to`, done where `lines` still are as `from` was. */
function withChanges(lines: readonly string[], from: readonly string[], to: readonly string[]): string[] {
  const place = new Int32Array(from.length + 1).fill(-1);
  let i = 0;
  let j = 0;
  for (const { before, after } of [
    ...editsBetween(from, lines),
    { before: { from: from.length, to: 0 }, after: { from: 0, to: 0 } },
  ]) {
    while (i < before.from) place[i++] = j++;
    i = before.to;
    j = after.to;
  }
  place[from.length] = lines.length;
  const changed: string[] = [];
  let at = 0;
  for (const { before, after } of editsBetween(from, to)) {
    const start = place[before.from]!;
    const end = before.to > before.from ? place[before.to - 1]! + 1 : start;
    if (start < at || end < start || end - start !== before.to - before.from) continue;
    changed.push(...lines.slice(at, start), ...to.slice(after.from, after.to));
    at = end;
  }
  return [...changed, ...lines.slice(at)];
}
