import type { Pattern } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import type { Figures } from '../rank/figures.ts';

export interface StoredPattern {
  id: string;
  kind: Pattern['kind'];
  key: string;
  language: string;
  taskType: string;
  title: string;
  template: { before: string; after: string } | null;
  failure: Pattern['failure'];
  guidance: string | null;
  figures: Figures;
  rank: number;
  firstAt: Date;
  lastAt: Date;
}

export interface PatternFilter {
  taskType?: string | undefined;
  language?: string | undefined;
  model?: string | undefined;
  repoId?: string | undefined;
  kind?: Pattern['kind'] | undefined;
  all: boolean;
}

const columns = sql`id, kind, key, language, task_type as "taskType", title, template, failure, guidance, figures, rank,
  first_at as "firstAt", last_at as "lastAt"`;

export const patternRepository = {
  /** The strongest first, behind `after`. */
  async list(
    { sql: trx, projectId }: ProjectTx,
    filter: PatternFilter,
    page: { after: { rank: number; id: string } | undefined; limit: number },
  ): Promise<StoredPattern[]> {
    const { taskType, language, model, repoId, kind, all } = filter;
    const isIn = (groups: string, name: string, value: string | undefined) =>
      value === undefined
        ? sql`true`
        : sql`exists (
            select from json_array_elements(figures -> ${groups}::text) as one
            where one ->> ${name}::text = ${value} and (one ->> 'changed')::int > 0
          )`;
    const { rows } = await sql<StoredPattern>`
      select ${columns} from feedback_pattern
      where project_id = ${projectId} and retired_at is null
        and ${all ? sql`true` : sql`is_pattern`}
        and ${taskType === undefined ? sql`(task_type = '' or kind = 'failure')` : sql`task_type = ${taskType}`}
        and ${language === undefined ? sql`true` : sql`language = ${language}`}
        and ${kind === undefined ? sql`true` : sql`kind = ${kind}`}
        and ${isIn('byModel', 'model', model)} and ${isIn('byRepo', 'repoId', repoId)}
        and ${page.after ? sql`(rank < ${page.after.rank} or (rank = ${page.after.rank} and id > ${page.after.id}::uuid))` : sql`true`}
      order by rank desc, id limit ${page.limit}`.execute(trx);
    return rows;
  },

  async find({ sql: trx, projectId }: ProjectTx, id: string): Promise<StoredPattern | undefined> {
    const { rows } = await sql<StoredPattern>`
      select ${columns} from feedback_pattern where project_id = ${projectId} and id = ${id}::uuid`.execute(trx);
    return rows[0];
  },

  async state({ sql: trx, projectId }: ProjectTx): Promise<{ learnedAt: Date | null; waiting: number }> {
    const { rows } = await sql<{ learnedAt: Date | null; waiting: number }>`
      select (select learned_at from feedback_learning where project_id = ${projectId}) as "learnedAt",
        (select count(*)::int from feedback where project_id = ${projectId} and read_at is null) as waiting`.execute(
      trx,
    );
    return rows[0]!;
  },

  async evidence({ sql: trx, projectId }: ProjectTx, { id, figures: { of } }: StoredPattern) {
    const valueOf = { taskType: sql`task_type`, model: sql`model`, repo: sql`repo_id` };
    const { rows } = await sql<{ feedbackId: string; hunkId: string; file: string; before: string; after: string }>`
      select feedback_id as "feedbackId", hunk.id as "hunkId", file, before, after
      from feedback_hunk as hunk join feedback on feedback.id = hunk.feedback_id
      where hunk.project_id = ${projectId} and ${
        of
          ? sql`failure = ${of.failure} and status <> 'rejected' and ${valueOf[of.dimension]} = ${of.value}`
          : sql`hunk.id in (select hunk_id from feedback_pattern_hunk where pattern_id = ${id}::uuid)`
      }
      order by corrected_at desc, hunk.id desc limit 50`.execute(trx);
    return rows;
  },

  /** Corrections in whose places it was left, those first that were left altogether. */
  async leftIn(
    { sql: trx, projectId }: ProjectTx,
    { kind, key, language, taskType, figures }: StoredPattern,
    limit: number,
  ) {
    const ofTask = taskType === '' ? sql`true` : sql`task_type = ${taskType}`;
    const { rows } = await sql<{
      id: string;
      original: unknown;
      corrected: unknown;
      leftAt: { path: string; line: number }[];
    }>`
      select feedback.id, original, corrected, "leftAt" from (
        ${
          kind === 'detector'
            ? sql`
              select feedback_id, left_at as "leftAt" from feedback_occurrence join feedback on feedback.id = feedback_id
              where feedback_occurrence.project_id = ${projectId} and feedback_occurrence.kind = 'detector' and key = ${key}
                and feedback_occurrence.language = ${language} and survived > 0 and is_counted and ${ofTask}
              order by feedback.kind = 'kept' desc, feedback_id desc limit ${limit}`
            : sql`
              select feedback_id, '[]'::json as "leftAt" from feedback_place join feedback on feedback.id = feedback_id
              where feedback_place.project_id = ${projectId} and feedback_place.language = ${language}
                and places -> ${figures.place}::text is not null and is_counted and ${ofTask}
              order by feedback_id desc limit ${limit}`
        }
      ) as chosen join feedback on feedback.id = chosen.feedback_id order by feedback.kind = 'kept' desc, feedback.id desc`.execute(
      trx,
    );
    return rows;
  },
};
