import { isBuiltInMetric, type PortfolioSettings } from '@whetstone/shared/contract';
import { sql, type RawBuilder } from 'kysely';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { countedColumns, type Counted } from '../counted.ts';
import type { Identity } from '../identity.ts';
import type { NewOutcome } from './new-outcome.ts';

interface OutcomeRow extends Identity {
  id: string;
  said: NewOutcome;
  /** When it ended. */
  at: Date;
  costUsd: number | undefined;
}

interface KnownOutcome {
  id: string;
  contentHash: Buffer;
  counted: Counted;
}

/** What is told of an outcome, and what a correction replaces, by column. */
const toldTypes = {
  content_hash: 'text',
  at: 'timestamptz',
  attempt: 'integer',
  cost_usd: 'float8',
  time_ms: 'float8',
  input_tokens: 'bigint',
  output_tokens: 'bigint',
  cache_tokens: 'bigint',
  repo_size: 'bigint',
  verified: 'boolean',
  outcome: 'text',
  model: 'text',
  task_type: 'text',
  task_id: 'text',
  user_id: 'text',
  repo_id: 'text',
  language: 'text',
  complexity: 'text',
  recommendation_id: 'text',
  guidance_version: 'text',
  flags: 'jsonb',
  metrics: 'jsonb',
  task_text: 'text',
} as const;

type ToldColumn = keyof typeof toldTypes;
const toldColumns = Object.keys(toldTypes) as ToldColumn[];

export const outcomeRepository = {
  /**
   * Stores those whose name is free, and remembers that nothing has learned from them: resolves with their ids. A record under way
   * with the same name is waited for; all writers take names in the same order.
   */
  async insert(tx: ProjectTx, outcomes: readonly OutcomeRow[]): Promise<Set<string>> {
    const { rows } = await sql<{ id: string }>`
      with fresh as (
        insert into outcome (id, project_id, source, natural_key, received_at, ${sql.raw(toldColumns.join(', '))})
        select id, ${tx.projectId}::uuid, source, decode(natural_key, 'hex'), ${tx.now}::timestamptz, ${told}
        from json_to_recordset(${JSON.stringify(outcomes.map(rowOf))}) as said (
          id uuid, source text, natural_key text, ${toldAsTyped}
        )
        order by natural_key
        on conflict (project_id, natural_key) do nothing
        returning id, outcome, task_id
      ), pending as (
        insert into outcome_pending (outcome_id, project_id)
        select id, ${tx.projectId}::uuid from fresh where ${mayCount}
      )
      select id from fresh`.execute(tx.sql);
    return new Set(rows.map(({ id }) => id));
  },

  /** By the name in hex. Those that are about to be replaced stay locked, so that what they were is what was counted. */
  async findByKeys(
    tx: ProjectTx,
    naturalKeys: readonly Buffer[],
    { toReplace }: { toReplace: boolean },
  ): Promise<Map<string, KnownOutcome>> {
    const rows = await tx.sql
      .selectFrom('outcome')
      .select(['id', 'natural_key as naturalKey', 'content_hash as contentHash', ...countedColumns])
      .where('project_id', '=', tx.projectId)
      .where('natural_key', 'in', [...naturalKeys])
      .orderBy('natural_key')
      .$if(toReplace, (query) => query.forNoKeyUpdate())
      .execute();
    return new Map(
      rows.map(({ id, naturalKey, contentHash, ...counted }) => [
        naturalKey!.toString('hex'),
        // Columns of a row that was parsed before it was stored.
        { id, contentHash, counted: counted as Counted },
      ]),
    );
  },

  /**
   * Puts outcomes in the place of what was recorded under these ids. `was` is kept only where it had been counted: one that is still
   * pending keeps what it has. Waits for whoever is just counting it, and for that touches the row that it leaves as it is.
   */
  async replace(tx: ProjectTx, outcomes: readonly (OutcomeRow & { was: Counted })[]): Promise<void> {
    await sql`
      update outcome set corrected_at = ${tx.now}::timestamptz, ${sql.join(
        toldColumns.map((column) => sql`${sql.ref(column)} = ${toldOf(column)}`),
      )}
      from json_to_recordset(${JSON.stringify(outcomes.map(rowOf))}) as said (id uuid, ${toldAsTyped})
      where outcome.project_id = ${tx.projectId} and outcome.id = said.id`.execute(tx.sql);
    await sql`
      insert into outcome_pending (outcome_id, project_id, was)
      select id, ${tx.projectId}::uuid, was
      from json_to_recordset(${JSON.stringify(outcomes)}) as counted (id uuid, was json)
      order by id
      on conflict (outcome_id) do update set was = outcome_pending.was`.execute(tx.sql);
  },

  /** By task: the type that was told last with an outcome of it. What runs of evals found is of no task of the project. */
  async taskTypes(tx: ProjectTx, taskIds: readonly string[]): Promise<Map<string, string>> {
    const { rows } = await sql<{ taskId: string; taskType: string }>`
      select distinct on (task_id) task_id as "taskId", task_type as "taskType" from outcome
      where project_id = ${tx.projectId} and task_id = any(${[...taskIds]}::text[]) and task_type is not null and source <> 'run'
      order by task_id, at desc, id desc`.execute(tx.sql);
    return new Map(rows.map(({ taskId, taskType }) => [taskId, taskType]));
  },

  /** By model; as the project has set them. */
  async ownPrices(tx: ProjectTx): Promise<PortfolioSettings['prices']> {
    const found = await tx.sql
      .selectFrom('portfolio_settings')
      .select(sql<PortfolioSettings['prices'] | null>`settings -> 'prices'`.as('prices'))
      .where('project_id', '=', tx.projectId)
      .executeTakeFirst();
    return found?.prices ?? {};
  },
};

