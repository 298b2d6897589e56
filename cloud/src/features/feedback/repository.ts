import type { Triage } from '@whetstone/shared/contract';
import { sql, type RawBuilder } from 'kysely';
import type { ProjectTx } from '../../platform/db/database.ts';
import { pageFitting, type FittingPage, type PageWanted } from '../../platform/page-bytes.ts';

const columns = [
  'id',
  'version',
  'task_id as taskId',
  'task_type as taskType',
  'kind',
  'language',
  'repo_id as repoId',
  'user_id as userId',
  'model',
  'guidance_version as guidanceVersion',
  'comment',
  'files',
  'added',
  'removed',
  'triage',
  'detectors',
  'failure',
  'status',
  'labels',
  'assignee',
  'locked_by as lockedBy',
  'locked_until as lockedUntil',
  'reviewed_by as reviewedBy',
  'reviewed_at as reviewedAt',
  'corrected_at as correctedAt',
  'received_at as receivedAt',
] as const;

const wholeColumns = [...columns, 'original', 'corrected', 'flags', 'note', 'problem', 'warnings'] as const;

export interface FeedbackFilter {
  status?: string | undefined;
  taskType?: string | undefined;
  repoId?: string | undefined;
  model?: string | undefined;
  language?: string | undefined;
  triage?: string | undefined;
  kind?: string | undefined;
  label?: string | undefined;
  /** null: nobody. */
  assignee?: string | null | undefined;
  pattern?: string | undefined;
  query?: string | undefined;
}

const items = (tx: ProjectTx) => tx.sql.selectFrom('feedback').select(columns).where('project_id', '=', tx.projectId);
export type FeedbackRow = NonNullable<Awaited<ReturnType<ReturnType<typeof items>['executeTakeFirst']>>>;

const records = (tx: ProjectTx) =>
  tx.sql.selectFrom('feedback').select(wholeColumns).where('project_id', '=', tx.projectId);
export type WholeRow = NonNullable<Awaited<ReturnType<ReturnType<typeof records>['executeTakeFirst']>>>;

export interface HunkRow {
  id: string;
  feedbackId: string;
  file: string;
  language: string | null;
  verdict: string;
  startLine: number | null;
  endLine: number | null;
  before: string;
  after: string;
  triage: string | null;
  detectors: string[];
  patterns: string[];
}

/** What a reviewer may change; absent stays. */
export interface Changes {
  version?: number;
  status?: string | undefined;
  labels?: string[] | undefined;
  assignee?: string | null | undefined;
  note?: string | null | undefined;
  failure?: string | null | undefined;
  triage?: Triage | undefined;
  triagedBy?: string | undefined;
  lock?: { by: string; until: Date } | null | undefined;
  reviewedBy?: string | undefined;
}

