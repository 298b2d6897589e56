import { canonicalJson, type Dataset, type Generation, type SubjectManifest } from '@whetstone/evals';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import type { ShardPlan } from '../cut-plan.ts';
import type { RunCause } from '../start-run.ts';
import { taskTypesOf } from '../task-types.ts';

export interface NewRun {
  id: string;
  datasetId: string;
  subjectId: string;
  buildId: string;
  cause: RunCause;
  request: EvalRunRequest;
  subject: SubjectManifest;
  isWhole: boolean;
  problemCount: number;
  samplesPerProblem: number;
  sampleCount: number;
  lanes: number;
  worstCaseUsd: number | undefined;
}

export const startRepository = {
  /** The version with these bytes, made by the first run that names it. */
  async datasetVersion(tx: ProjectTx, { name, sha256, problems }: Dataset): Promise<string> {
    const clusters = problems.flatMap(({ id, cluster }) => (cluster === undefined ? [] : [[id, cluster] as const]));
    const known = tx.sql
      .selectFrom('eval_dataset')
      .select('id')
      .where('project_id', '=', tx.projectId)
      .where('name', '=', name)
      .where('sha256', '=', sha256);
    const before = await known.executeTakeFirst();
    if (before) return before.id;
    await tx.sql
      .insertInto('eval_dataset')
      .values({
        id: uuidv7(),
        project_id: tx.projectId,
        name,
        sha256,
        problem_ids: JSON.stringify(problems.map(({ id }) => id)),
        problem_count: problems.length,
        clusters: clusters.length > 0 ? JSON.stringify(Object.fromEntries(clusters)) : null,
        task_types: JSON.stringify(taskTypesOf(problems)),
        created_at: tx.now,
      })
      .onConflict((conflict) => conflict.columns(['project_id', 'name', 'sha256']).doNothing())
      .execute();
    return (await known.executeTakeFirstOrThrow()).id;
  },

  async subject(tx: ProjectTx, subject: { subjectKey: string; kind: string; label: string }): Promise<string> {
    const known = tx.sql
      .selectFrom('eval_subject')
      .select('id')
      .where('project_id', '=', tx.projectId)
      .where('key', '=', subject.subjectKey);
    const before = await known.executeTakeFirst();
    if (before) return before.id;
    await tx.sql
      .insertInto('eval_subject')
      .values({
        id: uuidv7(),
        project_id: tx.projectId,
        key: subject.subjectKey,
        kind: subject.kind,
        label: subject.label,
        created_at: tx.now,
      })
      .onConflict((conflict) => conflict.columns(['project_id', 'key']).doNothing())
      .execute();
    return (await known.executeTakeFirstOrThrow()).id;
  },

  async insertRun(tx: ProjectTx, run: NewRun): Promise<void> {
    const { request, cause } = run;
    await tx.sql
      .insertInto('eval_run')
      .values({
        id: run.id,
        project_id: tx.projectId,
        dataset_id: run.datasetId,
        subject_id: run.subjectId,
        build_id: run.buildId,
        status: 'queued',
        purpose: cause.purpose,
        parent_id: cause.parentId ?? null,
        schedule_id: cause.scheduleId ?? null,
        request: JSON.stringify(request),
        subject_manifest: canonicalJson(run.subject),
        commit_id: request.commit ?? null,
        flag_key: request.flag?.key ?? null,
        flag_variant: request.flag?.variant ?? null,
        tags: JSON.stringify(request.tags ?? []),
        is_whole: run.isWhole,
        problem_count: run.problemCount,
        samples_per_problem: run.samplesPerProblem,
        sample_count: run.sampleCount,
        open_shards: 0,
        lanes: run.lanes,
        budget_usd: request.budgetUsd ?? null,
        worst_case_usd: run.worstCaseUsd ?? null,
        manifest: null,
        manifest_hash: null,
        summary: null,
        failure: null,
        started_by: cause.startedBy,
        started_role: cause.startedRole ?? null,
        created_at: tx.now,
        started_at: null,
        finished_at: null,
      })
      .execute();
  },

  async insertShards(tx: ProjectTx, runId: string, shards: readonly ShardPlan<[number, number]>[]): Promise<void> {
    for (const part of chunksOf(shards, 200))
      await tx.sql
        .insertInto('eval_shard')
        .values(
          part.map(({ index, item }) => ({
            run_id: runId,
            shard: index,
            project_id: tx.projectId,
            first_sample: item.first,
            sample_count: item.samples.length,
            samples: JSON.stringify(item.samples),
            lease_owner: null,
            lease_until: null,
          })),
        )
        .execute();
    await tx.sql.updateTable('eval_run').set({ open_shards: shards.length }).where('id', '=', runId).execute();
  },

  async insertAnswers(
    tx: ProjectTx,
    runId: string,
    places: ReadonlyMap<string, number>,
    answers: readonly Generation[],
  ): Promise<void> {
    for (const part of chunksOf(answers, 500))
      await tx.sql
        .insertInto('eval_answer')
        .values(part.map(({ item }) => answerValues(tx, runId, places.get(item.problemId)!, item)))
        .execute();
  },

  /** Runs of these purposes that have not ended. */
  async openCount(tx: ProjectTx, purposes: readonly string[]): Promise<number> {
    const { n } = await tx.sql
      .selectFrom('eval_run')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('project_id', '=', tx.projectId)
      .where('status', 'in', ['queued', 'running'])
      .where('purpose', 'in', [...purposes])
      .executeTakeFirstOrThrow();
    return Number(n);
  },

  /** What runs of a time on have come to, and what those under way can come to. */
  async boundSince(tx: ProjectTx, since: Date): Promise<number> {
    const { rows } = await sql<{ usd: number }>`
      select coalesce(sum(case
        when status in ('queued', 'running')
          then greatest(paid_usd + reserved_usd, least(budget_usd, worst_case_usd))
        else paid_usd + reserved_usd
      end), 0)::float8 as usd
      from eval_run
      where project_id = ${tx.projectId}
        and (created_at >= ${since} or finished_at >= ${since} or status in ('queued', 'running'))`.execute(tx.sql);
    return rows[0]!.usd;
  },
};

/** A row of eval_answer. */
export const answerValues = (tx: ProjectTx, runId: string, problem: number, generation: Generation) => {
  const { sampleIndex, answer, answerSha256, usage, solveMs, transcript, reused } = generation;
  return {
    run_id: runId,
    problem,
    sample: sampleIndex,
    project_id: tx.projectId,
    kind: answer.kind,
    text: storable(answer.kind === 'none' ? answer.reason : answer.text),
    usage: JSON.stringify(usage),
    cost_usd: usage.costUsd ?? null,
    solve_ms: solveMs,
    sha256: answerSha256,
    reused: reused ?? false,
    transcript: transcript ? JSON.stringify(transcript) : null,
  };
};

/** PostgreSQL's text takes every character but NUL; no program that means anything has one. */
export const storable = (text: string) => text.replaceAll('\u0000', '\uFFFD').toWellFormed();

function* chunksOf<T>(items: readonly T[], size: number): Generator<{ index: number; item: T }[]> {
  for (let from = 0; from < items.length; from += size)
    yield items.slice(from, from + size).map((item, offset) => ({ index: from + offset, item }));
}
