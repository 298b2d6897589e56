import type { CompiledServe } from './compile-serve.ts';
import { withCoverage } from './compile-serve.ts';
import type { CompiledCondition } from './condition.ts';
import { flag as boolean, instant, knowAll, percentage, record, records, text, type Json } from './reading.ts';

/** The decisions of a flag between two changes that come by themselves. */
export interface Phase {
  readonly fromMs: number;
  /** The time of the last scheduled change, as written; none for the first. */
  readonly at?: string;
  readonly enabled: boolean;
  readonly rules: readonly CompiledRule[];
  readonly fallthrough: CompiledServe;
}

export interface CompiledRule {
  readonly id: string;
  readonly when: readonly CompiledCondition[];
  readonly serve: CompiledServe;
}

interface Compile {
  rules: (json: unknown) => CompiledRule[];
  serve: (json: unknown) => CompiledServe;
}

interface Step {
  readonly fromMs: number;
  readonly at: string;
  readonly coverage: number;
}

/**
 * Scheduled changes add up in the order of their times. A step of the rollout plan takes the place of the coverage of
 * its split, whichever change that split came with, until the next step.
 */
export function compilePhases(json: Json, compile: Compile): [Phase, ...Phase[]] {
  const { enabled, rules = none, fallthrough, schedule = none, rollout } = json;
  let scheduled: Phase = {
    fromMs: -Infinity,
    enabled: boolean(enabled, 'enabled'),
    rules: compile.rules(rules),
    fallthrough: compile.serve(fallthrough),
  };
  const changes = records(schedule, 'schedule').map((change) => compileChange(change, compile));
  const plan = rollout === undefined ? undefined : compileRollout(record(rollout, 'rollout'));
  const phases: [Phase, ...Phase[]] = [scheduled];
  let step: Step | undefined;
  for (const next of [...changes, ...(plan?.steps ?? none)].sort((a, b) => a.fromMs - b.fromMs)) {
    if ('coverage' in next) step = next;
    else scheduled = { ...scheduled, ...next };
    phases.push({ ...(step ? underWay(scheduled, plan?.rule, step) : scheduled), fromMs: next.fromMs });
  }
  return phases;
}

function compileChange(change: Json, compile: Compile): Partial<Phase> & { fromMs: number; at: string } {
  const { at, set } = knowAll(change, membersOfChange);
  const { enabled, rules, fallthrough } = knowAll(record(set, 'set'), membersOfSet);
  return {
    at: text(at, 'at'),
    fromMs: instant(at, 'at'),
    ...(enabled !== undefined && { enabled: boolean(enabled, 'enabled') }),
    ...(rules !== undefined && { rules: compile.rules(rules) }),
    ...(fallthrough !== undefined && { fallthrough: compile.serve(fallthrough) }),
  };
}

/** The steps that come into force: a plan that is paused stays where it was. */
function compileRollout(rollout: Json): { rule: string | undefined; steps: Step[] } {
  const { rule, steps, pausedAt } = knowAll(rollout, membersOfRollout);
  const pausedMs = pausedAt === undefined ? Infinity : instant(pausedAt, 'pausedAt');
  const all = records(steps, 'steps').map((step) => {
    const { at, coverage } = knowAll(step, membersOfStep);
    return { at: text(at, 'at'), fromMs: instant(at, 'at'), coverage: percentage(coverage, 'coverage') };
  });
  return {
    rule: rule === undefined ? undefined : text(rule, 'rule'),
    steps: all.filter(({ fromMs }) => fromMs <= pausedMs),
  };
}

function underWay(phase: Phase, ruleId: string | undefined, { coverage, at }: Step): Phase {
  if (ruleId === undefined) return { ...phase, fallthrough: withCoverage(phase.fallthrough, coverage, at) };
  const rules = phase.rules.map((rule) =>
    rule.id === ruleId ? { ...rule, serve: withCoverage(rule.serve, coverage, at) } : rule,
  );
  return { ...phase, rules };
}

/** What is in force at a time. */
export function phaseAt(phases: readonly [Phase, ...Phase[]], nowMs: number): Phase {
  for (let i = phases.length - 1; i > 0; i--) {
    const phase = phases[i];
    if (phase && phase.fromMs <= nowMs) return phase;
  }
  return phases[0];
}

const none: readonly never[] = [];
const membersOfChange = ['at', 'set'];
const membersOfSet = ['enabled', 'rules', 'fallthrough'];
const membersOfRollout = ['rule', 'steps', 'pausedAt'];
const membersOfStep = ['at', 'coverage'];
