import { seededRandom } from '@whetstone/shared/stats';
import { startOpenAiStandIn, type ChatRequest } from './openai-stand-in.ts';

/** A problem of which the stand-in knows a right and a typical wrong answer. */
export interface GuidedProblem {
  id: string;
  /** Stands in its prompt, and in that of no other. */
  mark: string;
  right: string;
  wrong: string;
}

export interface Lesson {
  /** The text of a rule; it is followed where the prompt has it, word for word. */
  rule: string;
  /** Whether who follows it answers right. */
  helps: boolean;
  /** Default: all problems. */
  problems?: readonly string[];
}

interface Options {
  problems: readonly GuidedProblem[];
  lessons: readonly Lesson[];
  /** Share of answers that are right without any lesson. */
  base?: number;
  /** Share of answers that follow a lesson that is there. */
  obedience?: number;
  seed?: number;
  apiKey?: string;
}

/**
 * Speaks OpenAI's protocol and really reads what it is told: an answer depends on whether the prompt has the text of a rule, and on
 * a seed, never on which version somebody says they test. The n-th answer to a problem is the same in every run.
 *
 * It proves that guidance reaches the prompt, and what the gate makes of a model that follows or ignores it. It does not prove that
 * any real model follows rules, or how often.
 */
export function startGuidedModel({ problems, lessons, base = 0.3, obedience = 0.9, seed = 1, apiKey }: Options) {
  const asked = new Map<string, number>();
  return startOpenAiStandIn({
    ...(apiKey !== undefined && { apiKey }),
    answer(request) {
      const text = textOf(request);
      const problem = problems.find(({ mark }) => text.includes(mark));
      if (!problem) return { problemId: 'unknown', text: wordedRules(text) ?? 'I do not know this problem.' };
      const told = lessons.filter(
        ({ rule, problems: of }) => text.includes(rule) && (of === undefined || of.includes(problem.id)),
      );
      const key = `${problem.id} ${told.map(({ rule }) => rule).join(' ')}`;
      const ordinal = asked.get(key) ?? 0;
      asked.set(key, ordinal + 1);
      // The same luck with a lesson as without: what differs between two runs is what the lesson does.
      const random = seededRandom(hash(`${seed} ${problem.id} ${ordinal}`));
      const isRightAlone = random() < base;
      const follows = random() < obedience;
      const lesson = follows ? told.at(-1) : undefined;
      const isRight = lesson ? lesson.helps : isRightAlone;
      return { problemId: problem.id, text: isRight ? problem.right : problem.wrong };
    },
  });
}

const textOf = ({ messages }: ChatRequest) => messages.map(({ content }) => content).join('\n');

/** Asked to word rules, it gives each back as a sentence. */
function wordedRules(text: string): string | undefined {
  const list = /\[".*"\]\s*$/s.exec(text)?.[0];
  if (list === undefined) return undefined;
  const rules = JSON.parse(list) as string[];
  return JSON.stringify(rules.map((rule) => `Always: ${rule}`));
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ char.codePointAt(0)!, 0x01000193);
  return value >>> 0;
}
