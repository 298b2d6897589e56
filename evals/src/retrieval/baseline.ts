import { basename } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import { pairedBootstrap, type Interval } from '@whetstone/shared/stats';
import { z } from 'zod';
import type { FileContent } from '../datasets/read-rows.ts';
import type { Measures } from './measures.ts';
import type { ScoredQuery } from './score.ts';

const share = z.number().min(0).max(1);

const Baseline = z.object({
  queries: z.array(z.object({ id: z.string(), query: z.string(), recallAt5: share, mrrAt10: share, ndcgAt10: share })),
});
export type Baseline = z.infer<typeof Baseline>;

export interface Difference {
  mean: number;
  interval: Interval | null;
}

export type Differences = {
  /** Queries that both have. */
  queries: number;
  /** Ids that only one of them has. */
  unpaired: string[];
} & Record<keyof Measures, Difference>;

/** What `--json` has written. */
export function baselineIn({ path, text }: FileContent): Baseline {
  try {
    return Baseline.parse(JSON.parse(text));
  } catch (cause) {
    throw new WhetstoneError('invalid', `${basename(path)}: not what whetstone-evals retrieval --json has written`, {
      cause,
    });
  }
}

/** How much better each measure is than in the baseline, query by query; 95 % by the paired bootstrap. */
export function differencesFrom({ queries: before }: Baseline, now: readonly ScoredQuery[]): Differences {
  const byId = new Map(before.map((one) => [one.id, one]));
  const paired = now.flatMap((one) => {
    const known = byId.get(one.id);
    if (!known) return [];
    if (known.query !== one.query)
      throw new WhetstoneError('conflict', `--baseline: query ${one.id} was another one there: ${known.query}`);
    return [[one, known] as const];
  });
  if (paired.length === 0) throw new WhetstoneError('conflict', '--baseline: has none of these queries');
  const both = new Set(paired.map(([{ id }]) => id));
  const difference = (measure: keyof Measures): Difference => {
    const each = paired.map(([one, known]) => one[measure] - known[measure]);
    return {
      mean: each.reduce((sum, value) => sum + value, 0) / each.length,
      interval: pairedBootstrap(each, { draws: 10_000 })?.interval ?? null,
    };
  };
  return {
    queries: paired.length,
    unpaired: [...new Set([...now, ...before].map(({ id }) => id))].filter((id) => !both.has(id)),
    recallAt5: difference('recallAt5'),
    mrrAt10: difference('mrrAt10'),
    ndcgAt10: difference('ndcgAt10'),
  };
}
