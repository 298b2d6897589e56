import { isBuiltInMetric } from '@whetstone/shared/contract';
import { sql, type RawBuilder } from 'kysely';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { Identity } from '../identity.ts';
import type { NewOutcome } from './store-outcome.ts';

type OutcomeInsert = Omit<NewOutcome, 'at'> & Identity & { id: string; at: Date };

export const outcomeRepository = {
  /** False when the natural key is taken; a record under way with it is waited for. */
  async insert(tx: ProjectTx, outcome: OutcomeInsert): Promise<boolean> {
    const inserted = await tx.sql
      .insertInto('outcome')
      .values({
        id: outcome.id,
        project_id: tx.projectId,
        source: outcome.source,
        natural_key: outcome.naturalKey ?? null,
        content_hash: outcome.contentHash,
        at: outcome.at,
        received_at: tx.now,
        attempt: outcome.attempt ?? null,
        cost_usd: outcome.costUsd ?? null,
        time_ms: outcome.timeMs ?? null,
        input_tokens: outcome.inputTokens ?? null,
        output_tokens: outcome.outputTokens ?? null,
        cache_tokens: outcome.cacheTokens ?? null,
        repo_size: outcome.repoSize ?? null,
        verified: outcome.verified ?? null,
        outcome: outcome.outcome,
        model: outcome.model,
        task_type: outcome.taskType ?? null,
        task_id: outcome.taskId ?? null,
        user_id: outcome.userId ?? null,
        repo_id: outcome.repoId ?? null,
        language: outcome.language ?? null,
        complexity: outcome.complexity ?? null,
        recommendation_id: outcome.recommendationId ?? null,
        guidance_version: outcome.guidanceVersion ?? null,
        flags: outcome.flags ? JSON.stringify(outcome.flags) : null,
        metrics: outcome.metrics ? JSON.stringify(outcome.metrics) : null,
        task_text: outcome.taskText ?? null,
      })
      .onConflict((conflict) => conflict.columns(['project_id', 'natural_key']).doNothing())
      .returning('id')
      .executeTakeFirst();
    return inserted !== undefined;
  },

  findByKey: (tx: ProjectTx, naturalKey: Buffer): Promise<{ id: string; contentHash: Buffer }> =>
    tx.sql
      .selectFrom('outcome')
      .select(['id', 'content_hash as contentHash'])
      .where('project_id', '=', tx.projectId)
      .where('natural_key', '=', naturalKey)
      .executeTakeFirstOrThrow(),
};

/** The outcomes of a project as whoever judges by a metric reads them. */
export interface MetricRows {
  /** A table expression: `id, at, task_id, user_id, repo_id, flags, value`, only rows that have a value. */
  rows: RawBuilder<unknown>;
  /** How the values of several attempts make that of their task. */
  ofTask: 'max' | 'sum' | 'avg';
}

/**
 * A metric, from a time on. `success` is 1 for solved and 0 for failed; a task is solved when one of its attempts was.
 * What the attempts cost and took adds up. `corrected` has no values until corrections are captured.
 */
export function metricRows({ projectId }: ProjectTx, metric: string, from: Date): MetricRows {
  const { value, ofTask } = measureOf(metric);
  return {
    ofTask,
    rows: sql`(
      select id, at, task_id, user_id, repo_id, flags, value
      from (
        select id, at, task_id, user_id, repo_id, flags, ${value} as value from outcome
        where project_id = ${projectId} and at >= ${from}
      ) as measured
      where value is not null
    )`,
  };
}

function measureOf(metric: string): { value: RawBuilder<unknown>; ofTask: MetricRows['ofTask'] } {
  if (!isBuiltInMetric(metric)) return { value: sql`(metrics -> ${metric})::float8`, ofTask: 'avg' };
  switch (metric) {
    case 'success':
      return { value: sql`case outcome when 'solved' then 1::float8 when 'failed' then 0 end`, ofTask: 'max' };
    case 'costUsd':
      return { value: sql`cost_usd`, ofTask: 'sum' };
    case 'timeMs':
      return { value: sql`time_ms`, ofTask: 'sum' };
    case 'corrected':
      return { value: sql`null::float8`, ofTask: 'max' };
  }
}
