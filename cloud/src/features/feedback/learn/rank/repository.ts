import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import type { Figures, OfGroup, OwnSums, Tally } from './figures.ts';
import type { Labelled } from './failures.ts';
import type { Support } from './judge.ts';

export interface Touched {
  kind: 'detector' | 'template';
  key: string;
  language: string;
}

/** What people changed of one kind, in one type of task or (`taskType` empty) in all. */
export interface OwnCount extends Touched {
  taskType: string;
  support: Support;
  files: number;
  own: OwnSums;
  models: OfGroup[];
  repos: OfGroup[];
  firstAt: Date;
  lastAt: Date;
}

export interface PatternRow {
  kind: 'detector' | 'template' | 'failure';
  key: string;
  language: string;
  taskType: string;
  title: string;
  template: { before: string; after: string } | null;
  failure: string | null;
  guidance: string | null;
  figures: Figures;
  firstAt: Date;
  lastAt: Date;
}

interface GroupRow {
  kind: Touched['kind'];
  key: string;
  language: string;
  task_type: string | null;
  model: string | null;
  repo_id: string | null;
  sets: number;
  corrections: number;
  tasks: number;
  repos: number;
  users: number;
  changed: number;
  changed_changed: number;
  changed_left: number;
  alone: number;
  first_at: Date;
  last_at: Date;
}

