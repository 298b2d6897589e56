import { loadDataset } from '../../evals/src/index.ts';
import { createClient } from '@whetstone/shared/client';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import { setTimeout as delay } from 'node:timers/promises';
import { mistakes, weakenedAnswers, type MistakenProblem } from '../../cloud/src/features/evals/seed/mistakes.ts';
import { startOpenAiStandIn, type ChatRequest } from '../../test/support/openai-stand-in.ts';
import { startServer } from '../../test/support/server.ts';

/** Models of the stand-in, with what each gets wrong and how long its answers are: what makes them dear. */
const models: Record<string, { mistaken: readonly MistakenProblem[]; outputTokens: number }> = {
  'stand-in-large': { mistaken: ['python-semver-order'], outputTokens: 2_400 },
  'stand-in-medium': { mistaken: ['python-semver-order', 'typescript-slug', 'python-split-bill'], outputTokens: 620 },
  'stand-in-small': { mistaken: (Object.keys(mistakes) as MistakenProblem[]).slice(0, 9), outputTokens: 140 },
};

/**
 * A server with the sample runs of a new installation, further runs against a stand-in for a model endpoint.
 * What pages show of it was measured; whom is made up, and their names say so.
 */
export async function startMeasuredServer() {
  const starter = await loadDataset('starter', { datasetsDir: '' });
  const answers = new Map(
    Object.entries(models).map(([model, { mistaken }]) => [
      model,
      new Map(weakenedAnswers(starter, mistaken).map(({ task_id, solution }) => [task_id, solution])),
    ]),
  );
  const standIn = await startOpenAiStandIn({
    answer: ({ model, messages }: ChatRequest) => {
      const asked = messages.map(({ content }) => content).join('\n');
      const problem = starter.problems.find(({ prompt }) => asked.includes(prompt.trim()))!;
      return {
        problemId: problem.id,
        text: `\`\`\`\n${answers.get(model)?.get(problem.id) ?? ''}\n\`\`\``,
        usage: usageOf(models[model]!.outputTokens),
      };
    },
    latencyMs: 60,
  });
  const server = await startServer({
    env: {
      WHETSTONE_SEED: 'demo',
      OPENAI_API_KEY: 'sk-fake-for-pictures',
      OPENAI_BASE_URL: standIn.baseUrl,
      WHETSTONE_MODEL_PRICE: '0.5/1.5',
    },
  });
  const client = createClient({ baseUrl: server.url, apiKey: server.adminKey() });
  const ended = async (runId: string) => {
    for (;;) {
      const { run } = await client.getEvalResults({ runId, limit: 1 });
      if (run.status !== 'queued' && run.status !== 'running') return run;
      await delay(200);
    }
  };
  const run = async (request: EvalRunRequest) => ended((await client.startEvalRun(request)).runId);

  await seeded(client);
  for (const model of Object.keys(models)) {
    await run({ dataset: 'starter', subject: { kind: 'model', model }, samplesPerProblem: 2 });
  }
  await run({ dataset: 'starter', subject: { kind: 'model', model: 'stand-in-medium' }, samplesPerProblem: 2 });
  return {
    server,
    client,
    stop: async () => {
      await server.stop();
      await standIn.stop();
    },
  };
}

const usageOf = (outputTokens: number) => ({
  prompt_tokens: 300,
  completion_tokens: outputTokens,
  total_tokens: 300 + outputTokens,
});

/** The sample runs, the last of which raises suspicion of a regression. */
async function seeded(client: ReturnType<typeof createClient>) {
  for (;;) {
    const { items } = await client.listEvalRuns({ limit: 50 });
    const samples = items.filter(({ purpose }) => purpose === 'seed');
    if (samples.length >= 6 && items.every(({ status }) => status !== 'queued' && status !== 'running')) return;
    await delay(500);
  }
}
