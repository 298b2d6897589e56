import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../engine/index.ts';
import { textIn, type Place } from '../places.ts';
import { contentsAt } from './contents.ts';
import { fieldsOf, runGit } from './run-git.ts';

type Git = NonNullable<Place['git']>;
export type Moved = Extract<Entry, { kind: 'moved' }>;

/** How far the log of HEAD, and that of the stash, were read. */
export interface GitPosition {
  /** Bytes of the log of HEAD. */
  log: number;
  head: string | undefined;
  stash: string | undefined;
}

/** One line of the log of HEAD: every commit, checkout, merge, rebase and reset adds one, hooks or not. */
export interface HeadMove {
  from: string;
  to: string;
  /** To the second. */
  atMs: number;
  why: Moved['why'];
  /** Where the log is read on from. */
  end: number;
  /** Part of a rebase. */
  isRebase: boolean;
}

const none = /^0+$/;

const logOf = ({ dir }: Git) => textIn(join(dir, 'logs', 'HEAD')) ?? '';

/** Where to begin with a place: what was moved until then is not ours to judge. */
export function positionAt(git: Git, atMs: number): GitPosition {
  const log = Buffer.from(logOf(git));
  const moves = movesIn(log, 0);
  const before = hasMovedBy(git, atMs) ? moves : moves.filter((move) => move.atMs + 1_000 <= atMs);
  const last = before.at(-1);
  return {
    log: last?.end ?? 0,
    head: last?.to ?? moves[0]?.from ?? headOf(git),
    stash: stashOf(git),
  };
}

/** Whether the last move of all was before a moment. The log itself counts in seconds, its file does not. */
export const hasMovedBy = ({ dir }: Git, atMs: number) => modifiedAtMs(join(dir, 'logs', 'HEAD')) <= atMs;

/** A stash that is taken off leaves no line; the last one takes the log with it. */
export const stashedAtMs = ({ commonDir }: Git) =>
  modifiedAtMs(join(commonDir, 'logs', 'refs', 'stash')) || modifiedAtMs(join(commonDir, 'logs', 'refs'));

const modifiedAtMs = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

export function movesSince(git: Git, { log }: GitPosition): HeadMove[] {
  const bytes = Buffer.from(logOf(git));
  // Expired and written anew: what was between is not known any more.
  return bytes.length < log ? [] : joinRebases(movesIn(bytes, log), isRebasing(git));
}

function movesIn(log: Buffer, from: number): HeadMove[] {
  const moves: HeadMove[] = [];
  for (let at = from; at < log.length;) {
    const end = log.indexOf(0x0a, at);
    if (end === -1) break;
    const line = log.toString('utf8', at, end);
    at = end + 1;
    const match = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) .*> (\d+) [+-]\d{4}\t?(.*)$/.exec(line);
    if (!match) continue;
    const [, before = '', after = '', seconds, message = ''] = match;
    moves.push({
      from: before,
      to: after,
      atMs: Number(seconds) * 1_000,
      why: whyOf(message),
      end: at,
      isRebase: /rebase|^pull --rebase/.test(message),
    });
  }
  return moves;
}

function whyOf(message: string): Moved['why'] {
  // To amend leaves the tree as it is, as to commit does.
  if (/^rebase|^pull --rebase/.test(message)) return 'rewrite';
  if (/^commit \((?:merge|cherry-pick)\)|^merge|^pull|^cherry-pick|^am\b/.test(message)) return 'merge';
  if (message.startsWith('checkout')) return 'checkout';
  return message.startsWith('reset') ? 'reset' : 'commit';
}

/** On the way through a rebase the tree is nobody's: only where it began and where it ended says something. */
function joinRebases(moves: HeadMove[], isUnderWay: boolean): HeadMove[] {
  const joined: HeadMove[] = [];
  for (const move of moves) {
    const last = joined.at(-1);
    if (last?.isRebase && move.isRebase && last.to === move.from)
      joined[joined.length - 1] = { ...move, from: last.from };
    else joined.push(move);
  }
  return isUnderWay && joined.at(-1)?.isRebase ? joined.slice(0, -1) : joined;
}

const isRebasing = ({ dir }: Git) => {
  try {
    return readdirSync(dir).some((name) => name === 'rebase-merge' || name === 'rebase-apply');
  } catch {
    return false;
  }
};

/** The commit that is checked out, read without starting git where that can be. */
export function headOf({ dir, commonDir }: Git): string | undefined {
  const head = textIn(join(dir, 'HEAD'))?.trim() ?? '';
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  const id = ref === undefined ? head : (textIn(join(commonDir, ref))?.trim() ?? packed(commonDir, ref));
  return id !== undefined && /^[0-9a-f]{40,64}$/.test(id) ? id : undefined;
}

export const stashOf = ({ commonDir }: Git) => textIn(join(commonDir, 'refs', 'stash'))?.trim();

