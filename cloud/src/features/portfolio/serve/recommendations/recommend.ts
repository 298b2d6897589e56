import { Prepared, type RecommendRequest } from '@whetstone/shared/contract';
import type { LoadedTable } from '../table/read-table.ts';
import type { ExplorationBudget } from './exploration-budget.ts';
import { idSource } from './ids.ts';
import type { RecommendationLog } from './log.ts';
import { preparedAnswers, type PreparedAnswer } from './prepared-answer.ts';

interface Dependencies {
  recommendations: Pick<RecommendationLog, 'add'>;
  budget: Pick<ExplorationBudget, 'allows' | 'spend'>;
  clock: () => number;
  /** Uniform on [0, 1). */
  random: () => number;
}

/**
 * Answers from a table that is at hand. Nothing of the request is looked at but what tasks are compared by, caps and the
 * check: `text` is taken and told to nobody.
 */
export function recommender({ recommendations, budget, clock, random }: Dependencies) {
  const prepared = preparedAnswers();
  const newId = idSource();

  return (projectId: string, table: LoadedTable, request: RecommendRequest): Prepared => {
    const nowMs = clock();
    const id = newId(nowMs);
    if (table.unreadable !== undefined) return refusal(table, table.unreadable, request, id);
    const { recommender: asked } = table;
    const { enabled, budgetUsdPerDay } = asked.table.settings.exploration;
    const { preview = false } = request;
    const usual = enabled || preview ? prepared(asked.recommend(request, nothingDrawn)) : undefined;
    if (preview) return new Prepared(usual!.json(id), undefined);

    const extra = usual?.dearestExtraUsd;
    const mayExplore = extra !== undefined && budget.allows(projectId, extra, budgetUsdPerDay);
    const given = prepared(asked.recommend(request, { mayExplore, random }));
    const { kept, trialArm } = given;
    if (kept) {
      const exploredExtraUsd = kept.explored && trialArm === undefined ? extraOf(given, usual) : undefined;
      if (exploredExtraUsd !== undefined) budget.spend(projectId, exploredExtraUsd);
      const { taskType, language, complexity, repoId, taskId, userId } = request;
      const task = { taskType, language, complexity, repoId, taskId, userId };
      recommendations.add(projectId, { id, at: new Date(nowMs), task, answer: kept, exploredExtraUsd, trialArm });
    }
    return new Prepared(given.json(id), undefined);
  };
}

/** The last of what may be drawn is the usual answer. */
const nothingDrawn = { mayExplore: false, random: () => 1 - Number.EPSILON };

const extraOf = (given: PreparedAnswer, usual: PreparedAnswer | undefined): number =>
  Math.max(0, (given.costUsd ?? 0) - (usual?.costUsd ?? 0));

/** No model, since nobody can tell which are allowed; the sentence says what to do. */
function refusal({ recommender: asked }: LoadedTable, reason: string, request: RecommendRequest, id: string) {
  const { answer } = asked.recommend(request, nothingDrawn);
  return new Prepared(JSON.stringify({ ...answer, reason, recommendationId: id }), undefined);
}
