import type { Verdict } from '@whetstone/shared/contract';

/** Content of a tracked path; null: there is no such file. */
export interface Content {
  path: string;
  text: string | null;
}

/** What was seen on the machine where an agent writes, in the order in which it happened. */
export type Entry =
  /** Around one write of an agent. */
  | { kind: 'pre' | 'post'; atMs: number; session: string; agent: string; files: Content[] }
  /** A write that was refused before it happened; the text is what the agent wanted. */
  | { kind: 'denied'; atMs: number; session: string; agent: string; files: Content[] }
  /** The worktree as it is now. */
  | {
      kind: 'settle';
      atMs: number;
      why: 'prompt' | 'stop' | 'start' | 'commit' | 'timer' | 'report';
      files: Content[];
    }
  /** Git moved HEAD, or put work aside: tracked paths before and after. */
  | {
      kind: 'moved';
      atMs: number;
      why: 'checkout' | 'merge' | 'rewrite' | 'reset' | 'stash' | 'commit';
      by: 'user' | 'others' | 'unknown';
      files: { path: string; from: string | null; to: string | null }[];
      renames?: [from: string, to: string][];
    };

/** Content with the agents' lines in it: for each line the ids of what agents wrote there; below zero a person's change of it. */
export interface Version {
  lines: string[];
  owners: number[][];
  /** Where a change left no line: before which line it was. */
  gaps: { at: number; change: number }[];
}

export interface FileState {
  /** Absent: there is no such file. */
  now: Version | undefined;
  /** What git may have made of it since it was last looked at, the latest last. */
  expected: { version: Version | undefined; by: 'user' | 'others' | 'unknown' }[];
  /** As it was before git took it away: another branch, a stash. */
  aside: { atMs: number; version: Version }[];
  /** Sessions that announced a write and have not ended it. */
  open: Record<string, number>;
}

/** One line that an agent wrote. */
export interface Written {
  write: number;
  text: string;
  fate?: { verdict: Verdict; atMs: number; change?: number; isAside?: boolean } | undefined;
  isReformed?: boolean | undefined;
}

/** What one agent did to one file at once: lines it put in the place of others. */
export interface Write {
  session: string;
  agent: string;
  path: string;
  atMs: number;
  /** What was there before. */
  instead: string[];
  ids: number[];
}

/** What a person did to lines of one agent. */
export interface Change {
  session: string;
  agent: string;
  path: string;
  verdict: Verdict;
  ids: number[];
  before: string[];
  after: string[];
  atMs: number;
  ageMs: number;
  why?: string | undefined;
}

/** One file of one session, as it is compared. */
export interface FileRecord {
  session: string;
  agent: string;
  path: string;
  lastWriteMs: number;
  agentText: string;
  humanText: string | undefined;
  isClosed: boolean;
}

/** JSON; `version` is of its form. */
export interface EngineState {
  version: 1;
  nextId: number;
  files: Record<string, FileState>;
  written: Record<string, Written>;
  writes: Record<string, Write>;
  changes: Record<string, Change>;
  records: Record<string, FileRecord>;
}

export const emptyState = (): EngineState => ({
  version: 1,
  nextId: 1,
  files: {},
  written: {},
  writes: {},
  changes: {},
  records: {},
});

export const trackedPaths = (state: EngineState): string[] => Object.keys(state.files);

export const dayMs = 86_400_000;
export const recordKey = (session: string, path: string): string => JSON.stringify([session, path]);
