import type { FailureCategory, Triage } from '@whetstone/shared/contract';
import type { FileChange } from '@whetstone/shared/feedback';

/** What is known of a correction beside its files. */
export interface ReadCircumstances {
  comment: string | undefined;
  kind: 'edit' | 'reject' | 'manual_fix' | 'kept';
  /** From the writing to the change, where that is known. */
  ageMs: number | undefined;
}

/** A detector that saw its correction made. Lines are 1-based and of the stretch's `before` and `after` file. */
export interface Finding {
  detector: string;
  language: string;
  beforeLine: number | undefined;
  afterLine: number | undefined;
}

/** In how many places of the agent's code a detector could have applied, by what became of them. */
export interface Occurrence {
  detector: string;
  language: string;
  changed: number;
  survived: number;
  /** Lines (1-based, of the agent's file) where it was left, the first few of them. */
  leftAt: { path: string; line: number }[];
}

/** One stretch of changed lines; numbers are 1-based, `to` is inclusive and one less than `from` where there is none. */
export interface Stretch {
  path: string;
  language: string;
  before: { from: number; to: number; text: string };
  after: { from: number; to: number; text: string };
  triage: Triage;
  detectors: string[];
}

/** What one correction says. */
export interface Reading {
  triage: Triage;
  stretches: Stretch[];
  findings: Finding[];
  occurrences: Occurrence[];
  /** What went wrong, where the person's words or the change tell. */
  failure: FailureCategory | undefined;
  /** Why some of it was read as text alone, or not at all. */
  problems: string[];
}

/** Pure, and in time linear in its text but for the line differ; never throws for what a person may send. */
export type ReadCorrection = (files: readonly FileChange[], circumstances: ReadCircumstances) => Reading;
