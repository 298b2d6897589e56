import { loadDataset, type Dataset, type Problem } from '../../../evals/src/index.ts';
import { startOpenAiStandIn, type StandInOptions } from '../../support/openai-stand-in.ts';

/** Fake, as all keys of tests. */
const apiKey = 'sk-fake-of-a-drill';

const starter = await loadDataset('starter', { datasetsDir: '' });

/** Those that are graded within the server itself where it has no jail: the quickest. */
export const scriptProblems = starter.problems.map(({ id }) => id).filter((id) => id.startsWith('typescript-'));

/** A model endpoint that gives the reference answers of the starter set, and to every so manieth problem none that passes. */
export async function startScriptedModel({
  wrongEvery = 4,
  latencyMs = 100,
  fault,
}: { wrongEvery?: number; latencyMs?: number } & Pick<StandInOptions, 'fault'> = {}) {
  const isWrong = (place: number) => place % wrongEvery === 0;
  const standIn = await startOpenAiStandIn({
    apiKey,
    latencyMs,
    ...(fault && { fault }),
    answer: ({ messages }) => {
      const place = starter.problems.findIndex(({ prompt }) => messages[0]!.content.includes(prompt.trim()));
      const problem = starter.problems[place]!;
      const code = isWrong(place) ? 'pass' : referenceOf(problem);
      return { problemId: problem.id, text: `\`\`\`\n${code}\n\`\`\`` };
    },
  });
  return {
    ...standIn,
    /** Whether its answers to the problem do not pass. */
    isWrong: (problemId: string) => isWrong(starter.problems.findIndex(({ id }) => id === problemId)),
    env: { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: standIn.baseUrl },
    config: { apiKey, baseUrl: standIn.baseUrl },
  };
}

const referenceOf = (problem: Problem) => (problem.kind === 'function' ? (problem.reference ?? '') : '');

/** What somebody recorded: the reference answers, of which the first so many are cut down to nothing. */
export const recordedAnswers = ({ problems }: Dataset, weakened: number) => ({
  kind: 'samples' as const,
  label: 'recorded answers, weakened by hand',
  samples: problems.map((problem, place) => ({
    task_id: problem.id,
    solution: place < weakened ? '' : referenceOf(problem),
  })),
});
