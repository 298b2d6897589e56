import type { Tree } from '../trees.ts';
import { isList, isPlace, isStatement, outlineOf, type Outline } from './outline.ts';

/** The smallest piece of code around a change that says something by itself. */
export interface TreeEdit {
  before: Tree | undefined;
  after: Tree | undefined;
  place: Outline;
}

export interface TreeComparison {
  edits: TreeEdit[];
  /** How many places of each outline were left as they were. */
  left: Map<string, number>;
}

/** Larger ones are a rewrite, of which no template says anything. */
const mostNodes = 160;
const mostEdits = 200;

/**
 * What a person did to the tree of an agent: subtrees that say the same are paired from the top, of lists by their longest common
 * subsequence; what is left over between two pairs was changed. Each change is widened until it is a place, so that an argument
 * that was added is told as a change of its call.
 */
export function treeEdits(agent: Tree, human: Tree): TreeComparison {
  const edits: TreeEdit[] = [];
  // A journal, so that what was found on a way that leads nowhere is taken back.
  const journal: { key: string; by: 1 | -1 }[] = [];
  const leave = (key: string, by: 1 | -1 = 1) => void journal.push({ key, by });
  const tell = (edit: TreeEdit) => void (edits.length < mostEdits && isTellable(edit) && edits.push(edit));

  function leaveAll(node: Tree) {
    if (isPlace(node)) {
      const { coarse, fine } = outlineOf(node);
      leave(coarse);
      if (fine !== undefined) leave(fine);
      if (isStatement(node.kind)) leave(afterKey(coarse));
    }
    for (const child of node.children) leaveAll(child);
  }

  /** Whether the change has been told below; else it is the caller's to tell, of something larger. */
  function compare(before: Tree, after: Tree): boolean {
    if (before.hash === after.hash) {
      leaveAll(before);
      return true;
    }
    const isSame = before.kind === after.kind && before.children.length > 0 && after.children.length > 0;
    if (isSame && hasBody(before) && hasBody(after)) {
      compareWithBody(before, after);
      return true;
    }
    if (isSame && compareChildren(before, after)) return true;
    const isLeaf = before.children.length === 0 || after.children.length === 0;
    if (isList(before.kind) || isList(after.kind) || (isLeaf && !isStatement(before.kind))) return false;
    tell({ before, after, place: outlineOf(before) });
    return true;
  }

  /** What it does and how it is headed are two things. */
  function compareWithBody(before: Tree, after: Tree) {
    const heads = { before: headOf(before), after: headOf(after) };
    if (heads.before.hash === heads.after.hash) leaveAll(heads.before);
    else if (!compareChildren(heads.before, heads.after)) tell({ ...heads, place: outlineOf(before) });
    const [bodiesBefore, bodiesAfter] = [before.children.filter(isBody), after.children.filter(isBody)];
    bodiesBefore.forEach((body, i) => void (bodiesAfter[i] && compare(body, bodiesAfter[i])));
  }

  function compareChildren(before: Tree, after: Tree): boolean {
    const runs = changedRuns(before.children, after.children);
    const inStatements = runs.every((run) => [...run.before, ...run.after].every(({ kind }) => isStatement(kind)));
    const isPaired = runs.every((run) => run.before.length === run.after.length);
    if (!inStatements && !isPaired) return false;
    const [toldBefore, journalBefore] = [edits.length, journal.length];
    let at = 0;
    for (const run of runs) {
      for (; at < run.at; at++) leaveAll(before.children[at]!);
      at += run.before.length;
      let previous = before.children[run.at - 1];
      for (const pair of pairsOf(run.before, run.after)) {
        if (!pair.before) {
          const place = afterOutline(previous ?? before);
          // It was counted as left with what comes before it.
          if (previous && !run.before.includes(previous)) leave(place.coarse, -1);
          tell({ ...pair, place });
        } else if (!pair.after) {
          tell({ ...pair, place: outlineOf(pair.before) });
        } else if (!compare(pair.before, pair.after)) {
          edits.length = toldBefore;
          journal.length = journalBefore;
          return false;
        }
        previous = pair.before ?? previous;
      }
    }
    for (; at < before.children.length; at++) leaveAll(before.children[at]!);
    return true;
  }

  compare(agent, human);
  const left = new Map<string, number>();
  for (const { key, by } of journal) left.set(key, (left.get(key) ?? 0) + by);
  for (const [key, count] of left) if (count <= 0) left.delete(key);
  return { edits, left };
}

