import type { EvaluationContext } from '@whetstone/shared/contract';

/** Somebody whom exposures have named, with what they say of the context. */
export interface Known {
  /** What the flag was decided for. */
  unit: string | undefined;
  /** Whether a split decided: that of a rule, or of the fallthrough. */
  isSplit: boolean;
  ruleId: string | undefined;
  context: EvaluationContext;
}
