export type Severity = 'error' | 'warning';

/** Each rule with what it is about; ids are for good, since people silence and search them. */
export const lintRules = {
  schema: 'a document that the server would refuse',
  'duplicate-key': 'two flags of one key',
  'duplicate-rule-id': 'two rules of one id',
  'unknown-variant': 'a variant that the flag does not define',
  'unknown-rule': 'a rollout of a rule that is not there, or that is no split',
  'unknown-prerequisite': 'a prerequisite that no flag is, or a variant that it does not have',
  'archived-prerequisite': 'a prerequisite that is archived',
  'prerequisite-cycle': 'flags that wait for each other',
  'unknown-segment': 'a segment that is not among the documents',
  'value-type': 'a value that is not of the type the flag declares',
  'pattern-cost': 'patterns that take too many states, or more than half of what a flag may take',
  'unreachable-rule': 'a rule that an earlier one never lets decide',
  'unserved-variant': 'a variant that nothing serves',
  'zero-weight': 'a share of a split that nobody gets',
  'mixed-types': 'values of several JSON types and no declared type',
  'missing-type': 'no declared type',
  'missing-owner': 'nobody to ask',
  'missing-description': 'nothing that says what it is for',
  'past-schedule': 'a planned change that has come into force and still stands in the document',
  'closed-gate': 'a step that has waited long for its eval gate',
  'expired-override': 'an override whose time is over',
  'expired-flag': 'a flag whose expiresAt is over',
  'agent-made-without-expiry': 'a flag that an agent made and that has no end',
} as const;
export type LintRule = keyof typeof lintRules;

/** One thing to mend. */
export interface Finding {
  rule: LintRule;
  severity: Severity;
  /** The flag's key, where it has a readable one. */
  flag?: string;
  /** Which of the documents. */
  index: number;
  /** JSON pointer (RFC 6901) into it; empty for all of it. */
  path: string;
  message: string;
  fix: string;
}

/** A finding before it is known which document it is of. */
export interface Remark extends Pick<Finding, 'rule' | 'severity' | 'message' | 'fix'> {
  path: readonly PropertyKey[];
}

export const pointerOf = (path: readonly PropertyKey[]) =>
  path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
