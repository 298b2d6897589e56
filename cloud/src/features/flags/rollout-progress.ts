import type { EvaluationContext, Flag, RolloutPlan, RolloutProgress } from '@whetstone/shared/contract';
import { compileRuleset, evaluate, isFirstClass, type CompiledRuleset } from '@whetstone/shared/flags';
import type { LookAtMany } from './look-at-many.ts';
import { coverageAt, resumed, stepsTaken, withSplits } from './rollout-plan.ts';

type Planned = Flag & { rollout: RolloutPlan };

interface Known {
  contexts: readonly EvaluationContext[];
  lookAtMany: LookAtMany;
}

/** Of those who enter next, so many are named. */
const maxNamed = 100;
/** No variant can have this name. */
const outside = '\0outside';

/**
 * How far a plan is, by the clock and by the known units, the most recent first. Who is in, and who will be, says the
 * evaluator: it is asked about the flag with a mark in the place of what its split serves outside the coverage.
 */
export async function rolloutProgress(
  flag: Planned,
  ruleset: CompiledRuleset,
  known: Known,
  nowMs: number,
): Promise<RolloutProgress> {
  const { rule } = flag.rollout;
  const taken = stepsTaken(flag.rollout, nowMs);
  const isPaused = flag.rollout.pausedAt !== undefined;
  const going = { ...flag, ...resumed(flag, nowMs) };
  const next = going.rollout.steps[taken];

  const isIn = placing(flag, ruleset);
  const willBeIn = next && placing(withOpenGate(going, taken), ruleset);
  // What is written for a time that has passed, and waits at a gate, comes now at the earliest.
  const nextMs = next ? Math.max(Date.parse(next.at), nowMs) : nowMs;
  const entering: Person[] = [];
  let units = 0;
  let of = 0;
  await known.lookAtMany(distinct(known.contexts, flag, nowMs), (person) => {
    const { context } = person;
    const place = isIn(context, nowMs);
    if (place !== undefined) of++;
    if (place === true) units++;
    else if (willBeIn?.(context, nextMs) === true) entering.push(person);
  });

  return {
    key: flag.key,
    ...(rule !== undefined && { rule }),
    steps: flag.rollout.steps.map((step, i) => ({
      ...step,
      state: stateOf(i, taken, { isPaused, isDue: Date.parse(step.at) <= nowMs }),
    })),
    paused: isPaused,
    plannedPercent: coverageAt(flag, nowMs),
    reached: { units, of, percent: of === 0 ? 0 : Math.round((units / of) * 10_000) / 100 },
    next: next
      ? {
          at: next.at,
          coverage: next.coverage,
          units: entering.slice(0, maxNamed).map(({ unit, context: { userId, repoId } }) => ({
            unit,
            ...(userId !== undefined && { userId }),
            ...(repoId !== undefined && { repoId }),
          })),
          count: entering.length,
        }
      : null,
  };
}

function stateOf(i: number, taken: number, { isPaused, isDue }: { isPaused: boolean; isDue: boolean }) {
  if (i < taken) return i === taken - 1 ? 'current' : 'done';
  if (isPaused) return 'held';
  if (isDue) return 'waiting';
  return i === taken ? 'next' : 'planned';
}

/** As it would be if the gate of this step were not there. */
function withOpenGate(flag: Planned, index: number): Planned {
  const { steps } = flag.rollout;
  const open = ({ at, coverage }: RolloutPlan['steps'][number]) => ({ at, coverage });
  return { ...flag, rollout: { ...flag.rollout, steps: steps.map((step, i) => (i === index ? open(step) : step)) } };
}

/** Whether the coverage lets somebody in; undefined when it is not this split that decides. */
function placing(flag: Planned, ruleset: CompiledRuleset) {
  const { rule } = flag.rollout;
  const marked = withSplits({ ...flag, variants: { ...flag.variants, [outside]: null } }, rule, (split) => ({
    ...split,
    otherwise: outside,
  }));
  const probe = compileRuleset({ revision: ruleset.revision, flags: [marked] })?.flags.get(flag.key);
  if (!probe) throw new Error(`the flag ${flag.key} cannot be compiled`);
  const probed = { ...ruleset, flags: new Map(ruleset.flags).set(flag.key, probe) };
  return (context: EvaluationContext, nowMs: number) => {
    const answer = evaluate(probed, flag.key, context, { nowMs });
    return answer?.reason === 'SPLIT' && answer.ruleId === rule ? answer.variant !== outside : undefined;
  };
}

interface Person {
  unit: string;
  context: EvaluationContext;
}

/** Each unit of the plan's split once. */
function distinct(known: readonly EvaluationContext[], flag: Planned, nowMs: number): Person[] {
  const by = unitAttribute(flag, nowMs);
  const units = new Map<string, EvaluationContext>();
  for (const context of known) {
    const unit = isFirstClass(by) ? context[by] : context.attributes?.[by];
    if (typeof unit === 'string' && !units.has(unit)) units.set(unit, context);
  }
  return [...units].map(([unit, context]) => ({ unit, context }));
}

/** The attribute that the plan's split goes by; a scheduled change may have brought another one. */
function unitAttribute(flag: Planned, nowMs: number): string {
  let by = 'userId';
  withSplits(flag, flag.rollout.rule, (split) => ((by = split.by ?? 'userId'), split), nowMs);
  return by === 'targetingKey' ? 'userId' : by;
}