/** One that is neither solved nor failed counts for what it cost, along with other attempts at its task. */
const mayCount = sql`(outcome in ('solved', 'failed') or task_id is not null)`;

const toldOf = (column: ToldColumn) =>
  column === 'content_hash' ? sql`decode(said.content_hash, 'hex')` : sql.ref(`said.${column}`);
const told = sql.join(toldColumns.map(toldOf));
const toldAsTyped = sql.raw(toldColumns.map((column) => `${column} ${toldTypes[column]}`).join(', '));

const rowOf = ({ id, said, at, costUsd, naturalKey, contentHash }: OutcomeRow) => ({
  id,
  source: said.source,
  natural_key: naturalKey?.toString('hex'),
  ...({
    content_hash: contentHash.toString('hex'),
    at,
    attempt: said.attempt,
    cost_usd: costUsd,
    time_ms: said.timeMs,
    input_tokens: said.inputTokens,
    output_tokens: said.outputTokens,
    cache_tokens: said.cacheTokens,
    repo_size: said.repoSize,
    verified: said.verified,
    outcome: said.outcome,
    model: said.model,
    task_type: said.taskType,
    task_id: said.taskId,
    user_id: said.userId,
    repo_id: said.repoId,
    language: said.language,
    complexity: said.complexity,
    recommendation_id: said.recommendationId,
    guidance_version: said.guidanceVersion,
    flags: said.flags,
    metrics: said.metrics,
    task_text: said.taskText,
  } satisfies Record<ToldColumn, unknown>),
});

/** The outcomes of a project as whoever judges by a metric reads them. */
export interface MetricRows {
  /** A table expression: `id, at, task_id, user_id, repo_id, flags, value`, only rows that have a value. */
  rows: RawBuilder<unknown>;
  /** How the values of several attempts make that of their task. */
  ofTask: 'max' | 'sum' | 'avg';
}

interface Captured {
  /** From 0 to 1, for a row of `outcome`; null where nothing is known. */
  correctedShare: () => RawBuilder<number | null>;
}

/**
 * A metric, from a time on. `success` is 1 for solved and 0 for failed; a task is solved when one of its attempts was.
 * What the attempts cost and took adds up. `corrected` is what whoever captures corrections says of a task, and has no values before
 * some were captured. What runs of evals found is nobody's work and in no experiment.
 */
export const metricRowsWith =
  ({ correctedShare }: Captured) =>
  ({ projectId }: ProjectTx, metric: string, from: Date): MetricRows => {
    const { value, ofTask } = measureOf(metric, correctedShare);
    return {
      ofTask,
      rows: sql`(
      select id, at, task_id, user_id, repo_id, flags, value
      from (
        select id, at, task_id, user_id, repo_id, flags, ${value} as value from outcome
        where project_id = ${projectId} and at >= ${from} and source <> 'run'
      ) as measured
      where value is not null
    )`,
    };
  };

function measureOf(
  metric: string,
  correctedShare: Captured['correctedShare'],
): { value: RawBuilder<unknown>; ofTask: MetricRows['ofTask'] } {
  if (!isBuiltInMetric(metric)) return { value: sql`(metrics -> ${metric})::float8`, ofTask: 'avg' };
  switch (metric) {
    case 'success':
      return { value: sql`case outcome when 'solved' then 1::float8 when 'failed' then 0 end`, ofTask: 'max' };
    case 'costUsd':
      return { value: sql`cost_usd`, ofTask: 'sum' };
    case 'timeMs':
      return { value: sql`time_ms`, ofTask: 'sum' };
    case 'corrected':
      return { value: correctedShare(), ofTask: 'max' };
  }
}
