import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord, parseJson } from '../../json.ts';
import { replaceFileNow } from '../../offline/state-files.ts';
import { apply, emptyState, type EngineState, type Entry } from '../engine/index.ts';
import type { GitPosition } from '../git/moves.ts';
import { textIn } from '../places.ts';
import { blobsIn } from './blobs.ts';
import { journalLines, openJournal } from './journal.ts';

/** What is known of an agent's session in one place. */
export interface Session {
  id: string;
  agent: string;
  model?: string;
  firstMs: number;
  lastMs: number;
  /** Writes that were seen from before to after. */
  writes: number;
  /** Writes of which a half is missing, or a file could not be copied. */
  missed: number;
  /** Writes under way: what each file was before, by its hash. */
  open: Record<string, string>;
  /** What they would make of it, where that is known: of a write that is denied nothing else tells. */
  wanted?: Record<string, string>;
  /** A command of the shell that is under way. */
  shell?: ShellBefore;
  /** Events that had found no room when it began. */
  droppedBefore: number;
}

/** How files stood before a command that may change any of them. */
export interface ShellBefore {
  /** What was checked out: files that were as it has them are not copied. */
  head?: string;
  hashes: Record<string, string>;
  /** Of files that nobody follows yet. */
  texts: Record<string, string>;
}

/** Something for the cloud, written down before it is handed over: under the same id the cloud takes it once. */
export interface Handover {
  id: string;
  operation: 'captureFeedback' | 'recordSurvival';
  body: Record<string, unknown>;
}

export interface UnitMeta {
  root: string;
  lastMs: number;
  git?: GitPosition;
  sessions: Record<string, Session>;
  /** When the tree was last looked at by itself. */
  lookedMs: number;
  /** Absent until it was measured. */
  isSlow?: boolean;
}

/** One step: what it was made of, what it says to the engine, and what changed besides. */
export interface Step {
  /** Of the event. */
  id: string;
  entry?: Entry;
  meta?: Partial<Omit<UnitMeta, 'root' | 'sessions'>>;
  session?: Session;
}

export interface Unit {
  meta: UnitMeta;
  state: EngineState;
  handovers: Handover[];
  has(eventId: string): boolean;
  /** On disk when it returns. */
  append(steps: readonly Step[]): void;
  /** Puts everything into one file, so that the journal can begin anew. Optionally with another state, and what comes of it. */
  snapshot(next?: { state?: EngineState; handovers?: Handover[]; forgetBeforeMs?: number }): void;
  /** Lines in the journal. */
  length(): number;
}

interface Snapshot {
  format: 1;
  /** The journal that goes on from here. */
  journal: number;
  meta: UnitMeta;
  state: EngineState;
  ids: string[];
  handovers: Handover[];
}

/** A power cut may bring back events that were deleted from the spool. */
const remembered = 4_000;

/**
 * What is known of one place: a snapshot, and a journal of what came since. A snapshot takes effect by its renaming, and names
 * the journal that begins after it, so that a kill at any moment leaves the one or the other.
 */
