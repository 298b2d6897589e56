import type { PortfolioReport } from '@whetstone/shared/contract';
import { z } from 'zod';

/** What the nightly test found, as `portfolio_method.result` keeps it. */
export const MethodResult = z.object({
  why: z.string(),
  tasks: z.int(),
  candidates: z.array(
    z.object({
      method: z.string(),
      logLoss: z.number().nullable(),
      gainPoints: z.number().nullable(),
      interval: z.tuple([z.number(), z.number()]).nullable(),
    }),
  ),
});
export type MethodResult = z.infer<typeof MethodResult>;

const Stored = z.object({ used: z.enum(['static', 'cells']), measuredAt: z.date(), result: MethodResult });

/** As the report shows it: of a project that was not measured yet, or whose row cannot be read, what recommendations do without. */
export function readMethod(row: unknown): PortfolioReport['method'] {
  const stored = Stored.safeParse(row);
  if (stored.success) {
    const { used, measuredAt, result } = stored.data;
    return { used, measuredAt: measuredAt.toISOString(), ...result };
  }
  return { used: 'cells', why: 'Not measured yet: that is done at night.', measuredAt: null, tasks: 0, candidates: [] };
}
