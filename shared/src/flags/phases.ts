import type { CompiledServe } from './compile-serve.ts';
import { withCoverage } from './compile-serve.ts';
import type { CompiledCondition } from './condition.ts';
import { inForceFrom } from './steps.ts';
import { flag as boolean, instant, knowAll, percentage, record, records, text, type Json } from './reading.ts';

/** The decisions of a flag between two changes that come by themselves. */
export interface Phase {
  /** The time of the last scheduled change, as written; none before the first. */
  readonly at?: string;
  readonly enabled: boolean;
  readonly rules: readonly CompiledRule[];
  readonly fallthrough: CompiledServe;
}

export interface LaterPhase extends Phase {
  readonly fromMs: number;
}

/** A flag is its own first phase: most have no other, and then there is one thing less to look at. */
export interface Phased extends Phase {
  /** By time. */
  readonly later: readonly LaterPhase[];
}

export interface CompiledRule {
  readonly id: string;
  readonly when: readonly CompiledCondition[];
  readonly serve: CompiledServe;
}

interface Compile {
  rules: (json: unknown) => readonly CompiledRule[];
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
export function compilePhases(json: Json, compile: Compile): Phased {
  const { schedule = none, rollout } = json;
  const first: Phase = {
    enabled: boolean(json['enabled'], 'enabled'),
    rules: compile.rules(json['rules'] ?? none),
    fallthrough: compile.serve(json['fallthrough']),
  };
  const changes = records(schedule, 'schedule').map((change) => compileChange(change, compile));
  const plan = rollout === undefined ? undefined : compileRollout(record(rollout, 'rollout'));
  let scheduled = first;
  let step: Step | undefined;
  const later = [...changes, ...(plan?.steps ?? none)]
    .sort((a, b) => a.fromMs - b.fromMs)
    .map((next): LaterPhase => {
      if ('coverage' in next) step = next;
      else scheduled = { ...scheduled, ...next };
      return { ...(step ? underWay(scheduled, plan?.rule, step) : scheduled), fromMs: next.fromMs };
    });
  return { ...first, later: later.length > 0 ? later : none };
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

/** The steps that come into force: a plan that is paused, or waits at a closed gate, stays where it was. */
function compileRollout(rollout: Json): { rule: string | undefined; steps: Step[] } {
  const { rule, steps, pausedAt } = knowAll(rollout, membersOfRollout);
  const pausedMs = pausedAt === undefined ? Infinity : instant(pausedAt, 'pausedAt');
  const all = records(steps, 'steps').map((step) => {
    const { at, coverage, gate } = knowAll(step, membersOfStep);
    return {
      at: text(at, 'at'),
      atMs: instant(at, 'at'),
      coverage: percentage(coverage, 'coverage'),
      ...opening(gate),
    };
  });
  const fromMs = inForceFrom(all);
  return {
    rule: rule === undefined ? undefined : text(rule, 'rule'),
    steps: all
      .map(({ at, coverage }, i) => ({ at, coverage, fromMs: fromMs[i]! }))
      .filter((step) => step.fromMs <= pausedMs && step.fromMs < Infinity),
  };
}

/** When a gate was passed: the server that asked for the measurement writes it into the flag. */
function opening(gate: unknown): { passedMs: number } {
  if (gate === undefined) return { passedMs: -Infinity };
  const { passedAt } = knowAll(record(gate, 'gate'), membersOfGate);
  return { passedMs: passedAt === undefined ? Infinity : instant(passedAt, 'passedAt') };
}

function underWay(phase: Phase, ruleId: string | undefined, { coverage, at }: Step): Phase {
  if (ruleId === undefined) return { ...phase, fallthrough: withCoverage(phase.fallthrough, coverage, at) };
  const rules = phase.rules.map((rule) =>
    rule.id === ruleId ? { ...rule, serve: withCoverage(rule.serve, coverage, at) } : rule,
  );
  return { ...phase, rules };
}

/** What is in force at a time. */
export function phaseAt(flag: Phased, nowMs: number): Phase {
  for (let i = flag.later.length - 1; i >= 0; i--) {
    const phase = flag.later[i];
    if (phase && phase.fromMs <= nowMs) return phase;
  }
  return flag;
}

const none: readonly never[] = [];
const membersOfChange = ['at', 'set'];
const membersOfSet = ['enabled', 'rules', 'fallthrough'];
const membersOfRollout = ['rule', 'steps', 'pausedAt'];
const membersOfStep = ['at', 'coverage', 'gate'];
const membersOfGate = ['dataset', 'subjectId', 'minPassRate', 'maxDropPoints', 'passedAt', 'runId'];
