import { nextSolved, rateInterval, type Rate } from './beta.ts';
import type { Situation } from './decide.ts';
import type { Estimate } from './estimate.ts';
import type { Filtered } from './filters.ts';
import type { Plan } from './plan.ts';
import { adviceFor, priceWhatIf, reasonFor, whyNot, type Chosen } from './reason.ts';
import type { Decision } from './recommender.ts';
import type { RoutingTable } from './table.ts';
import { byCost, chanceNoneBetter } from './tie.ts';

type Answer = Decision['answer'];

/** What every answer of a table says of it. */
export const aboutTable = ({ settings, version, dataAt }: RoutingTable, method: string) => ({
  margin: settings.margin,
  method,
  tableVersion: version,
  dataAt: dataAt ?? null,
});

type AboutTable = ReturnType<typeof aboutTable>;

/** The answer with everything that it rests on. */
export function receiptFor(
  situation: Situation,
  one: Estimate,
  { chosen, propensity, about }: { chosen: Chosen; propensity: number; about: AboutTable },
): Answer {
  const { ids, eligible, tie, incumbent, usual, margin, verifier } = situation;
  const plan = chosen === 'usual' ? situation.plan : undefined;
  const isOwn = one.level !== 'none' && one.level !== 'evals' && one.level !== 'pool';
  const others = inOrder(situation, one);
  const success = plan?.success ?? one.mean;
  const cost = plan?.costUsd ?? one.cost?.mean;
  const incumbentCost = incumbent?.cost?.mean;
  return {
    ...about,
    model: ids[one.model]!,
    confidence: share(chanceNoneBetter(plan ? rateOf(plan, eligible) : one, eligible, margin)),
    estimatedCost: cost ?? null,
    estimatedTimeMs: plan ? timeOf(plan, eligible) : (one.time?.mean ?? null),
    costPerSolvedUsd: cost === undefined || success <= 0 ? null : cost / success,
    estimatedSuccessRate: share(success),
    reason: `${reasonFor(situation, one, plan, chosen)}.`,
    interval: rateInterval(one),
    n: isOwn ? Math.round(one.n) : 0,
    evidence: {
      level: one.level,
      solved: Math.round(one.solved),
      n: Math.round(one.n),
      pooledShare: share(one.pooledShare),
      next10: nextSolved(one),
    },
    plan: plan && verifier ? stepsOf(situation, plan) : [],
    planOdds:
      plan && verifier
        ? { success: share(plan.success), costUsd: plan.costUsd, attempts: plan.attempts, ...verifier }
        : null,
    tieSet: tie.tied.map(({ model }) => ids[model]!),
    runnerUp: others[0] ? ids[others[0].model]! : null,
    alternatives: others.map((other) => ({
      model: ids[other.model]!,
      estimatedSuccessRate: share(other.mean),
      interval: rateInterval(other),
      n: other.level === 'none' || other.level === 'evals' || other.level === 'pool' ? 0 : Math.round(other.n),
      estimatedCost: other.cost?.mean ?? null,
      estimatedTimeMs: other.time?.mean ?? null,
      tied: tie.tied.includes(other),
      whyNot: whyNot(situation, other, one),
    })),
    incumbent: incumbent
      ? {
          model: ids[incumbent.model]!,
          estimatedCost: incumbentCost ?? null,
          estimatedSuccessRate: share(incumbent.mean),
        }
      : null,
    savingShare: cost === undefined || !incumbentCost ? null : 1 - cost / incumbentCost,
    filters: situation.filters,
    pinned: situation.pin !== undefined,
    explored: one !== usual,
    propensity: share(propensity),
    advice: adviceFor(situation),
    priceWhatIf: priceWhatIf(situation, plan),
  };
}

/** Where nothing is left: which filter it was, and what would have to change. */
export const emptyReceipt = (
  { applied, emptied }: Filtered & { emptied: string },
  pinned: boolean,
  about: AboutTable,
): Answer => ({
  ...about,
  model: null,
  confidence: 0,
  estimatedCost: null,
  estimatedTimeMs: null,
  costPerSolvedUsd: null,
  estimatedSuccessRate: null,
  reason: emptied,
  interval: null,
  n: 0,
  evidence: null,
  plan: [],
  planOdds: null,
  tieSet: [],
  runnerUp: null,
  alternatives: [],
  incumbent: null,
  savingShare: null,
  filters: applied,
  pinned,
  explored: false,
  propensity: 0,
  advice: null,
  priceWhatIf: null,
});

/** The tied first, cheapest first; then by what they are expected to solve. */
function inOrder({ eligible, tie }: Situation, one: Estimate): Estimate[] {
  const rest = eligible.filter((other) => !tie.tied.includes(other));
  return [...tie.tied, ...rest.toSorted((a, b) => b.mean - a.mean || byCost(a, b))].filter((other) => other !== one);
}

const stepsOf = ({ ids }: Situation, { steps }: Plan): Answer['plan'] =>
  steps.map(({ model, success, costUsd }, place) => ({
    model: ids[model]!,
    when:
      place === 0
        ? 'first'
        : `when the check fails ${steps
            .slice(0, place)
            .map((step) => ids[step.model])
            .join(' and ')}`,
    expectedSuccess: share(success),
    expectedCostUsd: costUsd,
  }));

/** Of the plan as a whole: as sure as the least known of its models. */
const rateOf = ({ success, steps }: Plan, estimates: readonly Estimate[]): Rate => ({
  mean: Math.min(nearlyOne, Math.max(1 - nearlyOne, success)),
  weight: Math.min(
    ...estimates.filter(({ model }) => steps.some((step) => step.model === model)).map(({ weight }) => weight),
  ),
});

const nearlyOne = 1 - 1e-9;

function timeOf({ steps }: Plan, estimates: readonly Estimate[]): number | null {
  let total = 0;
  for (const { model, reach } of steps) {
    const time = estimates.find((one) => one.model === model)?.time;
    if (!time) return null;
    total += reach * time.mean;
  }
  return total;
}

/** Sums of roundings may leave the unit interval by a bit. */
const share = (value: number) => Math.min(1, Math.max(0, value));
