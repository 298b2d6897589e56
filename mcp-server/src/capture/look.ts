import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { trackedPaths, type EngineState, type Entry } from './engine/index.ts';
import { refusedByGit } from './git/allowed.ts';
import { fieldsOf, runGit } from './git/run-git.ts';
import type { TextKnower } from './known-text.ts';
import { placeFile, refusalOfName, type Place } from './places.ts';
import { maxFileBytes } from './spool/spooler-script.ts';

type Content = Extract<Entry, { kind: 'settle' }>['files'][number];

interface Looking {
  why: 'timer' | 'report';
  atMs: number;
  knower: TextKnower;
}

/**
 * The tree as it is now, of all that is followed, and of where lines may have gone that stand there no more. What became too
 * large, binary or a link is left out.
 */
export async function lookAt(
  place: Place,
  state: EngineState,
  { why, atMs, knower }: Looking,
): Promise<Extract<Entry, { kind: 'settle' }>> {
  const textOf = (path: string): Content[] => {
    const bytes = bytesOf(place.root, path);
    if (!bytes) return bytes === null ? [{ path, text: null }] : [];
    const known = knower.know(bytes);
    return 'refused' in known ? [] : [{ path, text: known.text }];
  };
  const files = trackedPaths(state).flatMap(textOf);
  const lost = linesLost(state, files);
  if (!place.git || lost.size === 0) return { kind: 'settle', atMs, why, files };
  const changed = (await changedPaths(place.root)).filter((path) => !Object.hasOwn(state.files, path));
  const named = changed.filter((path) => refusalOfName(path) === undefined).slice(0, mostChanged);
  const refused = await refusedByGit(place, named);
  const found = named
    .filter((path) => !refused.has(path))
    .flatMap(textOf)
    .filter(({ text }) => text?.split('\n').some((line) => lost.has(line.trim())));
  return { kind: 'settle', atMs, why, files: [...files, ...found] };
}

const mostChanged = 200;

/** Lines of agents that are not where they were; short ones are found everywhere. */
function linesLost(state: EngineState, files: readonly Content[]): Set<string> {
  const lost = new Set<string>();
  for (const { path, text } of files) {
    const now = state.files[path]?.now;
    const stand = new Set(text?.split('\n').map((line) => line.trim()));
    now?.lines.forEach((line, at) => {
      if (now.owners[at]!.length > 0 && !stand.has(line.trim())) lost.add(line.trim());
    });
  }
  for (const { fate, text } of Object.values(state.written)) {
    if (fate && fate.verdict !== 'agent_revision') lost.add(text.trim());
  }
  for (const line of lost) if (line.replace(/\W/g, '').length < 8) lost.delete(line);
  return lost;
}

/** Files that are new or changed in the working tree, or were in the commits of a day. */
async function changedPaths(root: string): Promise<string[]> {
  const [status, log] = await Promise.all([
    runGit(root, ['status', '--porcelain', '-z', '-uall', '--no-renames']),
    runGit(root, ['log', '-z', '-n', '50', '--since=1.day', '--no-merges', '--format=', '--name-only']),
  ]);
  const inTree = fieldsOf(status).map((line) => line.slice(3));
  const inCommits = fieldsOf(log).filter((path) => path !== '');
  return [...new Set([...inTree, ...inCommits])];
}

function bytesOf(root: string, path: string): Buffer | null | undefined {
  const absolute = join(root, path);
  const stat = lstatSync(absolute, { throwIfNoEntry: false });
  if (!stat) return null;
  // A folder on the way may have become a link that leads out.
  if (!stat.isFile() || stat.size > maxFileBytes || typeof placeFile(absolute, root) === 'string') return undefined;
  try {
    return readFileSync(absolute);
  } catch {
    return undefined;
  }
}
