import type { Evaluation, EvaluationContext } from '../contract/flags.ts';
import { attributeReader } from './attributes.ts';
import { phaseAt } from './phases.ts';
import type { CompiledRuleset } from './ruleset.ts';

const userIdOf = attributeReader('userId');

/**
 * Whom an evaluation was about: the hashed unit of the split that decided, also where a sticky first answer stays (its own
 * unit, such as the task, is recorded as the attribute it is); else the user. `undefined` when nobody is named.
 */
export function unitOf(
  ruleset: CompiledRuleset,
  { key, ruleId, reason }: Pick<Evaluation, 'key' | 'ruleId' | 'reason'>,
  context: EvaluationContext,
  nowMs: number,
): string | undefined {
  const flag = ruleset.flags.get(key);
  const phase = reason === 'SPLIT' && flag?.kind === 'readable' ? phaseAt(flag, nowMs) : undefined;
  const serve = ruleId === undefined ? phase?.fallthrough : phase?.rules.find(({ id }) => id === ruleId)?.serve;
  const unit = serve?.kind === 'split' ? serve.unit(context) : userIdOf(context);
  return typeof unit === 'string' && unit !== '' ? unit : undefined;
}
