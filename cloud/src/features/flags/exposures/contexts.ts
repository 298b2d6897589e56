import type { EvaluationContext, FlagDefinition } from '@whetstone/shared/contract';
import { isFirstClass } from '@whetstone/shared/flags';

/** Of whom an exposure tells. Null: not said. */
export interface ExposedContext {
  unit: string | null;
  ruleId: string | null;
  userId: string | null;
  repoId: string | null;
  taskId: string | null;
  taskType: string | null;
  agent: string | null;
  model: string | null;
}

/**
 * The context behind an exposure, as far as it was kept. The unit is what the split that decided goes by, which need not be
 * among what else was kept.
 */
export function contextOf({ unit, ruleId, ...kept }: ExposedContext, flag: FlagDefinition): EvaluationContext {
  const context = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== null)) as EvaluationContext;
  const by = unitNameOf(flag, ruleId);
  if (unit === null || Object.hasOwn(context, by)) return context;
  return isFirstClass(by) ? { ...context, [by]: unit } : { ...context, attributes: { [by]: unit } };
}

function unitNameOf({ rules, fallthrough }: FlagDefinition, ruleId: string | null): string {
  const serve = ruleId === null ? fallthrough : rules.find(({ id }) => id === ruleId)?.serve;
  return (serve && 'split' in serve ? serve.by : undefined) ?? 'userId';
}
