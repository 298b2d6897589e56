import { existsSync } from 'node:fs';
import type { CaptureLevel } from '../config.ts';
import { takeSenderLock } from '../offline/outbox/sender-lock.ts';
import type { CaptureDirectories } from './directories.ts';
import { trackedPaths } from './engine/index.ts';
import { refusedByGit } from './git/allowed.ts';
import {
  hasMovedBy,
  headOf,
  movedEntry,
  movesSince,
  positionAt,
  stashedAtMs,
  stashEntry,
  stashOf,
  type Moved,
} from './git/moves.ts';
import { runGit } from './git/run-git.ts';
import { hookEventOf, type HookEvent } from './hook-event.ts';
import { textKnower, type TextKnower } from './known-text.ts';
import { lookAt } from './look.ts';
import { placeOf, refusalOfName, unitName, type Place, type Refusal } from './places.ts';
import {
  clearOrphans,
  eventsIn,
  forgetRecent,
  readEvent,
  spoolFigures,
  writeWatchLists,
  type SpooledEvent,
} from './spool/spool.ts';
import { settleSteps } from './steps/settle-steps.ts';
import { shellSteps } from './steps/shell-steps.ts';
import type { Surroundings, UnitSteps } from './steps/surroundings.ts';
import { editedSteps, toldSteps, writeSteps } from './steps/write-steps.ts';
import { readTally, writeTally, type Tally } from './tally.ts';
import { unitsIn, type Units } from './units.ts';
import type { Unit } from './unit/unit-store.ts';

export interface Draining {
  directories: CaptureDirectories;
  level: CaptureLevel;
  nowMs: () => number;
  /** Between two events, to stop early. */
  signal?: AbortSignal;
  /** A server that has just begun, in a folder of which hooks should tell. */
  served?: { atMs: number; root: string } | undefined;
}

/** Somebody else drains, or it is done; then what there is can be used until `release`. */
export type Drained =
  | { kind: 'busy' }
  | { kind: 'drained'; events: number; units: Units; knower: TextKnower; tally: Tally; release: () => void };

/** A journal this long is read noticeably longer than a snapshot. */
const snapshotAfter = 64;
/** A status that takes longer would be noticed by who waits for a command. */
const slowMs = 100;

/**
 * Takes the events out of the spool, one after the other: searched for secrets, written down for good, deleted. A kill in
 * between leaves an event in the spool that the journal has; its id says so.
 */
