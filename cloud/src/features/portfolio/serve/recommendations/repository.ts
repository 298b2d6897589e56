import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';

/** A recommendation as it is kept: of many with the same answer only the rest is made anew. */
export interface KeptRecommendation {
  id: string;
  at: Date;
  task: KeptTask;
  answer: KeptAnswer;
  exploredExtraUsd: number | undefined;
}

export interface KeptTask {
  taskType?: string | undefined;
  language?: string | undefined;
  complexity?: string | undefined;
  repoId?: string | undefined;
  taskId?: string | undefined;
  userId?: string | undefined;
}

/** Costs in US dollars; undefined where nobody knows. */
export interface KeptAnswer {
  source: 'cloud' | 'offline';
  tableVersion: string;
  policyVersion: string;
  model: string;
  incumbent: string | undefined;
  explored: boolean;
  propensity: number;
  expectedSuccess: number | undefined;
  expectedCostUsd: number | undefined;
  incumbentSuccess: number | undefined;
  incumbentCostUsd: number | undefined;
  incumbentPropensity: number | undefined;
  trialArm: string | undefined;
  plan: readonly string[];
}

export const recommendationRepository = {
  /** A list for each column, however many there are. Each is kept once, by its id; resolves with how many were new. */
  async insert(tx: ProjectTx, kept: readonly KeptRecommendation[]): Promise<number> {
    const ofTask = (name: keyof KeptTask) => kept.map(({ task }) => task[name] ?? null);
    const ofAnswer = (name: keyof KeptAnswer) => kept.map(({ answer }) => answer[name] ?? null);
    const { numAffectedRows } = await sql`
      insert into portfolio_recommendation (
        project_id, received_at, id, at, source, table_version, policy_version,
        task_type, language, complexity, repo_id, task_id, user_id, model, incumbent, explored, propensity,
        expected_success, expected_cost_usd, incumbent_success, incumbent_cost_usd, incumbent_propensity,
        explored_extra_usd, trial_arm, plan
      )
      select ${tx.projectId}::uuid, ${tx.now}::timestamptz, id, at, source, table_version, policy_version,
        task_type, language, complexity, repo_id, task_id, user_id, model, incumbent, explored, propensity,
        expected_success, expected_cost_usd, incumbent_success, incumbent_cost_usd, incumbent_propensity,
        explored_extra_usd, trial_arm, plan::json
      from unnest(
        ${kept.map(({ id }) => id)}::uuid[], ${kept.map(({ at }) => at.toISOString())}::timestamptz[], ${ofAnswer('source')}::text[],
        ${ofAnswer('tableVersion')}::text[], ${ofAnswer('policyVersion')}::text[],
        ${ofTask('taskType')}::text[], ${ofTask('language')}::text[], ${ofTask('complexity')}::text[],
        ${ofTask('repoId')}::text[], ${ofTask('taskId')}::text[], ${ofTask('userId')}::text[],
        ${ofAnswer('model')}::text[], ${ofAnswer('incumbent')}::text[], ${ofAnswer('explored')}::boolean[],
        ${ofAnswer('propensity')}::float8[], ${ofAnswer('expectedSuccess')}::float8[], ${ofAnswer('expectedCostUsd')}::float8[],
        ${ofAnswer('incumbentSuccess')}::float8[], ${ofAnswer('incumbentCostUsd')}::float8[],
        ${ofAnswer('incumbentPropensity')}::float8[], ${kept.map(({ exploredExtraUsd }) => exploredExtraUsd ?? null)}::float8[],
        ${ofAnswer('trialArm')}::text[], ${kept.map(({ answer }) => JSON.stringify(answer.plan))}::text[]
      ) as entry (
        id, at, source, table_version, policy_version,
        task_type, language, complexity, repo_id, task_id, user_id, model, incumbent, explored, propensity,
        expected_success, expected_cost_usd, incumbent_success, incumbent_cost_usd, incumbent_propensity,
        explored_extra_usd, trial_arm, plan
      )
      on conflict (project_id, id) do nothing`.execute(tx.sql);
    return Number(numAffectedRows ?? 0n);
  },

  /** What exploring may have cost above the usual answers, from a time on. */
  async exploredUsd({ sql: trx, projectId }: ProjectTx, from: Date): Promise<number> {
    const { rows } = await sql<{ usd: number }>`
      select coalesce(sum(explored_extra_usd), 0)::float8 as usd from portfolio_recommendation
      where project_id = ${projectId} and explored and at >= ${from}`.execute(trx);
    return rows[0]!.usd;
  },
};
