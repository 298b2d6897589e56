import type { createClient } from '@whetstone/shared/client';
import { seededRandom } from '@whetstone/shared/stats';
import { setTimeout as delay } from 'node:timers/promises';

type Client = ReturnType<typeof createClient>;

/** Models that are made up, as their names say: how often each solves a task, and what an attempt of it costs. */
const models = [
  { model: 'sample/large', rate: 0.86, costUsd: 0.42, timeMs: 64_000 },
  { model: 'sample/medium', rate: 0.84, costUsd: 0.11, timeMs: 38_000 },
  { model: 'sample/small', rate: 0.62, costUsd: 0.018, timeMs: 21_000 },
  // Nobody told what it costs, and no price is known.
  { model: 'sample/unpriced', rate: 0.4, costUsd: undefined, timeMs: 30_000 },
];

const kinds = [
  { taskType: 'refactor', language: 'typescript', complexity: 'high', repoId: 'sample/shop', harder: 0.08, tasks: 60 },
  { taskType: 'refactor', language: 'typescript', complexity: 'low', repoId: 'sample/shop', harder: 0, tasks: 60 },
  { taskType: 'bugfix', language: 'python', complexity: 'medium', repoId: 'sample/api', harder: 0.04, tasks: 60 },
];

export const sampleIncumbent = 'sample/large';

/** Sample inputs: attempts at tasks, the first by each model in turn, after a failure by the next one. */
function sampleOutcomes(seed: number) {
  const random = seededRandom(seed);
  return kinds.flatMap(({ harder, tasks, ...kind }) =>
    Array.from({ length: tasks }).flatMap((_, task) => {
      const first = task % models.length;
      const taskId = `sample ${kind.taskType} ${kind.complexity} ${task}`;
      const outcomes = [];
      for (let attempt = 1; attempt <= 2; attempt++) {
        const { model, rate, costUsd, timeMs } = models[(first + attempt - 1) % models.length]!;
        const isSolved = random() < rate - harder - (attempt - 1) * 0.3;
        outcomes.push({
          ...kind,
          taskId,
          attempt,
          model,
          outcome: isSolved ? ('solved' as const) : ('failed' as const),
          timeMs: Math.round(timeMs * (0.6 + random())),
          ...(costUsd !== undefined && { costUsd: Number((costUsd * (0.6 + random())).toPrecision(3)) }),
        });
        if (isSolved) break;
      }
      return outcomes;
    }),
  );
}

/** Sends them, and waits until the server has learned from them all. */
export async function sendSampleOutcomes(client: Client) {
  const outcomes = sampleOutcomes(7);
  await client.recordOutcomes({ outcomes });
  // After a failure somebody is asked, which tells of rescues and not of cells.
  const tries = outcomes.filter(({ attempt }) => attempt === 1).length;
  await until(async () => {
    const { cells } = await client.getPortfolioReport({});
    return cells.filter(({ level }) => level === 'global').reduce((sum, { n }) => sum + n, 0) === tries;
  });
}

/** Asks what to use for so many further tasks and tells what came of it: what a report of savings is made of. */
export async function followRecommendations(client: Client, tasks: number, exploredShare = 0) {
  const random = seededRandom(11);
  const { settings, version } = await client.getPortfolioModels({});
  const exploration = { enabled: exploredShare > 0, share: exploredShare, budgetUsdPerDay: 100 };
  await client.putPortfolioModels({ settings: { ...settings, incumbent: sampleIncumbent, exploration }, version });
  for (let task = 0; task < tasks; task++) {
    const { harder, tasks: _, ...kind } = kinds[task % kinds.length]!;
    const taskId = `sample followed ${task}`;
    const { model, recommendationId } = await client.recommendModel({ ...kind, taskId });
    const used = models.find((each) => each.model === model)!;
    await client.recordOutcome({
      ...kind,
      taskId,
      attempt: 1,
      model: used.model,
      recommendationId,
      outcome: random() < used.rate - harder ? 'solved' : 'failed',
      timeMs: used.timeMs,
      ...(used.costUsd !== undefined && { costUsd: used.costUsd }),
    });
  }
  await until(async () => (await client.getPortfolioReport({})).recommendations.applied === tasks);
}

async function until(isSo: () => Promise<boolean>) {
  for (let left = 300; left > 0; left--) {
    if (await isSo()) return;
    await delay(200);
  }
  throw new Error('the server did not count the sample outcomes within a minute');
}