const packed = (commonDir: string, ref: string) =>
  textIn(join(commonDir, 'packed-refs'))
    ?.split('\n')
    .find((line) => line.endsWith(` ${ref}`))
    ?.split(' ')[0];

/** What a move means for files that are followed; nothing where it touches none of them. */
export async function movedEntry(
  { root }: Place,
  { from, to, why, atMs }: Pick<HeadMove, 'from' | 'to' | 'why' | 'atMs'>,
  tracked: ReadonlySet<string>,
): Promise<Moved | undefined> {
  if (from === to || tracked.size === 0) return undefined;
  const names = fieldsOf(await runGit(root, ['diff', '--name-status', '-z', '-M', treeOf(from), treeOf(to)]));
  const { paths, renames } = changesIn(names);
  const touched = [...paths].filter((path) => tracked.has(path));
  const followed = renames.filter(([before, after]) => tracked.has(before) || tracked.has(after));
  if (touched.length === 0 && followed.length === 0) return undefined;
  const all = [...new Set([...touched, ...followed.flat()])].slice(0, 500);
  const before = await contentsAt(
    root,
    all.map((path) => ({ commit: treeOf(from), path })),
  );
  const after = await contentsAt(
    root,
    all.map((path) => ({ commit: treeOf(to), path })),
  );
  const files = all.flatMap((path, index) => {
    const [was, is] = [before[index], after[index]];
    return was === undefined || is === undefined ? [] : [{ path, from: was, to: is }];
  });
  const by = await authorOf(root, from, to);
  return { kind: 'moved', atMs, why, by, files, ...(followed.length > 0 && { renames: followed }) };
}

/** Git's name of a tree with nothing in it, where a branch begins. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const treeOf = (commit: string) => (none.test(commit) ? emptyTree : commit);

function changesIn(fields: string[]) {
  const paths = new Set<string>();
  const renames: [string, string][] = [];
  for (let at = 0; at < fields.length;) {
    const kind = fields[at++] ?? '';
    const path = fields[at++] ?? '';
    paths.add(path);
    if (!/^[RC]/.test(kind)) continue;
    const to = fields[at++] ?? '';
    paths.add(to);
    if (kind.startsWith('R')) renames.push([path, to]);
  }
  return { paths, renames };
}

/** Whose the commits are that came or went: the one who is configured here, as author or committer, or others. */
async function authorOf(root: string, from: string, to: string): Promise<Moved['by']> {
  const email = (await runGit(root, ['config', 'user.email']))?.toString('utf8').trim().toLowerCase();
  const range = none.test(from) ? to : `${from}...${to}`;
  const log = await runGit(root, ['log', '-n', '500', '--format=%ae%x00%ce%x00', range]);
  if (!email || !log) return 'unknown';
  const people = log
    .toString('utf8')
    .toLowerCase()
    .split('\0')
    .map((one) => one.trim());
  const commits: boolean[] = [];
  for (let at = 0; at + 1 < people.length; at += 2) commits.push(people[at] === email || people[at + 1] === email);
  // A merge of one's own brings what others wrote.
  if (commits.length === 0) return 'unknown';
  return commits.every(Boolean) ? 'user' : 'others';
}

/** A stash takes changes out of the tree, and brings them back: HEAD does not move, but the files do. */
export async function stashEntry(
  { root }: Place,
  { was, is, head, atMs }: { was: string | undefined; is: string | undefined; head: string | undefined; atMs: number },
  tracked: ReadonlySet<string>,
): Promise<Moved | undefined> {
  const stash = is ?? was;
  if (was === is || stash === undefined || head === undefined || tracked.size === 0) return undefined;
  // Its first parent is the commit that it was made on.
  const isNew = is !== undefined && !(await isOlder(root, is, was));
  const shown = isNew ? is : was;
  if (shown === undefined) return undefined;
  const names = fieldsOf(await runGit(root, ['diff', '--name-only', '-z', `${shown}^1`, shown]));
  const touched = names.filter((path) => tracked.has(path)).slice(0, 500);
  if (touched.length === 0) return undefined;
  const kept = await contentsAt(
    root,
    touched.map((path) => ({ commit: shown, path })),
  );
  const base = await contentsAt(
    root,
    touched.map((path) => ({ commit: head, path })),
  );
  const files = touched.flatMap((path, index) => {
    const [inStash, inHead] = [kept[index], base[index]];
    if (inStash === undefined || inHead === undefined) return [];
    return [isNew ? { path, from: inStash, to: inHead } : { path, from: inHead, to: inStash }];
  });
  return { kind: 'moved', atMs, why: 'stash', by: 'user', files };
}

/** Whether the stash on top is one that lay below another before: something was taken off. */
async function isOlder(root: string, is: string, was: string | undefined) {
  if (was === undefined) return false;
  const times = await runGit(root, ['log', '--no-walk=unsorted', '--format=%ct', is, was]);
  const [top = 0, before = 0] = times?.toString('utf8').trim().split('\n').map(Number) ?? [];
  return top < before;
}
