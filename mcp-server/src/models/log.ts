import type { RecommendationLog } from '@whetstone/shared/contract';
import { policyVersion, type Decision } from '@whetstone/shared/portfolio';
import type { ModelRequest } from '../model-answer.ts';

export interface RecommendationRecord {
  recommendations: [RecommendationLog];
}

interface Made {
  request: ModelRequest;
  recommendationId: string;
  /** ISO-8601. */
  at: string;
  answer: Decision['answer'] & { model: string };
  incumbentPropensity: number | undefined;
}

/** What is remembered of an answer that the cloud has not made: the body of `POST /api/portfolio/recommendations`. */
export function logOf({ request, recommendationId, at, answer, incumbentPropensity }: Made): RecommendationRecord {
  const { taskType, language, complexity, repoId, taskId, userId } = request;
  const { incumbent, plan, estimatedSuccessRate, estimatedCost } = answer;
  const one = {
    recommendationId,
    at,
    tableVersion: answer.tableVersion,
    policyVersion,
    taskType,
    language,
    complexity,
    repoId,
    taskId,
    userId,
    model: answer.model,
    incumbent: incumbent?.model,
    explored: answer.explored,
    propensity: answer.propensity,
    expectedSuccess: estimatedSuccessRate ?? undefined,
    expectedCostUsd: estimatedCost ?? undefined,
    incumbentSuccess: incumbent?.estimatedSuccessRate ?? undefined,
    incumbentCostUsd: incumbent?.estimatedCost ?? undefined,
    incumbentPropensity,
    plan: plan.map(({ model }) => model),
  };
  return { recommendations: [one] };
}
