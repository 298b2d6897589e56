import { stepTimes } from '@whetstone/shared/flags';
import type { FlagDefinition, Rule, Serve, RolloutPlan } from '@whetstone/shared/contract';

type Planned = FlagDefinition & { rollout: RolloutPlan };
type Step = RolloutPlan['steps'][number];
type Split = Extract<Serve, { split: unknown }>;

/** How many steps have come into force; those after a pause began do not, nor those at a closed gate or behind one. */
export function stepsTaken(plan: RolloutPlan, nowMs: number): number {
  const untilMs = Math.min(nowMs, plan.pausedAt === undefined ? Infinity : Date.parse(plan.pausedAt));
  return stepTimes(plan).filter((fromMs) => fromMs <= untilMs).length;
}

/** The coverage that the plan's split has by the clock: that of the last step taken, before the first its own. */
export function coverageAt(flag: Planned, nowMs: number): number {
  const step = flag.rollout.steps[stepsTaken(flag.rollout, nowMs) - 1];
  if (step) return step.coverage;
  const { rule } = flag.rollout;
  const serve = rule === undefined ? flag.fallthrough : flag.rules.find(({ id }) => id === rule)?.serve;
  return serve && 'split' in serve ? (serve.coverage ?? 100) : 100;
}

/** A flag whose plan, if it has one, is over: its split keeps the coverage that was reached, so that nobody moves. */
export function settled(flag: FlagDefinition, nowMs: number): FlagDefinition {
  const { rollout, ...rest } = flag;
  if (!rollout || stepsTaken(rollout, nowMs) === 0) return rest;
  const coverage = coverageAt({ ...flag, rollout }, nowMs);
  return withSplits(rest, rollout.rule, (split) => ({ ...split, coverage }), nowMs);
}

/** Begins a plan; what an earlier one has reached stays until the first step. */
export function withPlan(flag: FlagDefinition, { rule, steps }: Pick<RolloutPlan, 'rule' | 'steps'>, nowMs: number) {
  return { ...settled(flag, nowMs), rollout: { ...(rule !== undefined && { rule }), steps } };
}

export const paused = (flag: Planned, now: Date): Planned => ({
  ...flag,
  rollout: { ...flag.rollout, pausedAt: now.toISOString() },
});

/** The steps that are left come later by the length of the pause. */
export function resumed(flag: Planned, nowMs: number): Planned {
  const { pausedAt, steps, ...rest } = flag.rollout;
  if (pausedAt === undefined) return flag;
  const pausedMs = Date.parse(pausedAt);
  const taken = stepsTaken(flag.rollout, pausedMs);
  const later = (step: Step) => laterBy(step, nowMs - pausedMs);
  return { ...flag, rollout: { ...rest, steps: steps.map((step, i) => (i < taken ? step : later(step))) } };
}

export const laterBy = (step: Step, byMs: number): Step => ({
  ...step,
  at: new Date(Date.parse(step.at) + byMs).toISOString(),
});

/** Changes the split of a rule, or of the fallthrough, wherever the flag has it: now and as scheduled up to a time. */
export function withSplits(
  flag: FlagDefinition,
  rule: string | undefined,
  change: (split: Split) => Split,
  untilMs = Infinity,
): FlagDefinition {
  const ofServe = (serve: Serve): Serve => ('split' in serve ? change(serve) : serve);
  const ofRules = (rules: Rule[]) =>
    rules.map((each) => (each.id === rule ? { ...each, serve: ofServe(each.serve) } : each));
  const of = <T extends { rules?: Rule[] | undefined; fallthrough?: Serve | undefined }>(part: T): T => ({
    ...part,
    ...(rule !== undefined && part.rules && { rules: ofRules(part.rules) }),
    ...(rule === undefined && part.fallthrough && { fallthrough: ofServe(part.fallthrough) }),
  });
  const { schedule } = flag;
  return {
    ...of(flag),
    ...(schedule && {
      schedule: schedule.map((each) => (Date.parse(each.at) <= untilMs ? { ...each, set: of(each.set) } : each)),
    }),
  };
}
