import type { Handlers, recommendModel } from '@whetstone/shared/contract';
import { invalidField } from '@whetstone/shared/errors';
import type { Ctx } from '../../../../context.ts';
import { v7 as uuidv7 } from 'uuid';
import type { KeptRecommendation } from './kept.ts';
import { recommendationRepository } from './repository.ts';

type Told = Parameters<Handlers<typeof recommendModel, Ctx>['logRecommendations']>[1]['recommendations'][number];

/** Clocks differ by so much without one of them being wrong. */
const aheadMs = 5 * 60_000;

/** Nothing that is told is older than the product. */
const earliest = new Date(Date.UTC(2020, 0));

/** Keeps recommendations that were made without the cloud, each once by its id. Refuses all of them for one that cannot be. */
export const logRecommendations = (ctx: Ctx, { recommendations }: { recommendations: Told[] }) =>
  ctx.transaction(async (tx) => {
    const kept = recommendations.map((told, index) => keptOf(told, `recommendations.${index}`, tx.now));
    const fresh = await recommendationRepository.tell(tx, kept);
    // What is told twice at once is there for the first time alone.
    const firsts = kept.filter(({ id }) => fresh.delete(id));
    await recommendationRepository.insert(tx, { id: uuidv7(), kept: firsts });
    return { recorded: firsts.length };
  });

function keptOf({ recommendationId, at: said, ...told }: Told, path: string, now: Date): KeptRecommendation {
  const at = new Date(said);
  if (at.getTime() - now.getTime() > aheadMs)
    throw invalidField(`${path}.at`, `${said} lies in the future: the clock of who made it is wrong`);
  if (at < earliest) throw invalidField(`${path}.at`, `${said} is before there were recommendations`);
  const { taskType, language, complexity, repoId, taskId, userId, incumbent } = told;
  const { expectedSuccess, expectedCostUsd, incumbentSuccess, incumbentCostUsd, incumbentPropensity } = told;
  const { tableVersion, policyVersion, model, explored, propensity, plan } = told;
  return {
    id: recommendationId.toLowerCase(),
    at: at > now ? now : at,
    task: { taskType, language, complexity, repoId, taskId, userId },
    answer: {
      source: 'offline',
      tableVersion,
      policyVersion,
      model,
      incumbent,
      explored,
      propensity,
      expectedSuccess,
      expectedCostUsd,
      incumbentSuccess,
      incumbentCostUsd,
      incumbentPropensity,
      plan,
    },
    exploredExtraUsd: undefined,
    // Without the cloud nobody draws.
    trialArm: undefined,
  };
}