export function openUnit(directory: string, root: string): Unit {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'snapshot.json');
  const kept = readSnapshot(path);
  let number = kept?.journal ?? 0;
  let { meta, state } = kept ?? { meta: newMeta(root), state: emptyState() };
  let handovers = kept?.handovers ?? [];
  let ids = new Set(kept?.ids);
  const blobs = blobsIn(join(directory, 'blobs'));
  const journalPath = () => join(directory, `journal-${number}.jsonl`);
  let journal = openJournal<Step>(journalPath());

  function take(step: Step) {
    ids.add(step.id);
    if (step.entry) state = apply(state, filled(step.entry, blobs.get));
    const { session } = step;
    meta = {
      ...meta,
      ...step.meta,
      sessions: session ? { ...meta.sessions, [session.id]: session } : meta.sessions,
    };
  }
  // Names the root for whoever looks at all units.
  if (!kept) replaceFileNow(path, JSON.stringify(snapshotOf(number)));
  for (const step of journal.lines) take(step);

  function snapshotOf(next: number): Snapshot {
    return { format: 1, journal: next, meta, state, ids: [...ids], handovers };
  }

  return {
    get meta() {
      return meta;
    },
    get state() {
      return state;
    },
    get handovers() {
      return handovers;
    },
    has: (id) => ids.has(id),
    length: () => journal.lines.length,

    append(steps) {
      const stored = steps.map((step) => (step.entry ? { ...step, entry: emptied(step.entry, blobs.put) } : step));
      journal.append(stored);
      for (const step of stored) take(step);
    },

    snapshot(next = {}) {
      state = next.state ?? state;
      handovers = next.handovers ?? handovers;
      const { forgetBeforeMs = -Infinity } = next;
      const sessions = Object.entries(meta.sessions).filter(([, { lastMs }]) => lastMs >= forgetBeforeMs);
      meta = { ...meta, sessions: Object.fromEntries(sessions) };
      ids = new Set([...ids].slice(-remembered));
      replaceFileNow(path, JSON.stringify(snapshotOf(number + 1)));
      number += 1;
      journal = openJournal(journalPath());
      for (const name of readdirSync(directory)) {
        if (/^journal-\d+\.jsonl$/.test(name) && name !== `journal-${number}.jsonl`) rmSync(join(directory, name));
      }
      blobs.keepOnly(new Set());
    },
  };
}

const newMeta = (root: string): UnitMeta => ({ root, lastMs: 0, sessions: {}, lookedMs: 0 });

/** What another version wrote, or nobody can read, is as good as nothing; the journal of it is left alone. */
function readSnapshot(path: string): Snapshot | undefined {
  const value = parseJson(textIn(path) ?? '');
  return isRecord(value) && value['format'] === 1 ? (value as unknown as Snapshot) : undefined;
}

/** The root of a unit that lies in a directory. */
export const rootIn = (directory: string): string | undefined =>
  readSnapshot(join(directory, 'snapshot.json'))?.meta.root;

/** Of all units, as they lie on disk; nothing is written. */
export function sessionsBelow(units: string): Session[] {
  return namesIn(units).flatMap((name) => {
    const kept = readSnapshot(join(units, name, 'snapshot.json'));
    if (!kept) return [];
    const sessions = { ...kept.meta.sessions };
    for (const { session } of journalLines<Step>(join(units, name, `journal-${kept.journal}.jsonl`))) {
      if (session) sessions[session.id] = session;
    }
    return Object.values(sessions);
  });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

type Text = string | null;

/** Texts out, names of blobs in. */
const emptied = (entry: Entry, put: (text: string) => string) =>
  withTexts(entry, (text) => (text === null ? null : put(text)));

/** A blob that is missing is a text that nobody knows: the file is left out. */
function filled(entry: Entry, get: (id: string) => string | undefined): Entry {
  const lost = new Set<string>();
  const full = withTexts(entry, (id) => {
    const text = id === null ? null : get(id);
    if (text === undefined && id !== null) lost.add(id);
    return text ?? null;
  });
  if (lost.size === 0) return full;
  const isLost = (text: Text) => text !== null && lost.has(text);
  if (entry.kind === 'moved' && full.kind === 'moved') {
    return {
      ...full,
      files: full.files.filter((_, at) => !isLost(entry.files[at]!.from) && !isLost(entry.files[at]!.to)),
    };
  }
  if (entry.kind === 'moved' || full.kind === 'moved') return full;
  return { ...full, files: full.files.filter((_, at) => !isLost(entry.files[at]!.text)) };
}

function withTexts(entry: Entry, change: (text: Text) => Text): Entry {
  if (entry.kind === 'moved') {
    return { ...entry, files: entry.files.map(({ path, from, to }) => ({ path, from: change(from), to: change(to) })) };
  }
  return { ...entry, files: entry.files.map(({ path, text }) => ({ path, text: change(text) })) };
}
