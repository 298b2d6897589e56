import { TrialState } from '@whetstone/shared/contract';
import type { TrialOutcome, TrialStanding } from '@whetstone/shared/portfolio';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { ProjectTx, Tx } from '../../../../platform/db/database.ts';

const Standing = TrialState.pick({ arms: true, chanceBetter: true, chanceWorse: true });

export interface TrialRow {
  id: string;
  startedAt: Date;
  /** As `GET /api/portfolio/models` shows it; undefined where its figures cannot be read. */
  view: TrialState | undefined;
  verdict: TrialStanding['verdict'];
}

const Verdict = z.enum(['running', 'challenger', 'incumbent', 'undecided']).catch('undecided');

export const trialRepository = {
  async insert(
    { sql: trx, projectId, now }: ProjectTx,
    { challenger, incumbent }: { challenger: string; incumbent: string },
    { verdict, ...state }: TrialStanding,
  ): Promise<void> {
    await trx
      .insertInto('portfolio_trial')
      .values({
        id: uuidv7({ msecs: now.getTime() }),
        project_id: projectId,
        challenger,
        incumbent,
        started_at: now,
        state: JSON.stringify(state),
        verdict,
        decided_at: null,
      })
      .execute();
  },

  /** The one that was started last. */
  async newest({ sql: trx, projectId }: ProjectTx): Promise<TrialRow | undefined> {
    const row = await trx
      .selectFrom('portfolio_trial')
      .selectAll()
      .where('project_id', '=', projectId)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!row) return undefined;
    const { id, challenger, incumbent, started_at: startedAt, decided_at: decidedAt } = row;
    const verdict = Verdict.parse(row.verdict);
    const state = Standing.safeParse(row.state);
    const times = { startedAt: startedAt.toISOString(), decidedAt: decidedAt?.toISOString() ?? null };
    const view = state.success ? { challenger, incumbent, ...state.data, ...times, verdict } : undefined;
    return { id, startedAt, verdict, view };
  },

  async write(
    { sql: trx, projectId, now }: ProjectTx,
    id: string,
    { verdict, ...state }: TrialStanding,
  ): Promise<void> {
    await trx
      .updateTable('portfolio_trial')
      .set({ state: JSON.stringify(state), verdict, decided_at: verdict === 'running' ? null : now })
      .where('project_id', '=', projectId)
      .where('id', '=', id)
      .execute();
  },

  /** Somebody ended it before it had a winner. */
  async endRunning({ sql: trx, projectId, now }: ProjectTx): Promise<void> {
    await trx
      .updateTable('portfolio_trial')
      .set({ verdict: 'undecided', decided_at: now })
      .where('project_id', '=', projectId)
      .where('verdict', '=', 'running')
      .execute();
  },

  async projectsWithRunning({ sql: trx }: Tx): Promise<string[]> {
    const rows = await trx
      .selectFrom('portfolio_trial')
      .select('project_id as id')
      .distinct()
      .where('verdict', '=', 'running')
      .execute();
    return rows.map(({ id }) => id);
  },

  /**
   * What came of the tasks whose model the lot chose since then, in the order in which it was told: of each recommendation the
   * first outcome of the recommended model, so that what comes later changes nothing that was counted.
   */
  async outcomes({ sql: trx, projectId }: ProjectTx, since: Date, mostOfArm: number): Promise<TrialOutcome[]> {
    const { rows } = await sql<TrialOutcome>`
      with drawn as (
        select entry ->> 0 as id, entry ->> 6 as arm, batch.answers -> (entry ->> 2)::integer ->> 'model' as model
        from portfolio_recommendation as batch cross join lateral json_array_elements(batch.entries) as entry
        where batch.project_id = ${projectId} and batch.drawn > 0 and batch.to_at >= ${since}
          and entry ->> 6 is not null and (entry ->> 1)::float8 >= ${since.getTime()}
      )
      select arm, solved from (
        select first.*, row_number() over (partition by arm order by received_at, id) as place from (
          select distinct on (drawn.id) drawn.arm, outcome.outcome = 'solved' as solved, outcome.received_at, outcome.id
          from drawn join outcome on outcome.project_id = ${projectId} and outcome.recommendation_id is not null
            and outcome.recommendation_id = drawn.id and outcome.model = drawn.model
          where outcome.outcome in ('solved', 'failed')
          order by drawn.id, outcome.received_at, outcome.id
        ) as first
      ) as placed
      where place <= ${mostOfArm} order by received_at, id`.execute(trx);
    return rows;
  },
};
