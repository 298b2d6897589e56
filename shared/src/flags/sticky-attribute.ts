import type { Evaluation } from '../contract/flags.ts';
import { phaseAt } from './phases.ts';
import type { CompiledRuleset } from './ruleset.ts';

/** The attribute whose first answer stays, for an answer that a sticky split gave; else `undefined`. */
export function stickyAttribute(
  ruleset: Pick<CompiledRuleset, 'flags'>,
  { key, ruleId, reason }: Pick<Evaluation, 'key' | 'ruleId'> & { reason?: Evaluation['reason'] | undefined },
  nowMs: number,
): string | undefined {
  const flag = ruleset.flags.get(key);
  if (reason !== 'SPLIT' || flag?.kind !== 'readable') return undefined;
  const phase = phaseAt(flag, nowMs);
  const serve = ruleId === undefined ? phase.fallthrough : phase.rules.find(({ id }) => id === ruleId)?.serve;
  return serve?.kind === 'split' ? serve.sticky?.attribute : undefined;
}
