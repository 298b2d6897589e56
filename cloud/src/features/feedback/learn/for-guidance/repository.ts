import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';

interface PatternText {
  id: string;
  guidance: string;
  language: string;
  taskType: string;
  feedbackIds: string[];
}

/** Patterns that bring a text for agents: by their ids, or the strongest. */
export async function patternTexts(
  tx: ProjectTx,
  asked: { ids: readonly string[] } | { taskType: string | undefined; limit: number },
): Promise<PatternText[]> {
  if ('ids' in asked && asked.ids.length === 0) return [];
  const rows = await tx.sql
    .selectFrom('feedback_pattern')
    .select(['id', 'guidance', 'language', 'task_type as taskType'])
    .where('project_id', '=', tx.projectId)
    .where('guidance', 'is not', null)
    .where('retired_at', 'is', null)
    .$if('ids' in asked, (query) => query.where('id', 'in', 'ids' in asked ? [...asked.ids] : []))
    .$if(!('ids' in asked), (query) => query.where('is_pattern', '=', true).orderBy('rank', 'desc').orderBy('id'))
    .$if(!('ids' in asked) && asked.taskType !== undefined, (query) =>
      query.where('task_type', 'in', ['', 'ids' in asked ? '' : (asked.taskType ?? '')]),
    )
    .limit('ids' in asked ? asked.ids.length : asked.limit)
    .execute();
  if (rows.length === 0) return [];
  const { rows: rests } = await sql<{ patternId: string; feedbackId: string }>`
    select pattern_id as "patternId", feedback_id as "feedbackId" from (
      select distinct pattern_id, feedback_id from feedback_pattern_hunk
      inner join feedback_hunk on feedback_hunk.id = feedback_pattern_hunk.hunk_id
      where feedback_pattern_hunk.project_id = ${tx.projectId}
        and pattern_id in (${sql.join(rows.map(({ id }) => id))})
    ) as rests order by feedback_id desc`.execute(tx.sql);
  return rows.map((row) => ({
    ...row,
    guidance: row.guidance!,
    feedbackIds: rests
      .filter(({ patternId }) => patternId === row.id)
      .slice(0, 20)
      .map(({ feedbackId }) => feedbackId),
  }));
}
