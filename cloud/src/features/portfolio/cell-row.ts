import { levels, type Amounts, type CellCount, type RescueCount } from '@whetstone/shared/portfolio';
import { z } from 'zod';

const Count = z.number().min(0);

const AmountsJson = z.object({
  n: Count,
  sum: z.number(),
  buckets: z.array(z.tuple([z.int(), Count])),
});

const CellRow = z
  .object({
    origin: z.enum(['work', 'run']),
    epoch: z.int().min(0),
    level: z.enum(levels),
    key: z.string(),
    model: z.string(),
    n: Count,
    solved: Count,
    cost: AmountsJson,
    time: AmountsJson,
  })
  .refine(({ n, solved, cost, time }) => solved <= n && cost.n <= n && time.n <= n);

const RescueRow = z
  .object({
    failed: z.string(),
    failed_second: z.string(),
    model: z.string(),
    n: Count,
    solved: Count,
    cost_n: Count,
    cost_sum: z.number(),
  })
  .refine(({ n, solved, cost_n }) => solved <= n && cost_n <= n);

/** A row of `portfolio_cell`; undefined when it cannot be, which must break nobody: it is left out until it is made again. */
export function cellOf(row: unknown): CellCount | undefined {
  const parsed = CellRow.safeParse(row);
  if (!parsed.success) return undefined;
  const { cost, time, ...cell } = parsed.data;
  return { ...cell, cost: amountsOf(cost), time: amountsOf(time) };
}

/** Likewise of `portfolio_rescue`. */
export function rescueOf(row: unknown): RescueCount | undefined {
  const parsed = RescueRow.safeParse(row);
  if (!parsed.success) return undefined;
  const { failed, failed_second, model, n, solved, cost_n, cost_sum } = parsed.data;
  return {
    failed: failed_second ? [failed, failed_second] : [failed],
    model,
    n,
    solved,
    costN: cost_n,
    costSum: cost_sum,
  };
}

export const amountsJson = ({ n, sum, buckets }: Amounts): string => JSON.stringify({ n, sum, buckets: [...buckets] });

const amountsOf = ({ n, sum, buckets }: z.output<typeof AmountsJson>): Amounts => ({
  n,
  sum,
  buckets: new Map(buckets),
});
