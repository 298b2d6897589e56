import type { Evaluation, EvaluationContext, TraceStep } from '../contract/flags.ts';
import { answer, off, type Decision } from './answer.ts';
import { bucketOf, isCovered, shareOf } from './bucketing.ts';
import type { CompiledServe } from './compile-serve.ts';
import type { CompiledFlag, CompiledRule, Phase, ReadableFlag } from './compile.ts';
import { explain, holds } from './condition.ts';
import { murmur3 } from './murmur3.ts';
import { unmetPrerequisite } from './prerequisites.ts';
import { isRecord } from './reading.ts';
import type { CompiledRuleset } from './ruleset.ts';
import type { Run } from './run.ts';
import { splitSentence, unitSentence } from './sentences.ts';

export interface EvaluateOptions {
  /** The time scheduled changes are measured by. */
  nowMs: number;
  /** Adds the trace; without it no sentence is built. */
  explain?: boolean | undefined;
}

/** What a flag serves to a context, and why; `undefined` for an unknown flag. Never throws. */
export function evaluate(
  ruleset: CompiledRuleset,
  key: string,
  context: EvaluationContext,
  { nowMs, explain }: EvaluateOptions,
): Evaluation | undefined {
  const flag = ruleset.flags.get(key);
  if (flag === undefined) return undefined;
  const trace: TraceStep[] | undefined = explain ? [] : undefined;
  const evaluation = evaluateFlag(flag, { ruleset, context: isRecord(context) ? context : {}, nowMs, trace });
  if (trace) evaluation.trace = trace;
  return evaluation;
}

function evaluateFlag(flag: CompiledFlag, run: Run): Evaluation {
  const { trace } = run;
  if (flag.kind === 'unreadable') {
    trace?.push({ step: 'fallthrough', outcome: 'decided', why: `the flag cannot be read: ${flag.why}` });
    return off(flag, 'PARSE_ERROR');
  }
  const phase = phaseAt(flag, run.nowMs);
  if (!phase.enabled) {
    trace?.push({ step: 'disabled', outcome: 'decided', why: disabledSentence(phase) });
    return off(flag);
  }
  if (flag.prerequisites.length > 0 && unmetPrerequisite(flag, run, evaluateFlag)) return off(flag);
  for (const rule of phase.rules) {
    const evaluation = applies(rule, run) ? serve(flag, rule.serve, rule, 'TARGETING_MATCH', run) : undefined;
    if (evaluation) return evaluation;
  }
  const reason = phase.rules.length > 0 ? 'DEFAULT' : 'STATIC';
  return serve(flag, phase.fallthrough, undefined, reason, run) ?? off(flag, 'TARGETING_KEY_MISSING');
}

/** What is in force at a time. */
export function phaseAt({ phases }: ReadableFlag, nowMs: number): Phase {
  let current = phases[0];
  for (let i = 1; i < phases.length; i++) {
    const phase = phases[i];
    if (phase && phase.fromMs <= nowMs) current = phase;
  }
  return current;
}

function disabledSentence({ at }: Phase): string {
  return `the flag is disabled${at === undefined ? '' : ` by the changes scheduled up to ${at}`}`;
}

function applies(rule: CompiledRule, { context, trace }: Run): boolean {
  for (let i = 0; i < rule.when.length; i++) {
    const condition = rule.when[i];
    if (condition === undefined || holds(condition, context)) continue;
    trace?.push({ step: 'rule', id: rule.id, outcome: 'skipped', why: `when[${i}]: ${explain(condition, context)}` });
    return false;
  }
  return true;
}

/** `undefined` when the unit of a split is missing or not text. */
function serve(
  flag: ReadableFlag,
  how: CompiledServe,
  rule: CompiledRule | undefined,
  fixedReason: Decision['reason'],
  { context, trace }: Run,
): Evaluation | undefined {
  const ruleId = rule?.id;
  if (how.kind === 'fixed') {
    trace?.push(step(rule, 'decided', `serves "${how.served.variant}"`));
    return answer(flag, how.served, { reason: fixedReason, ruleId, bucket: undefined, coverage: 100 });
  }
  const unit = how.unit(context);
  if (typeof unit !== 'string' || unit === '') {
    trace?.push(step(rule, rule ? 'skipped' : 'decided', unitSentence(how.by, unit)));
    return undefined;
  }
  const hash = murmur3(how.prefix + unit);
  const share = shareOf(how.division, hash);
  const served = share && isCovered(how.division, share, hash) ? share.item : how.otherwise;
  trace?.push(step(rule, 'decided', splitSentence(how, { unit, hash, share, served: served.variant })));
  return answer(flag, served, { reason: 'SPLIT', ruleId, bucket: bucketOf(hash), coverage: how.coverage });
}

function step(rule: CompiledRule | undefined, outcome: TraceStep['outcome'], what: string): TraceStep {
  if (!rule) return { step: 'fallthrough', outcome, why: what };
  const { length } = rule.when;
  const conditions =
    length === 0 ? 'no conditions' : length === 1 ? 'its condition holds' : `all ${length} conditions hold`;
  return { step: 'rule', id: rule.id, outcome, why: `${conditions}; ${what}` };
}
