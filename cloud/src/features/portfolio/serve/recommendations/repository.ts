import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';

/** A recommendation as it is kept; costs in US dollars, null where nobody knows. */
export interface KeptRecommendation {
  id: string;
  at: Date;
  source: 'cloud' | 'offline';
  tableVersion: string;
  policyVersion: string;
  taskType: string | undefined;
  language: string | undefined;
  complexity: string | undefined;
  repoId: string | undefined;
  taskId: string | undefined;
  userId: string | undefined;
  model: string;
  incumbent: string | undefined;
  explored: boolean;
  propensity: number;
  expectedSuccess: number | undefined;
  expectedCostUsd: number | undefined;
  incumbentSuccess: number | undefined;
  incumbentCostUsd: number | undefined;
  incumbentPropensity: number | undefined;
  exploredExtraUsd: number | undefined;
  trialArm: string | undefined;
  plan: readonly string[];
}

export const recommendationRepository = {
  /** A list for each column, however many there are. Each is kept once, by its id; resolves with how many were new. */
  async insert(tx: ProjectTx, kept: readonly KeptRecommendation[]): Promise<number> {
    const column = (name: keyof KeptRecommendation) => kept.map((one) => one[name] ?? null);
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
        ${column('id')}::uuid[], ${kept.map(({ at }) => at.toISOString())}::timestamptz[], ${column('source')}::text[],
        ${column('tableVersion')}::text[], ${column('policyVersion')}::text[],
        ${column('taskType')}::text[], ${column('language')}::text[], ${column('complexity')}::text[],
        ${column('repoId')}::text[], ${column('taskId')}::text[], ${column('userId')}::text[],
        ${column('model')}::text[], ${column('incumbent')}::text[], ${column('explored')}::boolean[],
        ${column('propensity')}::float8[], ${column('expectedSuccess')}::float8[], ${column('expectedCostUsd')}::float8[],
        ${column('incumbentSuccess')}::float8[], ${column('incumbentCostUsd')}::float8[],
        ${column('incumbentPropensity')}::float8[], ${column('exploredExtraUsd')}::float8[],
        ${column('trialArm')}::text[], ${kept.map(({ plan }) => JSON.stringify(plan))}::text[]
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
