import type { RunManifest, RunSummary } from '@whetstone/evals';
import type { EvalRunRequest, Role, RunStatus, SampleStatus, SubjectKind } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { pageFitting, type FittingPage, type PageWanted } from '../../../platform/page-bytes.ts';
import type { ProblemOutcome } from './ended-run.ts';
import type { RunPurpose } from './start-run.ts';

/** A run as lists show it, with the names of its data set and subject. What a request, a manifest or a summary holds can be large. */
export interface ListedRun {
  id: string;
  datasetId: string;
  dataset: string;
  datasetSha256: string;
  subjectId: string;
  subjectKind: SubjectKind;
  subjectLabel: string;
  buildId: string;
  status: RunStatus;
  purpose: RunPurpose;
  parentId: string | null;
  scheduleId: string | null;
  promptVersion: string | null;
  guidanceVersion: string | null;
  commit: string | null;
  flagKey: string | null;
  flagVariant: string | null;
  tags: string[];
  isWhole: boolean;
  problemCount: number;
  samplesPerProblem: number;
  sampleCount: number;
  openShards: number;
  passed: number;
  failed: number;
  error: number;
  timeout: number;
  skipped: number;
  budgetUsd: number | null;
  paidUsd: number;
  eventSeq: number;
  executor: string | null;
  manifestHash: string | null;
  /** Of its end; null before it. */
  figures: RunFigures | null;
  failure: string | null;
  startedBy: string;
  /** Of the key that asked for just this run; null: the product, or what an editor wrote. */
  startedRole: Role | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** The part of the summary that people see. */
export type RunFigures = Pick<RunSummary, (typeof figureNames)[number]>;

/** A run whole. */
export interface RunRow extends ListedRun {
  /** Inline samples left out. */
  request: EvalRunRequest;
  manifest: RunManifest | null;
}

export interface DatasetRow {
  id: string;
  name: string;
  sha256: string;
  problemIds: string[];
  problemCount: number;
  clusters: Record<string, string> | null;
  /** Task type -> places of its problems. */
  taskTypes: Record<string, number[]>;
}

export interface ResultRow {
  problem: number;
  sample: number;
  status: SampleStatus;
  detail: string | null;
  timeMs: number;
  gradeMs: number | null;
  costUsd: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  answerSha256: string | null;
  weaker: boolean;
  reused: boolean;
}

export interface AnswerRow {
  problem: number;
  sample: number;
  kind: string;
  text: string;
  usage: unknown;
  costUsd: number | null;
  solveMs: number;
  sha256: string;
  reused: boolean;
  transcript: { request: string; response: string } | null;
}

export interface RunFilter {
  dataset?: string | undefined;
  subjectId?: string | undefined;
  scheduleId?: string | undefined;
  parentId?: string | undefined;
  status?: RunStatus | undefined;
}

const figureNames = [
  'passRate',
  'interval',
  'passAtK',
  'passHatK',
  'costUsd',
  'avgCostUsd',
  'costPerSolvedUsd',
  'avgTimeMs',
  'medianTimeMs',
  'p95TimeMs',
  'reportHash',
] as const;

/** Of `eval_run` with its data set and subject. */
const listColumns = [
  'eval_run.id',
  'eval_run.dataset_id as datasetId',
  'eval_dataset.name as dataset',
  'eval_dataset.sha256 as datasetSha256',
  'eval_run.subject_id as subjectId',
  'eval_subject.kind as subjectKind',
  'eval_subject.label as subjectLabel',
  'eval_run.build_id as buildId',
  'eval_run.status',
  'eval_run.purpose',
  'eval_run.parent_id as parentId',
  'eval_run.schedule_id as scheduleId',
  sql<string | null>`request #>> '{subject,promptVersion}'`.as('promptVersion'),
  sql<string | null>`request #>> '{subject,guidanceVersion}'`.as('guidanceVersion'),
  'eval_run.commit_id as commit',
  'eval_run.flag_key as flagKey',
  'eval_run.flag_variant as flagVariant',
  'eval_run.tags',
  'eval_run.is_whole as isWhole',
  'eval_run.problem_count as problemCount',
  'eval_run.samples_per_problem as samplesPerProblem',
  'eval_run.sample_count as sampleCount',
  'eval_run.open_shards as openShards',
  'eval_run.passed',
  'eval_run.failed',
  'eval_run.error',
  'eval_run.timeout',
  'eval_run.skipped',
  'eval_run.budget_usd as budgetUsd',
  'eval_run.paid_usd as paidUsd',
  'eval_run.event_seq as eventSeq',
  sql<string | null>`manifest #>> '{executor,tier}'`.as('executor'),
  'eval_run.manifest_hash as manifestHash',
  sql<RunFigures | null>`
    case when summary is not null then json_strip_nulls(json_build_object(${sql.join(
      figureNames.flatMap((name) => [sql.lit(name), sql`summary -> ${sql.lit(name)}`]),
    )})) end`.as('figures'),
  'eval_run.failure',
  'eval_run.started_by as startedBy',
  'eval_run.started_role as startedRole',
  'eval_run.created_at as createdAt',
  'eval_run.started_at as startedAt',
  'eval_run.finished_at as finishedAt',
] as const;

/** What of a listed run callers and failures fill. */
const listedBytes = sql<number>`1000 + octet_length(tags::text) + coalesce(octet_length(failure), 0)`;

const resultColumns = [
  'problem',
  'sample',
  'status',
  'detail',
  'time_ms as timeMs',
  'grade_ms as gradeMs',
  'cost_usd as costUsd',
  'input_tokens as inputTokens',
  'output_tokens as outputTokens',
  'answer_sha256 as answerSha256',
  'weaker',
  'reused',
] as const;

const answerColumns = [
  'problem',
  'sample',
  'kind',
  'text',
  'usage',
  'cost_usd as costUsd',
  'solve_ms as solveMs',
  'sha256',
  'reused',
  'transcript',
] as const;

/** Runs, versions of data sets, and what came of problems, as everybody reads them. */
export const runRepository = {
  async find(tx: ProjectTx, runId: string): Promise<RunRow | undefined> {
    const found = await runs(tx)
      .select(listColumns)
      .select(['eval_run.request', 'eval_run.manifest'])
      .where('eval_run.id', '=', runId)
      .executeTakeFirst();
    return found as RunRow | undefined;
  },

  /** Without what can be large. */
  async glance(tx: ProjectTx, runId: string): Promise<ListedRun | undefined> {
    const found = await runs(tx).select(listColumns).where('eval_run.id', '=', runId).executeTakeFirst();
    return found as ListedRun | undefined;
  },

  /** Newest first, below the id `before`: as many as fit on a page. */
  list: (
    tx: ProjectTx,
    { dataset, subjectId, scheduleId, parentId, status }: RunFilter,
    { before, limit }: PageWanted,
  ): Promise<FittingPage<ListedRun>> =>
    pageFitting(
      limit,
      (most) =>
        runs(tx)
          .select(['eval_run.id', listedBytes.as('bytes')])
          .$if(dataset !== undefined, (query) => query.where('eval_dataset.name', '=', dataset!))
          .$if(subjectId !== undefined, (query) => query.where('eval_run.subject_id', '=', subjectId!))
          .$if(scheduleId !== undefined, (query) => query.where('eval_run.schedule_id', '=', scheduleId!))
          .$if(parentId !== undefined, (query) => query.where('eval_run.parent_id', '=', parentId!))
          .$if(status !== undefined, (query) => query.where('eval_run.status', '=', status!))
          .$if(before !== undefined, (query) => query.where('eval_run.id', '<', before!))
          .orderBy('eval_run.id', 'desc')
          .limit(most)
          .execute(),
      async (ids) => {
        const found = await runs(tx)
          .select(listColumns)
          .where('eval_run.id', 'in', ids)
          .orderBy('eval_run.id', 'desc')
          .execute();
        return found as ListedRun[];
      },
    ),

  /** By run, then in the order of the data set; problems without any result are absent. */
  async outcomes(tx: ProjectTx, runIds: readonly string[]): Promise<Map<string, ProblemOutcome[]>> {
    const byRun = new Map<string, ProblemOutcome[]>(runIds.map((id) => [id, []]));
    if (runIds.length === 0) return byRun;
    const rows = await tx.sql
      .selectFrom('eval_result')
      .select(['run_id as runId', 'problem'])
      .select((eb) => [
        sql<number>`(count(*) filter (where status = 'passed'))::int`.as('passed'),
        sql<number>`(count(*) filter (where status in ('passed', 'failed', 'timeout')))::int`.as('graded'),
        sql<number>`(count(*) filter (where status = 'error'))::int`.as('errors'),
        eb.fn.countAll().as('rows'),
      ])
      .where('project_id', '=', tx.projectId)
      .where('run_id', 'in', [...runIds])
      .groupBy(['run_id', 'problem'])
      .orderBy('run_id')
      .orderBy('problem')
      .execute();
    for (const { runId, problem, passed, graded, errors } of rows)
      byRun.get(runId)?.push({ problem, passed, graded, errors });
    return byRun;
  },

  /** By run, in the order of the data set: the graded samples of a problem, and what they cost where all have a price. */
  async armsOf(tx: ProjectTx, runIds: readonly string[]) {
    const graded = sql`status in ('passed', 'failed', 'timeout')`;
    const rows = await tx.sql
      .selectFrom('eval_result')
      .select(['run_id as runId', 'problem'])
      .select([
        sql<number>`(count(*) filter (where status = 'passed'))::int`.as('passed'),
        sql<number>`(count(*) filter (where ${graded}))::int`.as('graded'),
        sql<number | null>`case when bool_and(cost_usd is not null) filter (where ${graded})
          then (sum(cost_usd) filter (where ${graded}))::float8 end`.as('costUsd'),
      ])
      .where('project_id', '=', tx.projectId)
      .where('run_id', 'in', [...runIds])
      .groupBy(['run_id', 'problem'])
      .orderBy('problem')
      .execute();
    return new Map(
      runIds.map((id) => [id, rows.filter(({ runId }) => runId === id).map(({ runId: _, ...arm }) => arm)]),
    );
  },

  dataset: (tx: ProjectTx, datasetId: string): Promise<DatasetRow | undefined> =>
    tx.sql
      .selectFrom('eval_dataset')
      .select([
        'id',
        'name',
        'sha256',
        'problem_ids as problemIds',
        'problem_count as problemCount',
        'clusters',
        'task_types as taskTypes',
      ])
      .where('project_id', '=', tx.projectId)
      .where('id', '=', datasetId)
      .executeTakeFirst(),

  /** In the order of the data set, behind a place. */
  async results(
    tx: ProjectTx,
    runId: string,
    page: { status?: SampleStatus | undefined; after?: [problem: number, sample: number] | undefined; limit?: number },
  ): Promise<ResultRow[]> {
    const { status, after, limit } = page;
    const found = await tx.sql
      .selectFrom('eval_result')
      .select(resultColumns)
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .$if(status !== undefined, (query) => query.where('status', '=', status!))
      .$if(after !== undefined, (query) => query.where(sql<boolean>`(problem, sample) > (${after![0]}, ${after![1]})`))
      .orderBy('problem')
      .orderBy('sample')
      .$if(limit !== undefined, (query) => query.limit(limit!))
      .execute();
    return found as ResultRow[];
  },

  /** Of the first samples those with a verdict, in the order of the data set, behind a place. */
  async firstVerdicts(
    tx: ProjectTx,
    runId: string,
    { after, limit }: { after: number; limit: number },
  ): Promise<ResultRow[]> {
    const found = await tx.sql
      .selectFrom('eval_result')
      .select(resultColumns)
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .where('sample', '=', 0)
      .where('problem', '>', after)
      .where('status', 'in', ['passed', 'failed', 'timeout'])
      .orderBy('problem')
      .limit(limit)
      .execute();
    return found as ResultRow[];
  },

  async result(tx: ProjectTx, runId: string, problem: number, sample: number): Promise<ResultRow | undefined> {
    const found = await tx.sql
      .selectFrom('eval_result')
      .select(resultColumns)
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .where('problem', '=', problem)
      .where('sample', '=', sample)
      .executeTakeFirst();
    return found as ResultRow | undefined;
  },

  answer: (tx: ProjectTx, runId: string, problem: number, sample: number): Promise<AnswerRow | undefined> =>
    tx.sql
      .selectFrom('eval_answer')
      .select(answerColumns)
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .where('problem', '=', problem)
      .where('sample', '=', sample)
      .executeTakeFirst(),

  /** How many samples of a problem belong to the run. */
  async samplesOf(tx: ProjectTx, runId: string, problem: number): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n
      from eval_shard, json_array_elements(eval_shard.samples) as one
      where eval_shard.project_id = ${tx.projectId} and run_id = ${runId} and (one ->> 0)::int = ${problem}`.execute(
      tx.sql,
    );
    return rows[0]!.n;
  },
};

const runs = (tx: ProjectTx) =>
  tx.sql
    .selectFrom('eval_run')
    .innerJoin('eval_dataset', 'eval_dataset.id', 'eval_run.dataset_id')
    .innerJoin('eval_subject', 'eval_subject.id', 'eval_run.subject_id')
    .where('eval_run.project_id', '=', tx.projectId);
