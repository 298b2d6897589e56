import type { Estimate } from './estimate.ts';
import type { RescueOdds } from './rescue.ts';

/** What checks an attempt: P(accepted | wrong) and P(rejected | right). */
export interface Verifier {
  falseAccept: number;
  falseReject: number;
}

export interface PlayedStep {
  model: number;
  /** Chance that the step is taken. */
  reach: number;
  /** Given that it is taken. */
  success: number;
  costUsd: number;
}

export interface Plan {
  steps: PlayedStep[];
  success: number;
  costUsd: number;
  attempts: number;
}

/** What is wanted of a plan: at least so much success for the least cost, or the most success for at most that cost. */
export type PlanGoal = { kind: 'save'; success: number } | { kind: 'solve'; costUsd: number };

/**
 * What comes of asking one model after the other until an answer is accepted; the last one's is. Each possible history of
 * failures and of right answers that were rejected is followed on its own: reach, accept, S and C as the sums over them.
 */
export function playOut(order: readonly number[], odds: RescueOdds, { falseAccept, falseReject }: Verifier): Plan {
  let histories: History[] = [{ failed: [], rejected: [], chance: 1 }];
  const plan: Plan = { steps: [], success: 0, costUsd: 0, attempts: 0 };
  for (const [place, model] of order.entries()) {
    const isLast = place === order.length - 1;
    const step: PlayedStep = { model, reach: 0, success: 0, costUsd: 0 };
    const next: History[] = [];
    for (const { failed, rejected, chance } of histories) {
      const solved = chance * odds.solves(model, failed, rejected);
      step.reach += chance;
      step.success += solved;
      step.costUsd += chance * odds.costUsd(model, failed, rejected);
      if (isLast) continue;
      next.push({ failed: [...failed, model], rejected, chance: (chance - solved) * (1 - falseAccept) });
      if (falseReject > 0) next.push({ failed, rejected: [...rejected, model], chance: solved * falseReject });
    }
    plan.success += isLast ? step.success : step.success * (1 - falseReject);
    plan.costUsd += step.costUsd;
    plan.attempts += step.reach;
    plan.steps.push({
      ...step,
      success: step.reach > 0 ? step.success / step.reach : 0,
      costUsd: step.reach > 0 ? step.costUsd / step.reach : 0,
    });
    histories = next;
  }
  return plan;
}

interface History {
  failed: number[];
  rejected: number[];
  chance: number;
}

/** The best of all orders of two and more models by the goal; undefined where none reaches it. */
export function bestPlan(
  candidates: readonly number[],
  { odds, verifier, goal, longest, fits }: PlanSearch,
): Plan | undefined {
  let best: Plan | undefined;
  const extend = (order: readonly number[]) => {
    for (const model of candidates) {
      if (order.includes(model)) continue;
      const longer = [...order, model];
      if (longer.length >= 2) {
        const plan = playOut(longer, odds, verifier);
        if (reaches(plan, goal) && (!best || isBetter(plan, best, goal)) && plan.steps.every(fits)) best = plan;
      }
      if (longer.length < longest) extend(longer);
    }
  };
  if (longest >= 2) extend([]);
  return best;
}

export interface PlanSearch {
  odds: RescueOdds;
  verifier: Verifier;
  goal: PlanGoal;
  longest: number;
  /** Whether a step is within the caps of the task. */
  fits: (step: PlayedStep) => boolean;
}

const reaches = (plan: Plan, goal: PlanGoal) =>
  goal.kind === 'save' ? plan.success >= goal.success : plan.costUsd <= goal.costUsd;

const isBetter = (plan: Plan, than: Plan, goal: PlanGoal) =>
  goal.kind === 'save' ? plan.costUsd < than.costUsd : plan.success > than.success;

/**
 * Those worth a place: nobody else costs no more and is 3 points better. All orders of many take long, so that of more than
 * `mostCandidates` those remain that nobody beats in both, then the best.
 */
export function planCandidates(estimates: readonly Estimate[]): number[] {
  const priced = estimates.filter(({ cost }) => cost !== undefined);
  const left = priced.filter((one) => !priced.some((other) => beats(other, one, dominance)));
  if (left.length <= mostCandidates) return left.map(({ model }) => model);
  const rank = new Map(left.map((one) => [one, left.some((other) => beats(other, one, 1e-12)) ? 1 : 0]));
  const first = left.toSorted((a, b) => rank.get(a)! - rank.get(b)! || b.mean - a.mean);
  return first.slice(0, mostCandidates).map(({ model }) => model);
}

const beats = (other: Estimate, one: Estimate, by: number) =>
  other.cost!.mean <= one.cost!.mean && other.mean - one.mean >= by;

const dominance = 0.03;
const mostCandidates = 12;
