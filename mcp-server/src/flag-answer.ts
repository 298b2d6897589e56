/**
 * The public types of flag answers, written out so that a consumer needs no other package to check them. The evaluator's
 * own types (@whetstone/shared/contract) fit into these; the flag reader would not compile otherwise.
 */

/** Who asks, for what. Any attribute beyond the nine goes in `attributes`. */
export interface FlagContext {
  userId?: string | undefined;
  repoId?: string | undefined;
  branch?: string | undefined;
  agent?: string | undefined;
  model?: string | undefined;
  taskType?: string | undefined;
  taskId?: string | undefined;
  orgId?: string | undefined;
  targetingKey?: string | undefined;
  attributes?: Record<string, unknown> | undefined;
}

/**
 * `cloud`: known to be current. `cache`: last-known-good. `default`: no flag decided, the value is the caller's, the
 * defaults file's or `false`.
 */
export type Source = 'cloud' | 'cache' | 'default';

export type FlagReason = 'TARGETING_MATCH' | 'SPLIT' | 'STATIC' | 'DEFAULT' | 'DISABLED' | 'ERROR';

export type FlagErrorCode =
  | 'TARGETING_KEY_MISSING'
  | 'FLAG_NOT_FOUND'
  | 'TYPE_MISMATCH'
  | 'PROVIDER_NOT_READY'
  | 'PARSE_ERROR';

export interface FlagTraceStep {
  step: 'disabled' | 'prerequisite' | 'override' | 'rule' | 'fallthrough';
  id?: string | undefined;
  outcome: 'decided' | 'passed' | 'skipped';
  why: string;
}

/** What decided in numbers, and single changes that lead to another variant. */
export interface FlagExplanation {
  bucket?: number | undefined;
  threshold?: number | undefined;
  wouldChange: { what: string; gives: string }[];
}

export interface FlagAnswer {
  key: string;
  /** The value is truthy and not the off variant. */
  enabled: boolean;
  variant?: string | undefined;
  value: unknown;
  reason: FlagReason;
  errorCode?: FlagErrorCode | undefined;
  ruleId?: string | undefined;
  bucket?: number | undefined;
  flagVersion?: number | undefined;
  metadata?: { rolloutPercentage?: number | undefined } | undefined;
  trace?: FlagTraceStep[] | undefined;
  explanation?: FlagExplanation | undefined;
  source: Source;
  /** Since the rules were last confirmed to be current; absent for `default`. */
  ageMs?: number | undefined;
  /** What is wrong and what to do about it; there whenever `source` is not `cloud`. */
  degradedReason?: string | undefined;
}
