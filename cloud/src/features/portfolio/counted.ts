import type { Attempt } from '@whetstone/shared/portfolio';
import { z } from 'zod';

/** What counts of an outcome: these columns of its row, and `was` of a correction, where they are kept as they had been. */
export const countedColumns = [
  'source',
  'model',
  'attempt',
  'outcome',
  'cost_usd',
  'time_ms',
  'task_type',
  'language',
  'complexity',
  'repo_id',
  'at',
] as const;

const Amount = z.number().min(0).nullable();
const Name = z.string().nullable();

export const Counted = z.object({
  source: z.string(),
  model: z.string(),
  attempt: z.number().nullable(),
  outcome: z.enum(['solved', 'failed', 'provider_error', 'aborted', 'unknown']),
  cost_usd: Amount,
  time_ms: Amount,
  task_type: Name,
  language: Name,
  complexity: Name,
  repo_id: Name,
  at: z.coerce.date(),
});
export type Counted = z.output<typeof Counted>;

/** As what a pending outcome has been counted; undefined for nothing yet. Throws when that cannot be told any more. */
export const countedAs = (was: unknown): Counted | undefined => (was === null ? undefined : Counted.parse(was));

/** As `shared/src/portfolio` counts it; the epoch is that of the model at the time. */
export const attemptOf = (row: Counted, epochAt: (model: string, atMs: number) => number): Attempt => ({
  model: row.model,
  attempt: row.attempt ?? undefined,
  verdict: row.outcome,
  costUsd: amountOf(row.cost_usd),
  timeMs: amountOf(row.time_ms),
  likeness: {
    taskType: row.task_type ?? undefined,
    language: row.language ?? undefined,
    complexity: row.complexity ?? undefined,
    repoId: row.repo_id ?? undefined,
  },
  origin: row.source === 'run' ? 'run' : 'work',
  epoch: epochAt(row.model, row.at.getTime()),
});

/** A row that was damaged may hold what no outcome can: that is not known, and must not spoil a sum. */
const amountOf = (amount: number | null) => (Number.isFinite(amount) && amount! >= 0 ? amount! : undefined);
