import type { Verify } from '../contract/portfolio/index.ts';
import type { PortfolioSettings } from '../contract/portfolio/models.ts';
import type { CompiledTable, Kind } from './compiled.ts';
import type { Estimate } from './estimate.ts';
import { applyFilters, type Filtered, type Pin } from './filters.ts';
import { bestPlan, planCandidates, type Plan, type PlanGoal, type Verifier } from './plan.ts';
import { rescueKey, rescueOdds } from './rescue.ts';
import type { TaskRequest } from './recommender.ts';
import type { TableRescue } from './table.ts';
import { tieOf, type Tie } from './tie.ts';

/** Everything that an answer is made of; nothing of it depends on chance. */
export interface Situation {
  ids: readonly string[];
  kind: Kind;
  margin: number;
  filters: Filtered['applied'];
  pin: Pin | undefined;
  trial: Arms | undefined;
  eligible: Estimate[];
  incumbent: Estimate | undefined;
  tie: Tie;
  /** One model alone: the cheapest of the tied. */
  pick: Estimate;
  plan: Plan | undefined;
  verifier: Verifier | undefined;
  /** What is asked first when nothing is drawn: the plan's first, or the pick. */
  usual: Estimate;
}

/** A trial in which both may be drawn for the task. */
interface Arms {
  challenger: string;
  incumbent: string;
  share: number;
}

export type RescueIndex = ReadonlyMap<string, TableRescue>;

export const indexRescues = (rescues: readonly TableRescue[]): RescueIndex =>
  new Map(rescues.map((rescue) => [rescueKey(rescue.failed, rescue.model), rescue]));

/** @returns a sentence where no model is left, and the filters that were applied. */
export function decide(
  compiled: CompiledTable,
  rescues: RescueIndex,
  { kind, request, pin, estimates }: { kind: Kind; request: TaskRequest; pin: Pin | undefined; estimates: Estimate[] },
): Situation | (Filtered & { emptied: string }) {
  const { ids, indexOf, table } = compiled;
  const { settings } = table;
  const filtered = applyFilters(compiled, estimates, request, pin);
  const { emptied } = filtered;
  if (emptied !== undefined) return { ...filtered, emptied };
  const eligible = filtered.left;
  const tie = tieOf(eligible, settings.margin);
  const pick = tie.tied[0]!;
  const incumbent = settings.incumbent === null ? undefined : estimates[indexOf.get(settings.incumbent)!];
  const verifier = verifierFor(settings, request.verify);
  const plan =
    verifier && !pin
      ? planFor({ settings, estimates, eligible, rescues, tie, pick, incumbent, verifier, request })
      : undefined;
  const { trial } = settings;
  const isLeft = (id: string) => eligible.some(({ model }) => ids[model] === id);
  return {
    ids,
    kind,
    margin: settings.margin,
    filters: filtered.applied,
    pin,
    trial: table.trialRuns && trial && !pin && isLeft(trial.challenger) && isLeft(trial.incumbent) ? trial : undefined,
    eligible,
    incumbent,
    tie,
    pick,
    plan,
    verifier: plan && verifier,
    usual: plan ? estimates[plan.steps[0]!.model]! : pick,
  };
}

/** Undefined where nothing is checked, or so badly that escalating would save nothing. */
function verifierFor({ verifiers }: PortfolioSettings, verify: Verify | undefined): Verifier | undefined {
  if (verify === undefined || verify === 'none') return undefined;
  const verifier = verifiers[verify];
  return verifier.falseAccept > weakest ? undefined : verifier;
}

interface Planning {
  settings: PortfolioSettings;
  estimates: Estimate[];
  eligible: Estimate[];
  rescues: RescueIndex;
  tie: Tie;
  pick: Estimate;
  incumbent: Estimate | undefined;
  verifier: Verifier;
  request: TaskRequest;
}

/** A plan only where it beats one model alone: as good as the best for less, or better within the cost that was set. */
function planFor({ settings, estimates, eligible, rescues, tie, pick, incumbent, verifier, request }: Planning) {
  const best = tie.best;
  const reference = incumbent?.cost ?? best.cost;
  if (!pick.cost || !reference) return undefined;
  const goal: PlanGoal =
    settings.goal === 'save'
      ? { kind: 'save', success: best.mean }
      : { kind: 'solve', costUsd: settings.solveCostShare * reference.mean };
  const plan = bestPlan(planCandidates(eligible), {
    odds: rescueOdds(rescues, estimates),
    verifier,
    goal,
    longest: settings.planLength,
    // Tasks that others failed cost more, and the cap holds for each attempt.
    fits: ({ model, costUsd }) => {
      const { cost } = estimates[model]!;
      if (request.maxCost === undefined) return true;
      return cost !== undefined && cost.p90 * Math.max(1, costUsd / cost.mean) <= request.maxCost;
    },
  });
  if (!plan) return undefined;
  const beats = goal.kind === 'save' ? plan.costUsd < pick.cost.mean : plan.success > pick.mean;
  return beats ? plan : undefined;
}

const weakest = 0.2;
