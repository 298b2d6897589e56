import type { SubjectKind } from '@whetstone/shared/contract';
import { sql, type RawBuilder } from 'kysely';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { Schema } from '../../../platform/db/schema.ts';
import { bytesOf, int32sOf } from './int32-bytes.ts';
import type { Change, LineRow } from './line.ts';
import { clustersByPlace, type StandingDataset } from './lines-of-dataset.ts';
import type { OwnFigures, ResultGroup } from './own-figures.ts';
import { bucketCount, bucketGrowth } from './time-histogram.ts';

export interface StandingInsert extends Omit<LineRow, 'runId'> {
  taskType: string;
  own: OwnFigures;
  change: Change | undefined;
}

/** The ends of a subject's line within a time range. */
export interface LineEnds {
  subjectId: string;
  kind: SubjectKind;
  label: string;
  /** The last row within the range. */
  runId: string;
  seq: number;
  revision: number;
  at: Date;
  /** Whether the run itself is still there. */
  isKept: boolean;
  changePoints: number | null;
  changeP: number | null;
  /** The last row before it; null where the line begins within it. */
  beforeRunId: string | null;
  beforeSeq: number | null;
  beforeRevision: number | null;
}

export interface LineTotals {
  problems: Int32Array;
  times: Int32Array;
}

/** One run, or several that were near each other in time. */
export interface TrendBin {
  runs: number;
  /** Of the last one, as are the build and the commit. */
  at: Date;
  /** The only one; null where there are several. */
  runId: string | null;
  markedRunId: string | null;
  buildId: string;
  commit: string | null;
  passed: number;
  failed: number;
  error: number;
  timeout: number;
  skipped: number;
  effectiveN: number;
  answered: number;
  unpriced: number;
  costUsd: number;
}

interface LineOf {
  datasetId: string;
  taskType: string;
}

