import type { Evaluation, EvaluationContext } from '../contract/flags.ts';
import type { Share } from './bucketing.ts';
import type { CompiledFlag, CompiledOverride, Prerequisite } from './compile.ts';
import type { CompiledSplit, Served } from './compile-serve.ts';
import type { CompiledRule, Phase } from './phases.ts';
import type { CompiledRuleset } from './ruleset.ts';
import type { CompiledSegment } from './segment-membership.ts';

/** The variant that a unit was first served by a sticky split, as the caller has stored it. Must answer at once and purely. */
export type Assigned = (flagKey: string, attribute: string, unit: string) => string | undefined;

/** A sticky unit's first answer, to be stored by the caller. */
export interface FirstAnswer {
  flag: string;
  attribute: string;
  unit: string;
  variant: string;
  /** What was stored, if the split can no longer serve it. */
  replaces?: string;
}

/** An evaluation, and beside it what is not part of the JSON answer. */
export interface Evaluated extends Evaluation {
  /** The first answers of sticky units, those of prerequisites included; absent when there is none to store. */
  sticky?: FirstAnswer[];
}

/** One evaluation on its way, or that of all flags. */
export interface Run {
  readonly ruleset: CompiledRuleset;
  readonly context: EvaluationContext;
  /** The time that schedules, rollout plans and expiries are measured by. */
  readonly nowMs: number;
  readonly assigned: Assigned | undefined;
  /** What happened, for who wants it explained. */
  notes: Note[] | undefined;
  /** The prerequisites seen so far, so that none is evaluated twice. */
  seen: Map<string, Evaluation> | undefined;
  /** What the rules of segments said so far. */
  seenSegments: Map<CompiledSegment, boolean> | undefined;
  firstAnswers: FirstAnswer[] | undefined;
}

export type Evaluate = (flag: CompiledFlag, run: Run) => Evaluation;

export type PrerequisiteProblem = 'unknown' | 'endless' | 'unreadable';

export type Note =
  | { kind: 'unreadable'; why: string }
  | { kind: 'disabled'; phase: Phase }
  | { kind: 'prerequisite'; prerequisite: Prerequisite; isMet: boolean; found: Evaluation | PrerequisiteProblem }
  | { kind: 'override'; override: CompiledOverride; isExpired: boolean }
  | { kind: 'failed'; rule: CompiledRule; condition: number }
  | { kind: 'fixed'; rule: CompiledRule | undefined; served: Served }
  | { kind: 'unitless'; rule: CompiledRule | undefined; split: CompiledSplit; found: unknown }
  | Landing;

/** Where a unit fell in the split that decided. */
export interface Landing {
  kind: 'split';
  rule: CompiledRule | undefined;
  split: CompiledSplit;
  unit: string;
  hash: number;
  share: Share<Served> | undefined;
  /** By the hash, and what a stored first answer made of it. */
  hashed: Served;
  served: Served;
}