export const rankRepository = {
  /** What is to be counted again; it is no longer, from here on. */
  async take({ sql: trx, projectId }: ProjectTx, limit: number): Promise<Touched[]> {
    const { rows } = await sql<Touched>`
      delete from feedback_touched where project_id = ${projectId} and (kind, key, language) in (
        select kind, key, language from feedback_touched where project_id = ${projectId} and kind in ('detector', 'template')
        order by kind, key, language limit ${limit}
      ) returning kind, key, language`.execute(trx);
    return rows;
  },

  async takeFailures({ sql: trx, projectId }: ProjectTx): Promise<boolean> {
    const { numAffectedRows } = await sql`
      delete from feedback_touched where project_id = ${projectId} and kind = 'failure'`.execute(trx);
    return Number(numAffectedRows ?? 0) > 0;
  },

  async ownCounts({ sql: trx, projectId }: ProjectTx, touched: readonly Touched[]): Promise<OwnCount[]> {
    const { rows } = await sql<GroupRow>`
      with wanted as (
        select * from json_to_recordset(${JSON.stringify(touched)}::json) as given (kind text, key text, language text)
      ), member as (
        select wanted.*, occurrence.feedback_id, occurrence.changed::float8 as c, occurrence.survived::float8 as s
        from wanted join feedback_occurrence as occurrence on occurrence.project_id = ${projectId}
          and occurrence.kind = 'detector' and occurrence.key = wanted.key and occurrence.language = wanted.language
        where wanted.kind = 'detector' and occurrence.changed > 0
        union all
        select wanted.*, edit.feedback_id,
          count(*) filter (where template.place in (edit.coarse, edit.fine))::float8,
          coalesce(max(case template.place when edit.fine then edit.fine_left when edit.coarse then edit.coarse_left end), 0)::float8
        from wanted join feedback_template as template on template.project_id = ${projectId} and template.key = wanted.key
        join feedback_shape as shape on shape.project_id = ${projectId} and shape.template = template.key
        join feedback_edit as edit on edit.project_id = ${projectId} and edit.shape = shape.hash
        where wanted.kind = 'template'
        group by wanted.kind, wanted.key, wanted.language, edit.feedback_id
      )
      select kind, key, member.language, task_type, model, repo_id, grouping(task_type, model, repo_id)::int as sets,
        count(*)::int as corrections, count(distinct task_id)::int as tasks, count(distinct repo_id)::int as repos,
        count(distinct user_id)::int as users, sum(c) as changed, sum(c * c) as changed_changed, sum(c * s) as changed_left,
        count(*) filter (where c > 0 and s = 0)::int as alone, min(corrected_at) as first_at, max(corrected_at) as last_at
      from member join (select id, task_id, task_type, model, repo_id, user_id, corrected_at, is_counted from feedback) as feedback
        on feedback.id = member.feedback_id and is_counted
      group by grouping sets (
        (kind, key, member.language), (kind, key, member.language, task_type),
        (kind, key, member.language, model), (kind, key, member.language, task_type, model),
        (kind, key, member.language, repo_id), (kind, key, member.language, task_type, repo_id)
      )`.execute(trx);
    const { rows: files } = await sql<{ key: string; task_type: string | null; sets: number; files: number }>`
      select template as key, task_type, grouping(task_type)::int as sets, count(distinct file)::int as files
      from feedback_shape as shape join feedback_edit as edit on edit.project_id = shape.project_id and edit.shape = shape.hash
      join (select id, task_type, is_counted from feedback) as feedback on feedback.id = edit.feedback_id and is_counted
      where shape.project_id = ${projectId}
        and template = any(${touched.flatMap(({ kind, key }) => (kind === 'template' ? [key] : []))}::text[])
      group by grouping sets ((template), (template, task_type))`.execute(trx);
    const filesOf = new Map(files.map((row) => [`${row.key} ${row.sets === 1 ? '' : row.task_type}`, row.files]));
    return gathered(rows, (key, taskType) => filesOf.get(`${key} ${taskType}`) ?? 0);
  },

  /** Sums of what was left, of these keys in the languages that they are used with. */
  async tallies({ sql: trx, projectId }: ProjectTx, keys: readonly string[]): Promise<Tally[]> {
    const { rows } = await sql<Tally>`
      select language, key, task_type as "taskType", model, repo_id as "repoId", clusters, n, changed, nn,
        changed_changed as "changedChanged", changed_n as "changedN"
      from feedback_tally where project_id = ${projectId} and key = any(${keys}::text[]) and clusters > 0`.execute(trx);
    return rows;
  },

  async templates({ sql: trx, projectId }: ProjectTx, keys: readonly string[]) {
    return trx
      .selectFrom('feedback_template')
      .select(['key', 'place', 'before', 'after', 'title', 'rule'])
      .where('project_id', '=', projectId)
      .where('key', 'in', keys.length > 0 ? [...keys] : [''])
      .execute();
  },

  async labelled({ sql: trx, projectId }: ProjectTx, most: number): Promise<Labelled[]> {
    const { rows } = await sql<Labelled>`
      select failure, task_id as "taskId", task_type as "taskType", model, repo_id as "repoId", user_id as "userId",
        corrected_at as "correctedAt"
      from feedback where project_id = ${projectId} and failure is not null and status <> 'rejected'
      order by id desc limit ${most}`.execute(trx);
    return rows;
  },

  /** All that are counted by what was changed and left. */
  async stored({ sql: trx, projectId }: ProjectTx) {
    const { rows } = await sql<
      Pick<PatternRow, 'key' | 'language' | 'taskType' | 'figures'> & { id: string; kind: Touched['kind'] }
    >`
      select id, kind, key, language, task_type as "taskType", figures from feedback_pattern
      where project_id = ${projectId} and kind in ('detector', 'template')`.execute(trx);
    return rows;
  },

  async rejudge({ sql: trx }: ProjectTx, judged: readonly { id: string; figures: Figures }[]) {
    const rows = judged.map(({ id, figures }) => ({ id, figures, is: figures.isPattern, rank: figures.rank }));
    await sql`
      update feedback_pattern set figures = given.figures, is_pattern = given."is", rank = given.rank
      from json_to_recordset(${JSON.stringify(rows)}::json) as given (id uuid, figures json, "is" boolean, rank float8)
      where feedback_pattern.id = given.id`.execute(trx);
  },

  async put(tx: ProjectTx, patterns: readonly PatternRow[]) {
    const rows = patterns.map(({ figures, ...pattern }) => ({
      id: uuidv7(),
      ...pattern,
      figures,
      isPattern: figures.isPattern,
      rank: figures.rank,
    }));
    await sql`
      insert into feedback_pattern (id, project_id, kind, key, language, task_type, title, template, failure, guidance, figures,
        is_pattern, rank, first_at, last_at, learned_at)
      select id, ${tx.projectId}::uuid, kind, key, language, "taskType", title, nullif(template::text, 'null')::json, failure, guidance,
        figures, "isPattern", rank, "firstAt", "lastAt", ${tx.now}
      from json_to_recordset(${JSON.stringify(rows)}::json) as given (id uuid, kind text, key text, language text, "taskType" text,
        title text, template json, failure text, guidance text, figures json, "isPattern" boolean, rank float8,
        "firstAt" timestamptz, "lastAt" timestamptz)
      on conflict (project_id, kind, key, language, task_type) do update set title = excluded.title, template = excluded.template,
        failure = excluded.failure, guidance = excluded.guidance, figures = excluded.figures, is_pattern = excluded.is_pattern,
        rank = excluded.rank, first_at = excluded.first_at, last_at = excluded.last_at, learned_at = excluded.learned_at`.execute(
      tx.sql,
    );
  },

  /** Takes away what nothing is left of: of those that were counted again, all but these. */
  async keepOnly({ sql: trx, projectId }: ProjectTx, touched: readonly Touched[], kept: readonly PatternRow[]) {
    await sql`
      delete from feedback_pattern as pattern using json_to_recordset(${JSON.stringify(touched)}::json)
        as given (kind text, key text, language text)
      where project_id = ${projectId} and pattern.kind = given.kind and pattern.key = given.key and pattern.language = given.language
        and not exists (
          select from json_to_recordset(${JSON.stringify(namesOnly(kept))}::json)
            as kept (kind text, key text, language text, "taskType" text)
          where kept.kind = pattern.kind and kept.key = pattern.key and kept.language = pattern.language
            and kept."taskType" = pattern.task_type
        )`.execute(trx);
  },

  async keepOnlyFailures({ sql: trx, projectId }: ProjectTx, kept: readonly PatternRow[]) {
    await sql`
      delete from feedback_pattern as pattern where project_id = ${projectId} and kind = 'failure' and not exists (
        select from json_to_recordset(${JSON.stringify(namesOnly(kept))}::json) as kept (key text, "taskType" text)
        where kept.key = pattern.key and kept."taskType" = pattern.task_type
      )`.execute(trx);
  },

  /**
   * Says which patterns rest on these corrections: those of what was changed in their stretches. Only those that were counted, or
   * no longer, or have other templates since: what all patterns rest on is too much to be written again for each few more.
   */
  async linkHunks({ sql: trx, projectId }: ProjectTx, limit: number): Promise<number> {
    const { rows } = await sql<{ key: string }>`
      select key from feedback_touched where project_id = ${projectId} and kind = 'link' order by key limit ${limit}`.execute(
      trx,
    );
    if (rows.length === 0) return 0;
    const keys = rows.map(({ key }) => key);
    await sql`
      delete from feedback_touched where project_id = ${projectId} and kind = 'link' and key = any(${keys}::text[])`.execute(
      trx,
    );
    const ids = sql`${keys}::uuid[]`;
    await sql`
      delete from feedback_pattern_hunk where hunk_id in (select id from feedback_hunk where feedback_id = any(${ids}))`.execute(
      trx,
    );
    await sql`
      with rests as materialized (
        select 'detector' as kind, one.key collate "C" as key, hunk.language collate "C" as language, hunk.feedback_id, hunk.id as hunk_id
        from feedback_hunk as hunk cross join lateral json_array_elements_text(hunk.detectors) as one (key)
        where hunk.feedback_id = any(${ids})
        union
        select 'template', shape.template, shape.language, edit.feedback_id, edit.hunk_id
        from feedback_edit as edit join feedback_shape as shape on shape.project_id = ${projectId} and shape.hash = edit.shape
        where edit.feedback_id = any(${ids}) and shape.template is not null
      )
      insert into feedback_pattern_hunk (project_id, pattern_id, hunk_id)
      select ${projectId}::uuid, pattern.id, rests.hunk_id
      from rests join feedback on feedback.id = rests.feedback_id and feedback.is_counted
      join feedback_pattern as pattern on pattern.project_id = ${projectId} and pattern.kind = rests.kind
        and pattern.key = rests.key and pattern.language = rests.language
        and (pattern.task_type = '' or pattern.task_type = feedback.task_type)
      on conflict do nothing`.execute(trx);
    return rows.length;
  },

  async learned({ sql: trx, projectId, now }: ProjectTx) {
    await trx.updateTable('feedback_learning').set({ learned_at: now }).where('project_id', '=', projectId).execute();
  },
};

