import type { EvalGate, Flag, FlagDefinition } from '@whetstone/shared/contract';
import { stepTimes } from '@whetstone/shared/flags';
import { laterBy, withSplits } from '../rollout-plan.ts';

export interface ClosedGate {
  /** Of its step in the plan. */
  index: number;
  gate: EvalGate;
  /** What the plan's split serves: a run has to name one of these. */
  variants: string[];
  /** Runs that ended later measured what the step before has brought. */
  since: Date;
  /** When the step would come into force without it. */
  dueMs: number;
}

/** The gate that a flag's plan waits at, or will; `undefined` for one that is paused, and where all gates are open. */
export function closedGate(flag: Flag): ClosedGate | undefined {
  const { rollout } = flag;
  if (!rollout || rollout.pausedAt !== undefined || flag.archivedAt !== undefined) return undefined;
  const index = rollout.steps.findIndex(({ gate }) => gate && gate.passedAt === undefined);
  const step = rollout.steps[index];
  if (!step?.gate) return undefined;
  // Before the first step nothing has come into force yet: what counts was measured of the flag as it was last written.
  const sinceMs = index === 0 ? Date.parse(flag.updatedAt) : stepTimes(rollout)[index - 1]!;
  return {
    index,
    gate: step.gate,
    variants: variantsOf(flag, rollout.rule),
    since: new Date(sinceMs),
    dueMs: Math.max(Date.parse(step.at), sinceMs),
  };
}

/** The flag whose gate was passed. The steps behind it come later by as long as the plan has waited, so that none is skipped. */
export function withPassedGate(
  flag: FlagDefinition,
  { index, dueMs }: Pick<ClosedGate, 'index' | 'dueMs'>,
  { runId, now }: { runId: string; now: Date },
): FlagDefinition {
  const { rollout } = flag;
  if (!rollout) return flag;
  const waitedMs = Math.max(0, now.getTime() - dueMs);
  const steps = rollout.steps.map((step, i) => {
    if (i > index && waitedMs > 0) return laterBy(step, waitedMs);
    return i === index && step.gate ? { ...step, gate: { ...step.gate, passedAt: now.toISOString(), runId } } : step;
  });
  return { ...flag, rollout: { ...rollout, steps } };
}

function variantsOf(flag: FlagDefinition, rule: string | undefined): string[] {
  const variants = new Set<string>();
  withSplits(flag, rule, (split) => {
    for (const { variant, weight } of split.split) if (weight > 0) variants.add(variant);
    return split;
  });
  return [...variants];
}
