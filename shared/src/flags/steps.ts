import type { RolloutPlan } from '../contract/flag-document.ts';

interface Timed {
  /** By the plan. */
  readonly atMs: number;
  /** When the step's gate was passed: -Infinity without one, Infinity while it is closed. */
  readonly passedMs: number;
}

/**
 * When each step of a plan comes into force: at its time, once its gate was passed, and never before the step in front of
 * it. Infinity while a gate is closed: not by the clock alone.
 */
export function inForceFrom(steps: readonly Timed[]): number[] {
  let fromMs = -Infinity;
  return steps.map(({ atMs, passedMs }) => (fromMs = Math.max(fromMs, atMs, passedMs)));
}

/** The same of a plan as it is written; a pause is not looked at. */
export const stepTimes = ({ steps }: Pick<RolloutPlan, 'steps'>): number[] =>
  inForceFrom(
    steps.map(({ at, gate }) => ({
      atMs: Date.parse(at),
      passedMs: gate === undefined ? -Infinity : gate.passedAt === undefined ? Infinity : Date.parse(gate.passedAt),
    })),
  );