const namesOnly = (rows: readonly PatternRow[]) =>
  rows.map(({ kind, key, language, taskType }) => ({ kind, key, language, taskType }));

/** Bits of grouping(): which of type of task, model and repository a row is not split by. */
const [byAll, byTask, byModel, byTaskModel, byRepo, byTaskRepo] = [7, 3, 5, 1, 6, 2];

function gathered(rows: readonly GroupRow[], filesOf: (key: string, taskType: string) => number): OwnCount[] {
  const counts = new Map<string, OwnCount>();
  const nameOf = (row: GroupRow, taskType: string) => JSON.stringify([row.kind, row.key, row.language, taskType]);
  for (const row of rows) {
    const isOfTask = row.sets === byTask && row.task_type !== null;
    if (row.sets !== byAll && !isOfTask) continue;
    const taskType = isOfTask ? row.task_type! : '';
    const { kind, key, language, corrections, tasks, repos, users } = row;
    counts.set(nameOf(row, taskType), {
      kind,
      key,
      language,
      taskType,
      support: { corrections, tasks, repos, users },
      files: filesOf(key, taskType),
      own: {
        changed: row.changed,
        changedChanged: row.changed_changed,
        changedLeft: row.changed_left,
        alone: row.alone,
      },
      models: [],
      repos: [],
      firstAt: row.first_at,
      lastAt: row.last_at,
    });
  }
  for (const row of rows.toSorted((a, b) => b.changed - a.changed)) {
    const ofTask = row.sets === byTaskModel || row.sets === byTaskRepo;
    if (ofTask && row.task_type === null) continue;
    const count = counts.get(nameOf(row, ofTask ? row.task_type! : ''));
    if ((row.sets === byModel || row.sets === byTaskModel) && row.model !== null)
      count?.models.push({ name: row.model, changed: row.changed });
    if ((row.sets === byRepo || row.sets === byTaskRepo) && row.repo_id !== null)
      count?.repos.push({ name: row.repo_id, changed: row.changed });
  }
  return [...counts.values()];
}
