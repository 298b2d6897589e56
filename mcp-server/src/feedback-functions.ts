import type { FeedbackExamples, GuidanceAnswer } from './feedback-answer.ts';
import type { FoundExamples } from './feedback/examples.ts';
import type { Feedback } from './offline/open-feedback.ts';
import type { FeedbackFunctions } from './whetstone.ts';

/** The functions of the client library about what people made of agents' work, and what was learned from it. */
export const feedbackFunctions = (feedback: Feedback): FeedbackFunctions => ({
  async captureFeedback(correction) {
    const told = await (await feedback()).capture(correction);
    if ('refusal' in told) return { accepted: false, reason: `captureFeedback: ${told.refusal}` };
    return told.accepted ? { accepted: true, id: told.id } : { accepted: false, reason: told.reason };
  },

  async getFeedbackExamples(request = {}, options) {
    const found = await (await feedback()).examples(request, asAbortSignal(options?.signal));
    if ('refusal' in found) throw new RangeError(`getFeedbackExamples: ${found.refusal}`);
    return printable(found);
  },

  async getGuidance(request = {}, options) {
    const answer = await (await feedback()).guidance.give(request, asAbortSignal(options?.signal));
    if ('refusal' in answer) throw new RangeError(`getGuidance: ${answer.refusal}`);
    return withText(answer);
  },
});

/** A list to go through, and a text where one is wanted; neither member is in the way of who copies or serialises it. */
const printable = ({ structured, prompt }: FoundExamples) =>
  Object.defineProperties([...structured.items], {
    answer: { value: structured },
    toString: { value: () => prompt },
  }) as unknown as FeedbackExamples;

const withText = (answer: GuidanceAnswer) =>
  Object.defineProperty({ ...answer }, 'toString', { value: () => answer.text });

/** Nothing else looks like one. */
const asAbortSignal = (signal: unknown) => signal as AbortSignal | undefined;
