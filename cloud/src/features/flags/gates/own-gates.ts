import type { EvalGate, FlagDefinition } from '@whetstone/shared/contract';

/**
 * Only the server says that a gate was passed. What a caller sends along is kept where the flag has it, so that a flag that
 * was read can be sent back; anywhere else it is left unread, as the other members that only the server sets.
 */
export function withOwnGates<T extends FlagDefinition>(definition: T, before: FlagDefinition | undefined): T {
  const { rollout } = definition;
  if (!rollout?.steps.some(({ gate }) => gate && isMarked(gate))) return definition;
  const known = new Set((before?.rollout?.steps ?? []).flatMap(({ gate }) => (gate ? [nameOf(gate)] : [])));
  const steps = rollout.steps.map((step) => {
    if (!step.gate || known.has(nameOf(step.gate))) return step;
    const { passedAt: _1, runId: _2, ...gate } = step.gate;
    return { ...step, gate };
  });
  return { ...definition, rollout: { ...rollout, steps } };
}

const isMarked = ({ passedAt, runId }: EvalGate) => passedAt !== undefined || runId !== undefined;

const nameOf = ({ dataset, subjectId, minPassRate, maxDropPoints, passedAt, runId }: EvalGate) =>
  JSON.stringify([dataset, subjectId, minPassRate, maxDropPoints, passedAt, runId]);
