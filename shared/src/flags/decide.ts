import type { Evaluation, EvaluationContext } from '../contract/flags.ts';
import { answer, off, type Decision } from './answer.ts';
import { bucketOf, isCovered, shareOf } from './bucketing.ts';
import type { CompiledFlag, CompiledOverride, ReadableFlag } from './compile.ts';
import { servable, type CompiledServe, type CompiledSplit, type Served } from './compile-serve.ts';
import { holds } from './condition.ts';
import { murmur3 } from './murmur3.ts';
import { phaseAt, type CompiledRule } from './phases.ts';
import { meetsAll } from './prerequisites.ts';
import { isRecord } from './reading.ts';
import type { CompiledRuleset } from './ruleset.ts';
import type { Assigned, Evaluated, Note, Run } from './run.ts';

export interface DecideOptions {
  /** The time that schedules, rollout plans and expiries are measured by. */
  nowMs: number;
  assigned?: Assigned | undefined;
  notes?: Note[] | undefined;
}

/**
 * What a flag serves to a context; `undefined` for an unknown flag. Never throws, and carries no sentence: this with
 * `compileRuleset` is all of the evaluator that a client needs which explains nothing.
 */
export function decide(
  ruleset: CompiledRuleset,
  key: string,
  context: EvaluationContext,
  options: DecideOptions,
): Evaluated | undefined {
  const flag = ruleset.flags.get(key);
  return flag && decideFlag(flag, runOf(ruleset, context, options));
}

/**
 * The same of every flag, in the order of the ruleset, one after the other as they are taken. What segments and
 * prerequisites say is found out once for all of them.
 */
export function* decideEach(
  ruleset: CompiledRuleset,
  context: EvaluationContext,
  options: Omit<DecideOptions, 'notes'>,
): Generator<[string, Evaluated], void> {
  const run = runOf(ruleset, context, options);
  const seen = (run.seen = new Map<string, Evaluation>());
  for (const [key, flag] of ruleset.flags) {
    const evaluation = seen.get(key) ?? decideFlag(flag, run);
    seen.set(key, evaluation);
    yield [key, evaluation];
  }
}

/** Written out, since its shape is what evaluation is fast by. */
export const runOf = (
  ruleset: CompiledRuleset,
  context: EvaluationContext,
  { nowMs, assigned, notes }: DecideOptions,
): Run => ({
  ruleset,
  context: isRecord(context) ? context : {},
  nowMs,
  assigned,
  notes,
  seen: undefined,
  seenSegments: undefined,
  firstAnswers: undefined,
});

export function decideFlag(flag: CompiledFlag, run: Run): Evaluated {
  const evaluation: Evaluated = outcomeOf(flag, run);
  if (run.firstAnswers !== undefined) {
    evaluation.sticky = run.firstAnswers;
    run.firstAnswers = undefined;
  }
  return evaluation;
}

function outcomeOf(flag: CompiledFlag, run: Run): Evaluation {
  if (flag.kind === 'unreadable') {
    run.notes?.push({ kind: 'unreadable', why: flag.why });
    return off(flag, 'PARSE_ERROR');
  }
  const phase = phaseAt(flag, run.nowMs);
  if (!phase.enabled) {
    run.notes?.push({ kind: 'disabled', phase });
    return off(flag);
  }
  if (flag.prerequisites.length > 0 && !meetsAll(flag, run, outcomeOf)) return off(flag);
  const override = flag.overrides.length > 0 ? flag.overrides.find((one) => applies(one, run)) : undefined;
  if (override) return answer(flag, override.served, fixed('TARGETING_MATCH', undefined));
  for (const rule of phase.rules) {
    const evaluation = allHold(rule, run) ? serve(flag, rule.serve, rule, 'TARGETING_MATCH', run) : undefined;
    if (evaluation) return evaluation;
  }
  const reason = phase.rules.length > 0 ? 'DEFAULT' : 'STATIC';
  return serve(flag, phase.fallthrough, undefined, reason, run) ?? off(flag, 'TARGETING_KEY_MISSING');
}

function applies(override: CompiledOverride, run: Run): boolean {
  if (!holds(override.names, run)) return false;
  const isExpired = !(run.nowMs < override.untilMs);
  run.notes?.push({ kind: 'override', override, isExpired });
  return !isExpired;
}

function allHold(rule: CompiledRule, run: Run): boolean {
  for (let i = 0; i < rule.when.length; i++) {
    const condition = rule.when[i];
    if (condition === undefined || holds(condition, run)) continue;
    run.notes?.push({ kind: 'failed', rule, condition: i });
    return false;
  }
  return true;
}

const fixed = (reason: Decision['reason'], ruleId: string | undefined): Decision => ({
  reason,
  ruleId,
  bucket: undefined,
  coverage: 100,
});

/** `undefined` when the unit of a split is missing or not text. */
function serve(
  flag: ReadableFlag,
  how: CompiledServe,
  rule: CompiledRule | undefined,
  fixedReason: Decision['reason'],
  run: Run,
): Evaluation | undefined {
  const ruleId = rule?.id;
  if (how.kind === 'fixed') {
    run.notes?.push({ kind: 'fixed', rule, served: how.served });
    return answer(flag, how.served, fixed(fixedReason, ruleId));
  }
  const unit = how.unit(run.context);
  if (typeof unit !== 'string' || unit === '') {
    run.notes?.push({ kind: 'unitless', rule, split: how, found: unit });
    return undefined;
  }
  const hash = how.hash === undefined ? murmur3(unit, flag.seed) : murmur3(flag.salt + unit);
  const share = shareOf(how.division, hash);
  const hashed = share && isCovered(how.division, share, hash) ? share.item : how.otherwise;
  const served = how.sticky === undefined ? hashed : firstAnswerOr(hashed, how, flag.key, run);
  run.notes?.push({ kind: 'split', rule, split: how, unit, hash, share, hashed, served });
  return answer(flag, served, { reason: 'SPLIT', ruleId, bucket: bucketOf(hash), coverage: how.coverage });
}

/** What the sticky unit was first served, as long as the split can serve it; else notes this answer as its first. */
function firstAnswerOr(hashed: Served, split: CompiledSplit, flag: string, run: Run): Served {
  const { attribute = '', unit: read } = split.sticky ?? {};
  const unit = read?.(run.context);
  if (typeof unit !== 'string' || unit === '') return hashed;
  const first = run.assigned?.(flag, attribute, unit);
  const kept = first === undefined ? undefined : servable(split, first);
  if (kept) return kept;
  const { variant } = hashed;
  const toStore = { flag, attribute, unit, variant, ...(first !== undefined && { replaces: first }) };
  (run.firstAnswers ??= []).push(toStore);
  return hashed;
}
