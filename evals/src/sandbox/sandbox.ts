import type { Language } from '../problem.ts';

export type SandboxTier = 'process' | 'pyodide' | 'quickjs' | 'e2b';

/** One candidate against the tests of one problem. */
export interface GradeJob {
  language: Language;
  /** The code under test, preamble included. It never sees the tests. */
  program: string;
  setup: string;
  tests: string;
  calls: readonly string[];
  handles: readonly string[];
  /** Candidate and tests in one process: weaker, for problems whose values cannot cross, and to measure the difference. */
  sameProcess?: boolean;
  timeoutMs: number;
}

export interface Verdict {
  /** `error` is the sandbox's own trouble, never the candidate's. */
  status: 'passed' | 'failed' | 'timeout' | 'error';
  /** Why not passed, in a line or a traceback; at most 4,000 characters of what the tests or the candidate said. */
  detail?: string;
  gradeMs: number;
  /** Graded in one process with its tests: a candidate could have lied. */
  weaker?: true;
}

/** A command in a folder of its own, for repository tasks. */
export interface ExecJob {
  /** On the host; the command sees it, writable, as its working folder. The caller owns and removes it. */
  folder: string;
  /** Run by `sh -c`. */
  command: string;
  env: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** Of all its processes together. */
  memoryMb: number;
  /** Host folders that the command may read, and where it finds them (dependencies). */
  readable?: readonly { host: string; inside: string }[];
  /** Template of a rented machine that is for this command alone; other tiers have no use for it. */
  template?: string;
}

/** Where a command finds its folder, in every tier: paths in its output mean the same each time. */
export const workFolder = '/work';

export interface ExecResult {
  /** Absent when a signal or a limit ended it. */
  exitCode?: number;
  timedOut: boolean;
  /** All its processes together took more than `memoryMb`. */
  outOfMemory: boolean;
  /** At most 1 MiB each, the end kept. */
  stdout: string;
  stderr: string;
  wallMs: number;
}

/** What a tier holds candidates to, said plainly; `cannot` are sentences for people. */
export interface Enforcement {
  network: boolean;
  hostFiles: boolean;
  memory: boolean;
  cpu: boolean;
  processes: boolean;
  openFiles: boolean;
  cannot: readonly string[];
}

/** One attempt to get out, made at start by code that a candidate could have written. */
export interface ProbeResult {
  name: string;
  /** True when it reached what it must not. */
  escaped: boolean;
  detail?: string;
}

export interface Sandbox {
  tier: SandboxTier;
  languages: readonly Language[];
  enforces: Enforcement;
  /** Versions of what runs candidates, for the manifest: python, node, bubblewrap … */
  versions: Readonly<Record<string, string>>;
  /** Grades at most `workers` at a time; further calls wait. Never throws for what a candidate does. */
  grade(job: GradeJob, signal?: AbortSignal): Promise<Verdict>;
  /** Absent where the tier can run no commands. */
  exec?(job: ExecJob, signal?: AbortSignal): Promise<ExecResult>;
  /** Escape attempts, each by its name. `openSandbox` refuses untrusted code when one succeeds. */
  probe(): Promise<ProbeResult[]>;
  /** Nothing of it is left running afterwards. */
  close(): Promise<void>;
}

export interface SandboxOptions {
  workers: number;
  /** What is to be graded, so that nothing else is started and probed; absent: all that the tier can. */
  languages?: readonly Language[];
  /** PYTHONHASHSEED of candidates. */
  hashSeed: number;
}
