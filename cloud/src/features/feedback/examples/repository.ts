import { sql } from 'kysely';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { IndexedRow } from './example-index.ts';

export interface ShownRow {
  id: string;
  taskId: string;
  taskType: string | null;
  language: string | null;
  comment: string | null;
  correctedAt: Date;
  detectors: string[];
  file: string;
  before: string;
  after: string;
  lesson: string | null;
}

export const exampleRepository = {
  /** Accepted ones below a place in the order of their ids, the newest first, as they are indexed. */
  async indexed(tx: ProjectTx, below: string | undefined, limit: number): Promise<IndexedRow[]> {
    return indexedRows(
      tx,
      sql`${below === undefined ? sql`true` : sql`id < ${below}`} order by id desc limit ${limit}`,
    );
  },

  indexedByIds: (tx: ProjectTx, ids: readonly string[]): Promise<IndexedRow[]> =>
    indexedRows(tx, sql`id = any(${[...ids]}::uuid[])`),

  /** Reviewed since a time. */
  async reviewedSince(tx: ProjectTx, since: Date): Promise<{ id: string; isAccepted: boolean; reviewedAt: Date }[]> {
    const { rows } = await sql<{ id: string; isAccepted: boolean; reviewedAt: Date }>`
      select id, status = 'accepted' as "isAccepted", reviewed_at as "reviewedAt" from feedback
      where project_id = ${tx.projectId} and reviewed_at >= ${since}
      order by reviewed_at`.execute(tx.sql);
    return rows;
  },

  /** Those of them that are accepted still. */
  async shown(tx: ProjectTx, ids: readonly string[]): Promise<ShownRow[]> {
    const { rows } = await sql<ShownRow>`
      select found.id, task_id as "taskId", task_type as "taskType", found.language, comment, corrected_at as "correctedAt",
        found.detectors, hunk.file, hunk.before, hunk.after, lesson.guidance as lesson
      from feedback as found
      cross join lateral (${tellingHunk}) as hunk
      left join lateral (
        select pattern.guidance from feedback_pattern_hunk as counted
        join feedback_pattern as pattern on pattern.id = counted.pattern_id
        where counted.hunk_id = hunk.id and pattern.retired_at is null and pattern.guidance is not null
        order by pattern.rank desc limit 1
      ) as lesson on true
      where found.project_id = ${tx.projectId} and found.status = 'accepted' and found.id = any(${[...ids]}::uuid[])`.execute(
      tx.sql,
    );
    return rows;
  },

  /** What was made of a task, whatever reviewers say of it. */
  async textsOfTask(tx: ProjectTx, taskId: string): Promise<{ before: string; after: string }[]> {
    const { rows } = await sql<{ before: string; after: string }>`
      select hunk.before, hunk.after
      from feedback as found cross join lateral (${tellingHunk}) as hunk
      where found.project_id = ${tx.projectId} and md5(task_id) = md5(${taskId}) and task_id = ${taskId}
      order by found.id desc limit 20`.execute(tx.sql);
    return rows;
  },
};

/** Of a correction's hunks that change something: the first in which something was recognised, else the first. */
const tellingHunk = sql`
  select id, file, before, after from feedback_hunk as own
  where own.feedback_id = found.id and own.before <> own.after
  order by own.detectors::text = '[]', own.place limit 1`;

async function indexedRows(tx: ProjectTx, which: ReturnType<typeof sql>): Promise<IndexedRow[]> {
  const { rows } = await sql<IndexedRow>`
    select found.id, task_type as "taskType", found.language, repo_id as "repoId", corrected_at as "correctedAt",
      left(comment, 500) as comment, hunk.file, left(hunk.before, 500) || ' ' || left(hunk.after, 500) as code
    from (select * from feedback where project_id = ${tx.projectId} and status = 'accepted' and ${which}) as found
    cross join lateral (${tellingHunk}) as hunk
    order by found.id desc`.execute(tx.sql);
  return rows;
}
