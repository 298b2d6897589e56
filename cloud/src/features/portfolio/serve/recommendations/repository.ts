import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { totalsOf, written, type KeptRecommendation } from './kept.ts';

/** Recommendations that are written down together, once. */
export interface Batch {
  id: string;
  kept: readonly KeptRecommendation[];
}

export const recommendationRepository = {
  /** However many there are it is one row; none where the same batch has been written down before. */
  async insert(tx: ProjectTx, { id, kept }: Batch): Promise<void> {
    if (kept.length === 0) return;
    const { answers, entries } = written(kept);
    const { fromMs, toMs, made, offline, explored, exploredUsd, drawn } = totalsOf(kept);
    await tx.sql
      .insertInto('portfolio_recommendation')
      .values({
        project_id: tx.projectId,
        id,
        from_at: new Date(fromMs),
        to_at: new Date(toMs),
        made,
        offline,
        explored,
        explored_usd: exploredUsd,
        drawn,
        answers,
        entries,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },

  /** Notes that these were told; resolves with the ids of those that had not been. */
  async tell(tx: ProjectTx, told: readonly Pick<KeptRecommendation, 'id' | 'at'>[]): Promise<Set<string>> {
    const { rows } = await sql<{ id: string }>`
      insert into portfolio_told (project_id, id, at)
      select ${tx.projectId}::uuid, id, at from unnest(
        ${told.map(({ id }) => id)}::uuid[], ${told.map(({ at }) => at.toISOString())}::timestamptz[]
      ) as told (id, at)
      order by id
      on conflict (project_id, id) do nothing returning id`.execute(tx.sql);
    return new Set(rows.map(({ id }) => id));
  },

  /** What exploring may have cost above the usual answers, from a time on; a batch that began before counts whole. */
  async exploredUsd({ sql: trx, projectId }: ProjectTx, from: Date): Promise<number> {
    const { rows } = await sql<{ usd: number }>`
      select coalesce(sum(explored_usd), 0)::float8 as usd from portfolio_recommendation
      where project_id = ${projectId} and explored_usd > 0 and to_at >= ${from}`.execute(trx);
    return rows[0]!.usd;
  },
};
