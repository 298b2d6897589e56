import { policyVersion, type Decision } from '@whetstone/shared/portfolio';
import type { KeptAnswer } from './kept.ts';

type Answer = Decision['answer'];

/** What is the same each time that an answer is given. */
export interface PreparedAnswer {
  json: (recommendationId: string) => string;
  /** What is kept of it; undefined where no model is recommended. */
  kept: KeptAnswer | undefined;
  trialArm: string | undefined;
  /** US dollars: what the dearest other model may cost more than this answer; undefined where no cost is known. */
  dearestExtraUsd: number | undefined;
  /** US dollars: what the answer may cost, as dear as the dearest where nobody knows; undefined as above. */
  costUsd: number | undefined;
}

/**
 * Answers with what is made of them once: a recommender gives the same object for the same question, and only the id of what
 * leaves differs.
 */
export function preparedAnswers(): (decision: Decision) => PreparedAnswer {
  const known = new WeakMap<Answer, PreparedAnswer>();
  return (decision) => {
    const { answer } = decision;
    let prepared = known.get(answer);
    if (!prepared) {
      prepared = prepare(decision);
      known.set(answer, prepared);
    }
    return prepared;
  };
}

function prepare(decision: Decision): PreparedAnswer {
  const { answer } = decision;
  const rest = JSON.stringify(answer).slice(1);
  const costs = [answer.estimatedCost, ...answer.alternatives.map(({ estimatedCost }) => estimatedCost)];
  const known = costs.filter((cost) => cost !== null);
  const dearest = known.length === 0 ? undefined : Math.max(...known);
  const costUsd = answer.estimatedCost ?? dearest;
  return {
    json: (recommendationId) => `{"recommendationId":"${recommendationId}",${rest}`,
    kept: keptOf(decision),
    trialArm: decision.trialArm,
    dearestExtraUsd: dearest === undefined || costUsd === undefined ? undefined : dearest - costUsd,
    costUsd,
  };
}

function keptOf({ answer, incumbentPropensity }: Decision): KeptAnswer | undefined {
  const { model, incumbent, explored, propensity, tableVersion, plan } = answer;
  if (model === null) return undefined;
  return {
    source: 'cloud',
    tableVersion,
    policyVersion,
    model,
    incumbent: incumbent?.model,
    explored,
    propensity,
    expectedSuccess: answer.estimatedSuccessRate ?? undefined,
    expectedCostUsd: answer.estimatedCost ?? undefined,
    incumbentSuccess: incumbent?.estimatedSuccessRate ?? undefined,
    incumbentCostUsd: incumbent?.estimatedCost ?? undefined,
    incumbentPropensity,
    plan: plan.map((step) => step.model),
  };
}