export const reviewRepository = {
  /** Newest first, below the id `before`: as many as fit on a page. */
  page: (tx: ProjectTx, filter: FeedbackFilter, { before, limit }: PageWanted): Promise<FittingPage<FeedbackRow>> =>
    pageFitting(
      limit,
      async (most) => {
        const { rows } = await sql<{ id: string; bytes: number }>`
          select id, 500 + coalesce(octet_length(comment), 0) + octet_length(files::text) as bytes from feedback
          where project_id = ${tx.projectId} and ${sql.join([sql`true`, ...conditions(filter, before)], sql` and `)}
          order by id desc limit ${most}`.execute(tx.sql);
        return rows;
      },
      (ids) => items(tx).where('id', 'in', ids).orderBy('id', 'desc').execute(),
    ),

  /** The same with their patches and hunks. */
  wholePage: (tx: ProjectTx, filter: FeedbackFilter, { before, limit }: PageWanted): Promise<FittingPage<WholeRow>> =>
    pageFitting(
      limit,
      async (most) => {
        const { rows } = await sql<{ id: string; bytes: number }>`
          select id, 2 * (octet_length(original::text) + octet_length(corrected::text)) + coalesce((
            select sum(octet_length(before) + octet_length(after)) from feedback_hunk where feedback_id = feedback.id
          ), 0)::float8 as bytes
          from feedback
          where project_id = ${tx.projectId} and ${sql.join([sql`true`, ...conditions(filter, before)], sql` and `)}
          order by id desc limit ${most}`.execute(tx.sql);
        return rows;
      },
      (ids) => records(tx).where('id', 'in', ids).orderBy('id', 'desc').execute(),
    ),

  find: (tx: ProjectTx, id: string): Promise<WholeRow | undefined> =>
    records(tx).where('id', '=', id).executeTakeFirst(),

  /** Holds the row until the end of the transaction. */
  lock: (tx: ProjectTx, id: string): Promise<FeedbackRow | undefined> =>
    items(tx).where('id', '=', id).forUpdate().executeTakeFirst(),

  async hunks(tx: ProjectTx, feedbackIds: readonly string[]): Promise<HunkRow[]> {
    const { rows } = await sql<HunkRow>`
      select id, feedback_id as "feedbackId", file, language, verdict, start_line as "startLine", end_line as "endLine",
        before, after, triage, detectors,
        array(select counted.pattern_id::text from feedback_pattern_hunk as counted where counted.hunk_id = feedback_hunk.id) as patterns
      from feedback_hunk
      where project_id = ${tx.projectId} and feedback_id = any(${[...feedbackIds]}::uuid[])
      order by feedback_id, place`.execute(tx.sql);
    return rows;
  },

  async update(tx: ProjectTx, id: string, changes: Changes): Promise<FeedbackRow> {
    const { version, status, labels, assignee, note, failure, triage, triagedBy, lock, reviewedBy } = changes;
    return tx.sql
      .updateTable('feedback')
      .set({
        ...(version !== undefined && { version }),
        ...(status !== undefined && { status }),
        ...(labels !== undefined && { labels: JSON.stringify(labels) }),
        ...(assignee !== undefined && { assignee }),
        ...(note !== undefined && { note }),
        ...(failure !== undefined && { failure }),
        ...(triage !== undefined && { triage }),
        ...(triagedBy !== undefined && { triaged_by: triagedBy }),
        ...(lock !== undefined && { locked_by: lock?.by ?? null, locked_until: lock?.until ?? null }),
        ...(reviewedBy !== undefined && { reviewed_by: reviewedBy, reviewed_at: tx.now }),
      })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .returning(columns)
      .executeTakeFirstOrThrow();
  },

  /** Rules of guidance that rest on one of these corrections. */
  async rulesOn(tx: ProjectTx, feedbackIds: readonly string[]): Promise<{ guidanceVersion: string; ruleId: string }[]> {
    if (feedbackIds.length === 0) return [];
    const { rows } = await sql<{ guidanceVersion: string; ruleId: string }>`
      select 'g' || number as "guidanceVersion", coalesce(rule ->> 'id', '') as "ruleId"
      from guidance, json_array_elements(rules) as rule
      where project_id = ${tx.projectId} and exists (
        select from json_array_elements_text(coalesce(rule -> 'feedbackIds', '[]'::json)) as used
        where used = any(${[...feedbackIds]}::text[])
      )
      order by number, 2`.execute(tx.sql);
    return rows;
  },
};

function conditions(
  { status, taskType, repoId, model, language, triage, kind, label, assignee, pattern, query }: FeedbackFilter,
  before: string | undefined,
): RawBuilder<unknown>[] {
  const found: RawBuilder<unknown>[] = [];
  const equal = { status, task_type: taskType, repo_id: repoId, model, language, triage, kind };
  for (const [column, value] of Object.entries(equal))
    if (value !== undefined) found.push(sql`${sql.ref(column)} = ${value}`);
  // What was kept needs nobody's decision: it is there for whoever asks for it, and does not wait.
  if (status === 'pending' && kind === undefined) found.push(sql`kind <> 'kept'`);
  if (before !== undefined) found.push(sql`id < ${before}`);
  if (label !== undefined)
    found.push(sql`exists (select from json_array_elements_text(labels) as own where own = ${label})`);
  if (assignee !== undefined) found.push(assignee === null ? sql`assignee is null` : sql`assignee = ${assignee}`);
  if (pattern !== undefined)
    found.push(sql`exists (
      select from feedback_hunk as hunk join feedback_pattern_hunk as counted on counted.hunk_id = hunk.id
      where hunk.feedback_id = feedback.id and counted.pattern_id = ${pattern})`);
  if (query !== undefined) {
    const like = `%${query.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    found.push(sql`(comment ilike ${like} or files::text ilike ${like} or exists (
      select from feedback_hunk as hunk
      where hunk.feedback_id = feedback.id and (hunk.before ilike ${like} or hunk.after ilike ${like})))`);
  }
  return found;
}
