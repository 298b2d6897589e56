import { examplesText } from '@whetstone/shared/feedback';
import { ageText } from '../age-text.ts';
import type { NewNonce } from '../docs/fence.ts';
import { provenanceText } from '../tool-work/shape.ts';
import type { ExamplesAnswer, FeedbackExample, FeedbackProvenance } from '../feedback-answer.ts';
import { patienceMs, type LastAnswers } from '../offline/last-answers.ts';
import { pathOf, readQuestion, type ExampleQuestion } from './example-question.ts';
import { exampleIn } from './example.ts';
import { likeQuestion, type KeptExamples } from './kept-examples.ts';

interface Dependencies {
  attempt: LastAnswers['attempt'];
  kept: KeptExamples;
  nowMs: () => number;
  newNonce: NewNonce;
}

/** What was found: as data, as a tool says it, and as a prompt has it. */
export interface FoundExamples {
  structured: ExamplesAnswer;
  text: string;
  /** Empty where there are none. */
  prompt: string;
}

export type FindExamples = (sent: unknown, signal?: AbortSignal) => Promise<FoundExamples | { refusal: string }>;

/** Asks the cloud; answers by the examples it gave before where it is away. */
export function exampleFinding({ attempt, kept, nowMs, newNonce }: Dependencies): FindExamples {
  return async (sent, signal) => {
    const question = readQuestion(sent);
    if ('problem' in question) return { refusal: question.problem };
    const before = await kept.read();
    const waitMs = before.length > 0 ? patienceMs.withSnapshot : patienceMs.without;
    const reply = await attempt(pathOf(question), waitMs, signal);
    signal?.throwIfAborted();
    if (reply.kind === 'refused' && reply.status === 400) return { refusal: reply.why };
    if (reply.kind === 'answered' && Array.isArray(reply.body['items'])) {
      const given = reply.body['items'].flatMap(exampleIn);
      await kept.keep(given, nowMs());
      return found(given, question, { source: 'cloud', ageMs: 0 });
    }
    const why = reply.kind === 'answered' ? 'The cloud answered something that is no list of examples' : reply.why;
    const like = likeQuestion(before, question, nowMs());
    const { items } = examplesText(
      like.map(({ example }) => example),
      question,
      newNonce,
    );
    if (items.length === 0) {
      const degradedReason = `${sentence(why)} No example for this was kept from before.`;
      return found([], question, { source: 'default', degradedReason });
    }
    const given = new Set(items.map(({ id }) => id));
    const confirmed = like.flatMap(({ example, confirmedAtMs }) => (given.has(example.id) ? [confirmedAtMs] : []));
    const ageMs = Math.max(0, nowMs() - Math.min(...confirmed));
    const degradedReason = `${sentence(why)} These are from what it gave before, the oldest ${ageText(ageMs)} ago.`;
    return found(items, question, { source: 'cache', ageMs, degradedReason });
  };

  function found(
    examples: readonly FeedbackExample[],
    question: ExampleQuestion,
    said: FeedbackProvenance,
  ): FoundExamples {
    const { items, text: prompt, tokens } = examplesText(examples, question, newNonce);
    const left = examples.length - items.length;
    const count = items.length === 0 ? 'no correction like this was accepted yet' : `${items.length} corrections`;
    const head = [
      `${count} · ${provenanceText(said)}`,
      left > 0 && `${left} more do not fit into ${question.tokenBudget} tokens`,
    ].filter(Boolean);
    return {
      structured: { items, tokens, ...said },
      text: [head.join('\n'), prompt].filter(Boolean).join('\n\n'),
      prompt,
    };
  }
}

const sentence = (why: string) => (/[.!?)]$/.test(why) ? why : `${why}.`);