const isBody = ({ kind }: Tree) => kind === 'statement_block' || kind === 'block' || kind === 'class_body';
const hasBody = (tree: Tree) => tree.children.some(isBody);

/** Without what its bodies say. */
function headOf(tree: Tree): Tree {
  const children = tree.children.map((child) => (isBody(child) ? { ...child, children: [], hash: 0, size: 1 } : child));
  const size = children.reduce((sum, child) => sum + child.size, 1);
  return {
    ...tree,
    children,
    size,
    hash: children.reduce((hash, child) => (Math.imul(hash, 31) + child.hash) >>> 0, 7),
  };
}

const afterKey = (coarse: string) => `+${coarse}`;
const afterOutline = (node: Tree): Outline => ({ coarse: afterKey(outlineOf(node).coarse), fine: undefined });

const isTellable = ({ before, after }: TreeEdit) =>
  (before?.size ?? 0) <= mostNodes && (after?.size ?? 0) <= mostNodes && !hasError(before) && !hasError(after);

const hasError = (tree: Tree | undefined): boolean =>
  tree !== undefined && (tree.kind === 'ERROR' || tree.children.some(hasError));

interface Run {
  /** Index of its first in the list before. */
  at: number;
  before: Tree[];
  after: Tree[];
}

/** In lists longer than this what lies between equal ends is taken as one run. */
const longestForLcs = 400;

function changedRuns(before: readonly Tree[], after: readonly Tree[]): Run[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start]!.hash === after[start]!.hash) start++;
  let [endB, endA] = [before.length, after.length];
  while (endB > start && endA > start && before[endB - 1]!.hash === after[endA - 1]!.hash)
    [endB, endA] = [endB - 1, endA - 1];
  const [b, a] = [before.slice(start, endB), after.slice(start, endA)];
  if (b.length === 0 && a.length === 0) return [];
  if (b.length === 0 || a.length === 0 || b.length > longestForLcs || a.length > longestForLcs)
    return [{ at: start, before: b, after: a }];
  return between(start, b, a, commonPairs(b, a));
}

function between(start: number, b: Tree[], a: Tree[], pairs: [number, number][]): Run[] {
  const runs: Run[] = [];
  let [i, j] = [0, 0];
  for (const [nextB, nextA] of [...pairs, [b.length, a.length] as const]) {
    if (nextB > i || nextA > j) runs.push({ at: start + i, before: b.slice(i, nextB), after: a.slice(j, nextA) });
    [i, j] = [nextB + 1, nextA + 1];
  }
  return runs;
}

function commonPairs(b: readonly Tree[], a: readonly Tree[]): [number, number][] {
  const width = a.length + 1;
  const length = new Uint16Array((b.length + 1) * width);
  for (let i = b.length - 1; i >= 0; i--)
    for (let j = a.length - 1; j >= 0; j--)
      length[i * width + j] =
        b[i]!.hash === a[j]!.hash
          ? length[(i + 1) * width + j + 1]! + 1
          : Math.max(length[(i + 1) * width + j]!, length[i * width + j + 1]!);
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < b.length && j < a.length;) {
    if (b[i]!.hash === a[j]!.hash) pairs.push([i++, j++]);
    else if (length[(i + 1) * width + j]! >= length[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}

/** In order, those of one kind with each other; what has no counterpart came or went. */
function pairsOf(before: readonly Tree[], after: readonly Tree[]) {
  if (before.length === after.length) return before.map((tree, i) => ({ before: tree, after: after[i] }));
  const pairs: { before: Tree | undefined; after: Tree | undefined }[] = [];
  let next = 0;
  for (const tree of before) {
    const found = after.findIndex(({ kind }, i) => i >= next && kind === tree.kind);
    if (found < 0) {
      pairs.push({ before: tree, after: undefined });
      continue;
    }
    for (; next < found; next++) pairs.push({ before: undefined, after: after[next] });
    pairs.push({ before: tree, after: after[next++] });
  }
  for (; next < after.length; next++) pairs.push({ before: undefined, after: after[next] });
  return pairs;
}