export async function drainSpool({ directories, level, nowMs, signal, served }: Draining): Promise<Drained> {
  const lock = takeSenderLock(directories.root);
  if (lock.kind === 'busy') return { kind: 'busy' };
  try {
    const units = unitsIn(directories.units);
    const tally = readTally(directories.tally);
    if (served) tally.served.push({ ...served, isHooked: false });
    const knower = textKnower();
    const { spool } = directories;
    const around = surroundings({ units, tally, knower, dropped: spoolFigures(spool).dropped, nowMs });
    let events = 0;
    for (let names = eventsIn(spool); names.length > 0 && !signal?.aborted; names = eventsIn(spool)) {
      for (const name of names) {
        if (signal?.aborted) break;
        const event = readEvent(spool, name);
        if (!event) continue;
        if (level !== 'off') {
          await takeEvent(event, around, tally);
          count(tally, event);
        }
        event.remove();
        events += 1;
      }
    }
    tally.torn += clearOrphans(spool, nowMs());
    tally.redacted += knower.redacted();
    if (events > 0) {
      forgetRecent(spool);
      await listWatched(directories, units);
      for (const { unit } of units.opened()) if (unit.length() >= snapshotAfter) unit.snapshot();
    }
    if (events > 0 || served) writeTally(directories.tally, tally);
    return { kind: 'drained', events, units, knower, tally, release: lock.release };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function count(tally: Tally, { client, atMs }: SpooledEvent) {
  const before = tally.events[client];
  tally.events[client] = { count: (before?.count ?? 0) + 1, lastMs: Math.max(before?.lastMs ?? 0, atMs) };
}

interface Parts {
  units: Units;
  tally: Tally;
  knower: TextKnower;
  dropped: number;
  nowMs: () => number;
}

function surroundings({ units, tally, knower, dropped, nowMs }: Parts): Surroundings {
  const judged = new Map<string, Refusal | undefined>();
  const keyOf = (place: Place, path: string) => `${place.root}\n${path}`;
  return {
    unitOf: units.of,
    knower,
    dropped,
    refuse: (refusal) => void (tally.refused[refusal] = (tally.refused[refusal] ?? 0) + 1),
    timeIn({ meta }, { atMs }) {
      const now = nowMs();
      return Math.min(now, meta.lastMs > now ? now : Math.max(meta.lastMs, Math.round(atMs)));
    },
    async refusalsOf(place, paths) {
      const tracked = new Set(trackedPaths(units.of(place).state));
      const unknown = paths.filter((path) => !judged.has(keyOf(place, path)));
      for (const path of unknown) judged.set(keyOf(place, path), refusalOfName(path));
      const asked = unknown.filter((path) => !tracked.has(path) && judged.get(keyOf(place, path)) === undefined);
      for (const [path, refusal] of await refusedByGit(place, asked)) judged.set(keyOf(place, path), refusal);
      return new Map(
        paths.flatMap((path) => {
          const refusal = judged.get(keyOf(place, path));
          return refusal ? [[path, refusal] as const] : [];
        }),
      );
    },
  };
}

/** Clients start servers and tell of the session at about the same time. */
const togetherMs = 60_000;

async function takeEvent(event: SpooledEvent, around: Surroundings, { served }: Tally) {
  const hook = hookEventOf(event);
  if (hook.kind === 'nothing') return;
  // Gone with everything in it: there is nothing left to say about it.
  if (!existsSync(hook.directory)) return;
  const place = placeOf(hook.directory);
  const unit = around.unitOf(place);
  const isTold = ({ root, atMs }: Tally['served'][number]) => root === place.root && event.atMs >= atMs - togetherMs;
  if (hook.kind !== 'git') for (const one of served.filter(isTold)) one.isHooked = true;
  await followGit(place, unit, {
    untilMs: around.timeIn(unit, event),
    head: hook.kind === 'git' ? hook.head : event.attached('head')?.toString('latin1').trim(),
    knower: around.knower,
  });
  for (const { unit: own, steps } of await stepsOf(event, hook, place, around)) {
    own.append(steps.filter(({ id }) => !own.has(id)));
  }
}

async function stepsOf(
  event: SpooledEvent,
  hook: Exclude<HookEvent, { kind: 'nothing' }>,
  place: Place,
  around: Surroundings,
): Promise<UnitSteps[]> {
  switch (hook.kind) {
    case 'write':
      return writeSteps(event, hook, around);
    case 'edited':
      return editedSteps(event, hook, around);
    case 'told':
      return toldSteps(event, hook, around);
    case 'shell':
      return shellSteps(event, hook, place, around);
    case 'settle':
      return settleSteps(event, { why: hook.why, who: hook, place }, around);
    case 'git':
      return hook.hook === 'post-commit' ? settleSteps(event, { why: 'commit', who: undefined, place }, around) : [];
  }
}

/**
 * What git did with HEAD and the stash since the last look, until a moment: as its own log tells it, whether hooks saw it or
 * not. The log counts in seconds; what shares one with an event comes after it, unless a hook says that it is done.
 */
export async function followGit(
  place: Place,
  unit: Unit,
  until: { untilMs: number; head: string | undefined; knower: TextKnower },
) {
  const { git } = place;
  if (!git) return;
  const known = unit.meta.git;
  if (!known) {
    unit.append([{ id: `git ${until.untilMs}`, meta: { git: positionAt(git, until.untilMs) } }]);
    return;
  }
  const moves = movesSince(git, known);
  // The first that leads there: the same commit may have been left and come back to since.
  const reached = until.head === known.head ? -1 : moves.findIndex(({ to }) => to === until.head);
  const told = hasMovedBy(git, until.untilMs) ? moves.length - 1 : reached;
  const tracked = () => new Set(trackedPaths(unit.state));
  for (const [index, move] of moves.entries()) {
    if (index > told && Math.floor(move.atMs / 1_000) >= Math.floor(until.untilMs / 1_000)) break;
    const atMs = Math.max(unit.meta.lastMs, Math.min(move.atMs, until.untilMs));
    const entry = kept(await movedEntry(place, { ...move, atMs }, tracked()), until.knower);
    const position = { log: move.end, head: move.to, stash: unit.meta.git?.stash };
    unit.append([
      { id: `move ${move.end} ${move.to}`, ...(entry && { entry }), meta: { git: position, lastMs: atMs } },
    ]);
  }
  const stash = stashOf(git);
  const at = unit.meta.git;
  if (!at || stash === at.stash || stashedAtMs(git) > until.untilMs) return;
  const taken = await stashEntry(
    place,
    { was: at.stash, is: stash, head: headOf(git), atMs: until.untilMs },
    tracked(),
  );
  const entry = kept(taken, until.knower);
  unit.append([
    {
      id: `stash ${stash} ${until.untilMs}`,
      ...(entry && { entry }),
      meta: { git: { ...at, stash }, lastMs: until.untilMs },
    },
  ]);
}

/** Commits hold secrets, too. What may not be kept of a file is left out. */
function kept(moved: Moved | undefined, knower: TextKnower): Moved | undefined {
  if (!moved) return undefined;
  const files = moved.files.flatMap(({ path, from, to }) => {
    const [was, is] = [from, to].map((text) => (text === null ? { text } : knower.know(Buffer.from(text))));
    return was && is && 'text' in was && 'text' in is ? [{ path, from: was.text, to: is.text }] : [];
  });
  return { ...moved, files };
}

/** For the spoolers: what to copy where, and whether git is quick enough there to be asked. */
async function listWatched({ spool }: CaptureDirectories, units: Units) {
  for (const { place, unit } of units.opened()) {
    if (!place.git || unit.meta.isSlow !== undefined) continue;
    const from = Date.now();
    await runGit(place.root, ['status', '--porcelain', '-uall']);
    unit.append([{ id: `pace ${place.root}`, meta: { isSlow: Date.now() - from > slowMs } }]);
  }
  const lists = units.opened().map(({ place, unit }) => ({
    root: place.root,
    name: unitName(place.root),
    paths: trackedPaths(unit.state),
    isSlow: unit.meta.isSlow === true,
  }));
  writeWatchLists(spool, lists);
}

/** The tree now, as one more settle point: for closing, which judges by it. */
export async function lookNow(place: Place, unit: Unit, { knower, nowMs }: { knower: TextKnower; nowMs: number }) {
  const atMs = Math.max(nowMs, unit.meta.lastMs);
  const entry = await lookAt(place, unit.state, { why: 'timer', atMs, knower });
  unit.append([
    {
      id: `look ${atMs}`,
      ...(entry.files.length > 0 && { entry }),
      meta: { lastMs: Math.min(atMs, nowMs), lookedMs: nowMs },
    },
  ]);
}
