import { seededRandom } from '@whetstone/shared/stats';

interface Shape {
  tasks: number;
  seed: number;
  /** Chance that a model tried a task. */
  tried?: number;
  /** Whether costs are told. */
  isPriced?: boolean;
  /** Chance that a model solves a task of a language. */
  chance: (model: string, language: string) => number;
}

export const routingModels = ['dear', 'twin', 'small', 'weak'] as const;
const costs = { dear: 1, twin: 0.4, small: 0.1, weak: 0.05 };
const languages = ['python', 'typescript'] as const;

/** Rows of made-up outcomes, as a file of them has them. */
export function routingRows({ tasks, seed, tried = 1, isPriced = true, chance }: Shape) {
  const random = seededRandom(seed);
  return Array.from({ length: tasks }, (_, task) => {
    const language = languages[task % 2]!;
    return routingModels.flatMap((model) => {
      const [isTried, solved, cost] = [random() < tried, random() < chance(model, language), 0.5 + random()];
      if (!isTried) return [];
      return [
        {
          task_id: `t${task}`,
          model,
          success: Number(solved),
          cost_usd: isPriced ? costs[model] * cost : null,
          time_ms: null,
          language,
          task_type: 'bugfix',
          repo: `r${task % 5}`,
        },
      ];
    });
  }).flat();
}

export const jsonLines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** As files are read. */
export const contentOf = (text: string) => ({ path: 'outcomes.jsonl', sha256: '', text });
