import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import type { Shape } from './cluster.ts';
import type { Template } from './term.ts';

export interface StoredShape extends Shape {
  language: string;
  seenAt: Date;
}

/** How often changes of a shape stand in places of an outline. */
export interface ShapePlace {
  shape: string;
  coarse: string;
  fine: string | null;
  n: number;
}

export interface TemplateRow {
  key: string;
  language: string;
  place: string;
  before: string;
  after: string;
  title: string;
  rule: string | null;
  shapes: string[];
}

/** What comes seldom, beyond these, is left for when it comes more often. */
const mostShapes = 1_000;

export const templateRepository = {
  /** Buckets whose templates are to be found anew; they are no longer, from here on. */
  async takeBuckets({ sql: trx, projectId }: ProjectTx, limit: number): Promise<string[]> {
    const { rows } = await sql<{ key: string }>`
      delete from feedback_touched where project_id = ${projectId} and kind = 'bucket' and key in (
        select key from feedback_touched where project_id = ${projectId} and kind = 'bucket' order by key limit ${limit}
      ) returning key`.execute(trx);
    return rows.map(({ key }) => key);
  },

  async shapesOf({ sql: trx, projectId }: ProjectTx, bucket: string): Promise<StoredShape[]> {
    const { rows } = await sql<{
      hash: string;
      language: string;
      form: Template;
      seenAt: Date;
      corrections: number;
    }>`
      select hash, shape.language, form, seen_at as "seenAt", counted.corrections
      from feedback_shape as shape join (
        select edit.shape, count(distinct feedback_id)::int as corrections
        from feedback_shape join feedback_edit as edit
          on edit.project_id = feedback_shape.project_id and edit.shape = feedback_shape.hash
        join feedback on feedback.id = edit.feedback_id and is_counted
        where feedback_shape.project_id = ${projectId} and bucket = ${bucket}
        group by edit.shape order by 2 desc, 1 limit ${mostShapes}
      ) as counted on counted.shape = shape.hash
      where shape.project_id = ${projectId}`.execute(trx);
    return rows.map(({ form, ...row }) => ({ ...row, template: form }));
  },

  async placesOf({ sql: trx, projectId }: ProjectTx, shapes: readonly string[]): Promise<ShapePlace[]> {
    const { rows } = await sql<ShapePlace>`
      select shape, coarse, fine, count(*)::int as n from feedback_edit join feedback on feedback.id = feedback_id and is_counted
      where feedback_edit.project_id = ${projectId} and shape = any(${shapes}::text[]) group by 1, 2, 3`.execute(trx);
    return rows;
  },

  /** Puts these in the place of those that the bucket had; all of both are to be counted again. */
  async replace({ sql: trx, projectId }: ProjectTx, bucket: string, templates: readonly TemplateRow[]) {
    await sql`
      insert into feedback_touched (project_id, kind, key, language)
      select project_id, 'template', key, language from feedback_template
      where project_id = ${projectId} and bucket = ${bucket}
      union
      select ${projectId}::uuid, 'template', key, language
      from json_to_recordset(${JSON.stringify(templates)}::json) as given (key text, language text)
      on conflict do nothing`.execute(trx);
    await sql`
      delete from feedback_template where project_id = ${projectId} and bucket = ${bucket}
        and not key = any(${templates.map(({ key }) => key)}::text[])`.execute(trx);
    await sql`
      insert into feedback_template (project_id, key, language, bucket, place, before, after, title, rule)
      select ${projectId}::uuid, key, language, ${bucket}, place, before, after, title, rule
      from json_to_recordset(${JSON.stringify(templates)}::json)
        as given (key text, language text, place text, before text, after text, title text, rule text)
      on conflict (project_id, key) do update set bucket = excluded.bucket, place = excluded.place, before = excluded.before,
        after = excluded.after, title = excluded.title, rule = excluded.rule`.execute(trx);
    const homes = templates.flatMap(({ key, shapes }) => shapes.map((shape) => ({ key, shape })));
    await sql`
      with moved as (
        update feedback_shape as shape set template = home.key
        from (
          select hash, given.key from feedback_shape
          left join json_to_recordset(${JSON.stringify(homes)}::json) as given (key text, shape text) on given.shape = hash
          where project_id = ${projectId} and bucket = ${bucket}
        ) as home
        where shape.project_id = ${projectId} and shape.hash = home.hash and shape.template is distinct from home.key
        returning shape.hash
      )
      insert into feedback_touched (project_id, kind, key, language)
      select distinct ${projectId}::uuid, 'link', edit.feedback_id::text, ''
      from moved join feedback_edit as edit on edit.project_id = ${projectId} and edit.shape = moved.hash
      on conflict do nothing`.execute(trx);
    // Nobody has made it any more: what it says may be what somebody wants gone.
    await sql`
      delete from feedback_shape where project_id = ${projectId} and bucket = ${bucket} and not exists (
        select from feedback_edit where feedback_edit.project_id = feedback_shape.project_id and shape = hash
      )`.execute(trx);
  },
};