export const standingRepository = {
  /** The newest version of a data set with a counted run since a time; else the newest with any, or without. */
  async newestVersion(tx: ProjectTx, name: string, since: Date) {
    const { rows } = await sql<DatasetRow>`
      select id, sha256, ${datasetColumns}
      from eval_dataset dataset
      where project_id = ${tx.projectId} and name = ${name}
      order by
        exists (
          select from eval_standing where project_id = ${tx.projectId} and dataset_id = dataset.id and task_type = ''
            and at >= ${since}) desc,
        exists (
          select from eval_standing where project_id = ${tx.projectId} and dataset_id = dataset.id and task_type = '') desc,
        created_at desc, id desc
      limit 1`.execute(tx.sql);
    const [row] = rows;
    return row && { ...datasetOf(row), sha256: row.sha256 };
  },

  async dataset(tx: ProjectTx, id: string): Promise<StandingDataset> {
    const { rows } = await sql<DatasetRow>`
      select id, sha256, ${datasetColumns} from eval_dataset where project_id = ${tx.projectId} and id = ${id}`.execute(
      tx.sql,
    );
    return datasetOf(rows[0]!);
  },

  /** Of those that ran within the range, the ones that ran last; one more than asked for tells that there are more. */
  async lines(
    tx: ProjectTx,
    { datasetId, taskType, since, kind, atMost }: LineOf & { since: Date; kind: string | undefined; atMost: number },
  ): Promise<LineEnds[]> {
    const ofLine = (subjectId: string) => sql`project_id = ${tx.projectId} and dataset_id = ${datasetId}
      and task_type = ${taskType} and subject_id = ${sql.ref(subjectId)}`;
    // Whether a run is kept is looked up by its id: for "exists" a plan reads all runs of the project.
    const { rows } = await sql<LineEnds>`
      select line.id as "subjectId", line.kind, line.label, line.run_id as "runId", line.seq, line.revision, line.at,
        line.change_points as "changePoints", line.change_p as "changeP",
        (select run.id from eval_run run where run.id = line.run_id and run.project_id = ${tx.projectId}) is not null
          as "isKept",
        before.run_id as "beforeRunId", before.seq as "beforeSeq", before.revision as "beforeRevision"
      from (
        select subject.id, subject.kind, subject.label, top.*
        from eval_subject subject
        cross join lateral (
          select run_id, seq, revision, at, change_points, change_p from eval_standing
          where ${ofLine('subject.id')} order by at desc, seq desc limit 1
        ) top
        where subject.project_id = ${tx.projectId} and top.at >= ${since}
          and (${kind ?? null}::text is null or subject.kind = ${kind ?? null})
        order by top.at desc, subject.id
        limit ${atMost + 1}
      ) line
      left join lateral (
        select run_id, seq, revision from eval_standing
        where ${ofLine('line.id')} and at < ${since} order by at desc, seq desc limit 1
      ) before on true
      order by line.at desc, line.id`.execute(tx.sql);
    return rows;
  },

  async countLines(
    tx: ProjectTx,
    { datasetId, taskType, since, kind }: LineOf & { since: Date; kind: string | undefined },
  ): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(distinct subject.id)::integer as count
      from eval_standing standing join eval_subject subject on subject.id = standing.subject_id
      where standing.project_id = ${tx.projectId} and dataset_id = ${datasetId} and task_type = ${taskType}
        and at >= ${since} and (${kind ?? null}::text is null or subject.kind = ${kind ?? null})`.execute(tx.sql);
    return rows[0]!.count;
  },

  async totals(tx: ProjectTx, runIds: readonly string[], taskType: string): Promise<Map<string, LineTotals>> {
    const rows = await tx.sql
      .selectFrom('eval_standing')
      .select(['run_id', 'total_problems', 'total_times'])
      .where('project_id', '=', tx.projectId)
      .where('task_type', '=', taskType)
      .where('run_id', '=', anyOf(runIds))
      .execute();
    return new Map(
      rows.map((row) => [row.run_id, { problems: int32sOf(row.total_problems), times: int32sOf(row.total_times) }]),
    );
  },

  /**
   * What the rows between the ends came to, in their order: each for itself, or where a line may have more than `mostPoints`
   * those of each time span of `binMs` together. One row and one text for each line, as columns by the thousand take longer
   * to read than to add up.
   */
  async bins(
    tx: ProjectTx,
    of: LineOf & {
      lines: readonly Pick<LineEnds, 'subjectId' | 'seq' | 'beforeSeq'>[];
      marked: readonly string[];
      mostPoints: number;
      binMs: number;
    },
  ): Promise<Map<string, TrendBin[]>> {
    const { datasetId, taskType, lines, marked, mostPoints, binMs } = of;
    const { rows } = await sql<{ subjectId: string; bins: string }>`
      with line as (
        select * from unnest(
          ${lines.map(({ subjectId }) => subjectId)}::uuid[], ${lines.map(({ beforeSeq }) => beforeSeq ?? 0)}::integer[],
          ${lines.map(({ seq }) => seq)}::integer[]
        ) as line (subject_id, after_seq, last_seq)
      ), bin as (
        select standing.subject_id, max(seq) as seq, date_part('epoch', max(at)) as at, count(*) as runs,
          sum(passed) as passed, sum(failed) as failed, sum(error) as error, sum(timeout) as timeout,
          sum(skipped) as skipped, avg(effective_n) as effective_n, sum(answered) as answered, sum(unpriced) as unpriced,
          sum(cost_usd) as cost_usd, ${lastOf(sql`concat_ws(${between}, run_id, build_id, commit_id)`)} as last,
          ${marked.length > 0 ? sql`${lastOf(sql`run_id::text`)} filter (where run_id = ${anyOf(marked)})` : sql`''`} as marked
        from line
        join eval_standing standing on standing.project_id = ${tx.projectId} and standing.dataset_id = ${datasetId}
          and standing.task_type = ${taskType} and standing.subject_id = line.subject_id
          and standing.seq > line.after_seq and standing.seq <= line.last_seq
        group by standing.subject_id,
          case when last_seq - after_seq <= ${mostPoints} then seq
            else floor(date_part('epoch', at) * 1000 / ${binMs}::double precision) end
      )
      select subject_id as "subjectId", string_agg(
        concat_ws(${between}, at, runs, passed, failed, error, timeout, skipped, effective_n, answered, unpriced, cost_usd,
          coalesce(marked, ''), last), ${afterEach} order by seq) as bins
      from bin group by subject_id`.execute(tx.sql);
    return new Map(rows.map(({ subjectId, bins }) => [subjectId, bins.split(afterEach).map(binOf)]));
  },

  /** Of runs that stand on a line, those that were deleted since. */
  async gone(tx: ProjectTx, runIds: readonly string[]): Promise<Set<string>> {
    const { rows } = await sql<{ id: string }>`
      select id from unnest(${runIds}::uuid[]) as of_line (id)
      where not exists (select from eval_run run where run.project_id = ${tx.projectId} and run.id = of_line.id)`.execute(
      tx.sql,
    );
    return new Set(rows.map(({ id }) => id));
  },

  /** Of all data sets that something ever ran on. */
  async datasetNames(tx: ProjectTx): Promise<string[]> {
    const rows = await tx.sql
      .selectFrom('eval_dataset')
      .select('name')
      .distinct()
      .where('project_id', '=', tx.projectId)
      .execute();
    return rows.map(({ name }) => name);
  },

  /** How many runs each data set has on its board, all versions together. */
  async sources(tx: ProjectTx): Promise<{ dataset: string; runs: number; lastRunAt: Date }[]> {
    const { rows } = await sql<{ dataset: string; runs: number; lastRunAt: Date }>`
      select dataset.name as dataset, sum(counted.runs)::integer as runs, max(counted.last_at) as "lastRunAt"
      from (
        select dataset_id, count(*) as runs, max(at) as last_at from eval_standing
        where project_id = ${tx.projectId} and task_type = '' group by dataset_id
      ) counted
      join eval_dataset dataset on dataset.id = counted.dataset_id
      group by dataset.name`.execute(tx.sql);
    return rows;
  },

  /** Whoever adds to a line of the subject waits here for whoever is about to. */
  async lockSubject(tx: ProjectTx, subjectId: string): Promise<void> {
    await tx.sql
      .selectFrom('eval_subject')
      .select('id')
      .where('project_id', '=', tx.projectId)
      .where('id', '=', subjectId)
      .forNoKeyUpdate()
      .execute();
  },

  async isOnLine(tx: ProjectTx, runId: string): Promise<boolean> {
    const row = await tx.sql
      .selectFrom('eval_standing')
      .select('run_id')
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .executeTakeFirst();
    return row !== undefined;
  },

  async resultGroups(tx: ProjectTx, runId: string): Promise<ResultGroup[]> {
    const count = (status: string) => sql`(count(*) filter (where status = ${status}))::integer`;
    const { rows } = await sql<ResultGroup>`
      select problem,
        case when status in ('error', 'skipped') then null
          when time_ms < 1 then 0
          else least(${bucketCount - 1}::integer, floor(ln(time_ms) / ln(${bucketGrowth}::double precision))::integer + 1)
        end as bucket,
        ${count('passed')} as passed, ${count('failed')} as failed, ${count('error')} as error,
        ${count('timeout')} as timeout, ${count('skipped')} as skipped,
        count(answer_sha256)::integer as answered,
        (count(*) filter (where answer_sha256 is not null and cost_usd is null))::integer as unpriced,
        coalesce(sum(cost_usd) filter (where answer_sha256 is not null), 0) as "costUsd"
      from eval_result
      where run_id = ${runId} and project_id = ${tx.projectId}
      group by 1, 2`.execute(tx.sql);
    return rows;
  },

  /** The last row of each of a subject's lines on a version of a data set. */
  async lastRows(
    tx: ProjectTx,
    { datasetId, subjectId, taskTypes }: { datasetId: string; subjectId: string; taskTypes: readonly string[] },
  ): Promise<Map<string, LineRow>> {
    const { rows } = await sql<StoredLineRow & { task_type: string }>`
      select line.task_type, last.*
      from unnest(${taskTypes}::text[]) as line (task_type)
      cross join lateral (
        select ${sql.join(lineColumns.map((name) => sql.ref(name)))} from eval_standing
        where project_id = ${tx.projectId} and dataset_id = ${datasetId} and task_type = line.task_type
          and subject_id = ${subjectId}
        order by at desc, seq desc limit 1
      ) last`.execute(tx.sql);
    return new Map(rows.map((row) => [row.task_type, lineRowOf(row)]));
  },

  /** The row of a run on one line, the one before it and all after it. */
  async rowsFrom(tx: ProjectTx, runId: string, line: LineOf & { subjectId: string }) {
    const ofLine = tx.sql
      .selectFrom('eval_standing')
      .select(lineColumns)
      .where('project_id', '=', tx.projectId)
      .where('dataset_id', '=', line.datasetId)
      .where('task_type', '=', line.taskType)
      .where('subject_id', '=', line.subjectId);
    const seq = tx.sql
      .selectFrom('eval_standing')
      .select('seq')
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .where('task_type', '=', line.taskType);
    const before = await ofLine.where('seq', '<', seq).orderBy('seq', 'desc').limit(1).executeTakeFirst();
    const rows = await ofLine.where('seq', '>=', seq).orderBy('seq').execute();
    return { before: before && lineRowOf(before), rows: rows.map(lineRowOf) };
  },

  async insert(
    tx: ProjectTx,
    run: { id: string; datasetId: string; subjectId: string; buildId: string; commit: string | undefined },
    rows: readonly StandingInsert[],
  ): Promise<void> {
    await tx.sql
      .insertInto('eval_standing')
      .values(
        rows.map((row) => ({
          run_id: run.id,
          task_type: row.taskType,
          project_id: tx.projectId,
          dataset_id: run.datasetId,
          subject_id: run.subjectId,
          seq: row.seq,
          at: row.at,
          build_id: run.buildId,
          commit_id: run.commit ?? null,
          ...columnsOfOwn(row.own),
          ...columnsOfLine(row),
        })),
      )
      .execute();
  },

  async rewrite(
    tx: ProjectTx,
    taskType: string,
    row: LineRow & { change: Change | undefined },
    own: OwnFigures | undefined,
  ): Promise<void> {
    await tx.sql
      .updateTable('eval_standing')
      .set((eb) => ({ ...columnsOfLine(row), ...(own && columnsOfOwn(own)), revision: eb('revision', '+', 1) }))
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', row.runId)
      .where('task_type', '=', taskType)
      .execute();
  },

  async remove(tx: ProjectTx, runId: string): Promise<void> {
    await tx.sql
      .deleteFrom('eval_standing')
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .execute();
  },
};

const lineColumns = ['run_id', 'seq', 'at', 'own_problems', 'own_times', 'total_problems', 'total_times'] as const;

type StoredLineRow = Pick<Schema['eval_standing'], (typeof lineColumns)[number]>;

const lineRowOf = (row: StoredLineRow): LineRow => ({
  runId: row.run_id,
  seq: row.seq,
  at: row.at,
  ownProblems: int32sOf(row.own_problems),
  ownTimes: int32sOf(row.own_times),
  totalProblems: int32sOf(row.total_problems),
  totalTimes: int32sOf(row.total_times),
});

const columnsOfLine = (row: Omit<LineRow, 'runId' | 'seq' | 'at'> & { change: Change | undefined }) => ({
  own_problems: bytesOf(row.ownProblems),
  own_times: bytesOf(row.ownTimes),
  total_problems: bytesOf(row.totalProblems),
  total_times: bytesOf(row.totalTimes),
  change_points: row.change?.points ?? null,
  change_p: row.change?.p ?? null,
});

const columnsOfOwn = ({ counts, effectiveN, answered, unpriced, costUsd }: OwnFigures) => ({
  ...counts,
  effective_n: effectiveN,
  answered,
  unpriced,
  cost_usd: costUsd,
});

interface DatasetRow {
  id: string;
  sha256: string;
  problemCount: number;
  taskTypes: Record<string, number[]>;
  problemIds: string[] | null;
  clusters: Record<string, string> | null;
}

/** The names of the problems are many, and only clusters go by them. */
const datasetColumns = sql`problem_count as "problemCount", task_types as "taskTypes", clusters,
  case when clusters is not null and clusters::text <> 'null' then problem_ids end as "problemIds"`;

const datasetOf = ({ id, problemCount, taskTypes, problemIds, clusters }: DatasetRow): StandingDataset => ({
  id,
  problemCount,
  taskTypes,
  clusterOfPlace: clusters && problemIds ? clustersByPlace(problemIds, clusters) : undefined,
});

/** Neither is in an id, a hash or a number. */
const between = '\u001f';
const afterEach = '\u001e';

const seqDigits = 10;

/** What is told of the last row of a group: the largest text, as each begins with its place in the line. */
const lastOf = (told: RawBuilder<unknown>) => sql`max((lpad(seq::text, ${seqDigits}, '0') || ${told}) collate "C")`;

function binOf(text: string): TrendBin {
  const [at, runs, passed, failed, error, timeout, skipped, effectiveN, answered, unpriced, costUsd, ...told] =
    text.split(between) as BinFields;
  const [marked, last, buildId, commit = null] = told;
  return {
    runs: Number(runs),
    at: new Date(Math.round(1_000 * Number(at))),
    runId: runs === '1' ? last.slice(seqDigits) : null,
    markedRunId: marked === '' ? null : marked.slice(seqDigits),
    buildId,
    commit,
    passed: Number(passed),
    failed: Number(failed),
    error: Number(error),
    timeout: Number(timeout),
    skipped: Number(skipped),
    effectiveN: Number(effectiveN),
    answered: Number(answered),
    unpriced: Number(unpriced),
    costUsd: Number(costUsd),
  };
}

type Figures = [string, string, string, string, string, string, string, string, string, string, string];
type BinFields = [...Figures, marked: string, last: string, buildId: string, commit?: string];

/** One parameter, however many there are. */
const anyOf = (ids: readonly string[]) => sql<string>`any(${ids}::uuid[])`;
