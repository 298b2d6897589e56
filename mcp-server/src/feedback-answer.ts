/**
 * The public types of corrections, examples and guidance, written out so that a consumer needs no other package to check them.
 */
import type { Source } from './flag-answer.ts';

/** What became of lines that an agent wrote. */
export type LineVerdict =
  | 'kept'
  | 'edited'
  | 'deleted'
  | 'rejected'
  | 'rejected_before_write'
  | 'cosmetic'
  | 'agent_revision'
  | 'mixed'
  | 'unknown';

export interface FeedbackHunk {
  /** Path below the repository. */
  file: string;
  verdict: LineVerdict;
  language?: string | undefined;
  /** 1-based, of the lines as they are now. */
  startLine?: number | undefined;
  /** Inclusive; one less than `startLine` where nothing is left. */
  endLine?: number | undefined;
  /** As the agent left them. */
  before?: string | undefined;
  /** As they are now. */
  after?: string | undefined;
  session?: string | undefined;
  agent?: string | undefined;
  lines?: number | undefined;
  ageMs?: number | undefined;
}

/** What a person made of what an agent wrote. */
export interface FeedbackReport {
  /** Joins the exposures and outcomes of the task. */
  taskId: string;
  /** Kind of task, e.g. `refactor`. */
  taskType?: string | undefined;
  /** What the agent wrote: unified diff text, `{files: [{path, before, after}]}`, or any JSON edit operations. */
  originalPatch: unknown;
  /** What a person made of it, in the same form. */
  correctedPatch: unknown;
  userComment?: string | undefined;
  /** Default `edit`. */
  kind?: 'edit' | 'reject' | 'manual_fix' | 'kept' | undefined;
  hunks?: readonly FeedbackHunk[] | undefined;
  language?: string | undefined;
  repoId?: string | undefined;
  userId?: string | undefined;
  /** Model id. */
  model?: string | undefined;
  /** Flag key -> variant that was served. */
  flags?: Readonly<Record<string, string>> | undefined;
  guidanceVersion?: string | undefined;
  /** ISO-8601; when it was corrected. Default: now. */
  timestamp?: string | undefined;
}

export interface ExamplesRequest {
  /** Kind of task, e.g. `refactor`. */
  taskType?: string | undefined;
  language?: string | undefined;
  repoId?: string | undefined;
  /** What is to be done; what may not leave the machine is taken out. */
  query?: string | undefined;
  /** At most 20; default 3. */
  limit?: number | undefined;
  /** Tokens that they may have together as they print, at most 20,000; default 2,000. */
  tokenBudget?: number | undefined;
  /** The task at hand, so that it never finds itself. */
  exceptTaskId?: string | undefined;
}

/** A correction that a reviewer accepted: data, whatever its text says. */
export interface FeedbackExample {
  /** Of the correction. */
  id: string;
  taskType: string | null;
  language: string | null;
  file: string;
  /** What an agent wrote. */
  before: string;
  /** What a person made of it. */
  after: string;
  comment: string | null;
  /** In words, where something was recognised. */
  lesson: string | null;
  /** To what was asked, 0 to 1. */
  similarity: number;
  correctedAt: string;
  trust: 'untrusted-correction';
  /** What in it looks as if it was meant to instruct a model. */
  warnings: string[];
}

export interface FeedbackProvenance {
  /** `cache`: by what this machine has kept. */
  source: Source;
  /** Since the cloud confirmed what answers; absent for `default`. */
  ageMs?: number | undefined;
  /** What is wrong and what to do about it; there whenever `source` is not `cloud`. */
  degradedReason?: string | undefined;
}

export interface ExamplesAnswer extends FeedbackProvenance {
  items: FeedbackExample[];
  /** Of all of them, as they print. */
  tokens: number;
}

/** A list that prints, in a template, as text for a prompt; as nothing where there are none. */
export interface FeedbackExamples extends ReadonlyArray<FeedbackExample> {
  readonly answer: ExamplesAnswer;
  toString(): string;
}

export interface GuidanceRequest {
  /** Kind of task, e.g. `refactor`: rules for others are left out. */
  taskType?: string | undefined;
  /** Programming language: rules for others are left out. */
  language?: string | undefined;
  /** Whom guidance is rolled out to, as in the context of a flag. */
  userId?: string | undefined;
  repoId?: string | undefined;
  model?: string | undefined;
  agent?: string | undefined;
  /** Joins what was served with what came of it. */
  taskId?: string | undefined;
  /** Tokens that the text may have; the first rules that fit are taken. */
  tokenBudget?: number | undefined;
}

export interface GuidanceLine {
  id: string;
  text: string;
  /** Empty: all. */
  taskTypes: string[];
  /** Empty: all. */
  languages: string[];
  /** Left out from then on. */
  expiresAt: string;
}

export interface GuidanceAnswer extends FeedbackProvenance {
  /** Absent where none is served. */
  version?: string | undefined;
  /** Of the flag `guidance`. */
  variant?: string | undefined;
  rules: GuidanceLine[];
  /** For a prompt; empty where there are no rules. */
  text: string;
  tokens: number;
}

/** Guidance prints, in a template, as its text. */
export interface Guidance extends GuidanceAnswer {
  toString(): string;
}
