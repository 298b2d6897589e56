import type { EvaluationContext, FlagDefinition } from '@whetstone/shared/contract';
import { isFirstClass } from '@whetstone/shared/flags';
import type { Known } from './known.ts';

/**
 * The context behind an exposure, as far as it was kept. The unit is what the split that decided goes by, which need not be
 * among what else was kept; where no split decided, it is the user.
 */
export function contextOf({ unit, ruleId, isSplit, context }: Known, flag: FlagDefinition): EvaluationContext {
  const by = isSplit ? unitNameOf(flag, ruleId) : 'userId';
  if (unit === undefined || Object.hasOwn(context, by)) return context;
  return isFirstClass(by) ? { ...context, [by]: unit } : { ...context, attributes: { [by]: unit } };
}

function unitNameOf({ rules, fallthrough }: FlagDefinition, ruleId: string | undefined): string {
  const serve = ruleId === undefined ? fallthrough : rules.find(({ id }) => id === ruleId)?.serve;
  return (serve && 'split' in serve ? serve.by : undefined) ?? 'userId';
}
