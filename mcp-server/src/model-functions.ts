import type { Models } from './offline/open-models.ts';
import type { ModelFunctions } from './whetstone.ts';

/** The functions of the client library that choose models, and tell what came of the choice. */
export const modelFunctions = (models: Pick<Models, 'recommend' | 'recordOutcome'>): ModelFunctions => ({
  async recommendModel(request = {}, options) {
    const answer = await models.recommend(request, asAbortSignal(options?.signal));
    if ('refusal' in answer) throw new RangeError(`recommendModel: ${answer.refusal}`);
    // A program hands it on as it is: a text in any case, and one that no model has where there is none.
    return { ...answer, model: answer.model ?? '' };
  },

  async recordOutcome(outcome) {
    const told = await models.recordOutcome(outcome);
    if ('refusal' in told) return { accepted: false, reason: `recordOutcome: ${told.refusal}` };
    return told.accepted ? { accepted: true, id: told.id } : { accepted: false, reason: told.reason };
  },
});

/** Nothing else looks like one. */
const asAbortSignal = (signal: unknown) => signal as AbortSignal | undefined;
