import {
  sampleKey,
  type Generation,
  type RunManifest,
  type SampleResult,
  type SubjectManifest,
} from '@whetstone/evals';
import type { Counts, EvalRunRequest, RunStatus, SampleStatus } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../../../../platform/db/database.ts';
import { answerValues, storable } from '../start/repository.ts';

/** Who works on which part of a run. */
export interface Claim {
  runId: string;
  shard: number;
  owner: string;
}

export interface ClaimedShard {
  samples: [problem: number, sample: number][];
  errorsRetried: boolean;
  dataset: { name: string; sha256: string };
  request: EvalRunRequest;
  subject: SubjectManifest;
  samplesPerProblem: number;
  sampleCount: number;
  budgetUsd: number | null;
  /** Places of all problems of the run. */
  problems: number[];
}

export interface Written {
  answers: readonly { problem: number; generation: Generation }[];
  results: readonly { problem: number; result: SampleResult }[];
  paidUsd: number;
  releasedUsd: number;
}

/** Extended again and again by who works; whoever dies is waited for this long. */
const lease = sql<Date>`clock_timestamp() + interval '20 seconds'`;

/** Rows of the run are locked before those of its shards, by everybody. */
export const shardRepository = {
  async lockRun(tx: ProjectTx, runId: string): Promise<{ status: RunStatus; openShards: number } | undefined> {
    const found = await tx.sql
      .selectFrom('eval_run')
      .select(['status', 'open_shards as openShards'])
      .where('project_id', '=', tx.projectId)
      .where('id', '=', runId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    return found as { status: RunStatus; openShards: number } | undefined;
  },

  /** `nothing` is left to do, or others are at it. What one who died had reserved counts as spent from now on. */
  async claim(tx: ProjectTx, { runId, shard, owner }: Claim): Promise<ClaimedShard | 'nothing' | 'leased'> {
    const run = await this.lockRun(tx, runId);
    if (run?.status !== 'queued' && run?.status !== 'running') return 'nothing';
    const claimed = await tx.sql
      .updateTable('eval_shard')
      .set({ lease_owner: owner, lease_until: lease, reserved_usd: 0, is_sent: true })
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .where('shard', '=', shard)
      .where('is_done', '=', false)
      .where(sql<boolean>`(lease_until is null or lease_until < clock_timestamp())`)
      .returning(['samples', 'errors_retried as errorsRetried'])
      .executeTakeFirst();
    if (!claimed) {
      const state = await tx.sql
        .selectFrom('eval_shard')
        .select('is_done as isDone')
        .where('project_id', '=', tx.projectId)
        .where('run_id', '=', runId)
        .where('shard', '=', shard)
        .executeTakeFirst();
      return state && !state.isDone ? 'leased' : 'nothing';
    }
    const of = await tx.sql
      .updateTable('eval_run')
      .from('eval_dataset')
      .set({ status: 'running', started_at: sql`coalesce(started_at, ${tx.now})` })
      .where('eval_run.project_id', '=', tx.projectId)
      .where('eval_run.id', '=', runId)
      .whereRef('eval_dataset.id', '=', 'eval_run.dataset_id')
      .returning([
        'eval_dataset.name',
        'eval_dataset.sha256',
        'eval_run.request',
        'eval_run.subject_manifest as subject',
        'eval_run.samples_per_problem as samplesPerProblem',
        'eval_run.sample_count as sampleCount',
        'eval_run.budget_usd as budgetUsd',
      ])
      .executeTakeFirstOrThrow();
    const { rows } = await sql<{ problem: number }>`
      select distinct (one ->> 0)::int as problem
      from eval_shard, json_array_elements(eval_shard.samples) as one
      where eval_shard.project_id = ${tx.projectId} and run_id = ${runId}
      order by 1`.execute(tx.sql);
    const { name, sha256, request, subject, ...rest } = of;
    return {
      ...claimed,
      ...rest,
      dataset: { name, sha256 },
      request: request as EvalRunRequest,
      subject: subject as SubjectManifest,
      problems: rows.map(({ problem }) => problem),
    };
  },

  /** How many answers and verdicts of a shard's samples are kept. */
  async keptOf(tx: ProjectTx, { runId, shard }: Claim): Promise<number> {
    const { rows } = await sql<{ kept: number }>`
      with own as (
        select (one ->> 0)::int as problem, (one ->> 1)::int as sample
        from eval_shard, json_array_elements(eval_shard.samples) as one
        where eval_shard.project_id = ${tx.projectId} and run_id = ${runId} and shard = ${shard}
      )
      select (
        (select count(*) from eval_answer join own using (problem, sample)
          where eval_answer.project_id = ${tx.projectId} and run_id = ${runId})
        + (select count(*) from eval_result join own using (problem, sample)
          where eval_result.project_id = ${tx.projectId} and run_id = ${runId} and status not in ('error', 'skipped'))
      )::int as kept`.execute(tx.sql);
    return rows[0]!.kept;
  },

  /** What is there of a shard's samples: answers, and how they were judged. */
  async stateOf(tx: ProjectTx, runId: string, samples: ClaimedShard['samples'], problemIds: readonly string[]) {
    // Theirs alone: of a problem that is asked a hundred times, the other answers belong to other shards.
    const isOwn = sql<boolean>`(problem, sample) in (
      select (one ->> 0)::int, (one ->> 1)::int from json_array_elements(${JSON.stringify(samples)}::json) as one
    )`;
    const results = await tx.sql
      .selectFrom('eval_result')
      .select(['problem', 'sample', 'status'])
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .where(isOwn)
      .execute();
    const answers = await tx.sql
      .selectFrom('eval_answer')
      .selectAll()
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .where(isOwn)
      .execute();
    const keyOf = ({ problem, sample }: { problem: number; sample: number }) => sampleKey(problemIds[problem]!, sample);
    return {
      statuses: new Map(results.map((row) => [keyOf(row), row.status as SampleStatus])),
      generations: new Map(
        answers.map((row) => [
          keyOf(row),
          {
            problemId: problemIds[row.problem]!,
            sampleIndex: row.sample,
            answer: row.kind === 'none' ? { kind: row.kind, reason: row.text } : { kind: row.kind, text: row.text },
            answerSha256: row.sha256,
            usage: row.usage,
            solveMs: row.solve_ms,
            ...(row.transcript && { transcript: row.transcript }),
            ...(row.reused && { reused: true }),
          } as Generation,
        ]),
      ),
    };
  },

  /** The run's manifest: what the first shard found, which all others must find as well. */
  async manifest(
    tx: ProjectTx,
    runId: string,
    own: { manifest: RunManifest; hash: string },
  ): Promise<{ manifest: RunManifest; hash: string }> {
    await this.lockRun(tx, runId);
    await tx.sql
      .updateTable('eval_run')
      .set({ manifest: JSON.stringify(own.manifest), manifest_hash: own.hash })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', runId)
      .where('manifest', 'is', null)
      .execute();
    const kept = await tx.sql
      .selectFrom('eval_run')
      .select(['manifest', 'manifest_hash as hash'])
      .where('project_id', '=', tx.projectId)
      .where('id', '=', runId)
      .executeTakeFirstOrThrow();
    return { manifest: kept.manifest as RunManifest, hash: kept.hash! };
  },

  /** Stays with it; the state of the run, or nothing when another has taken the shard over. */
  async holdOn(tx: ProjectTx, claim: Claim): Promise<RunStatus | undefined> {
    const { rows } = await sql<{ status: RunStatus }>`
      update eval_shard set lease_until = ${lease}
      from eval_run
      where eval_run.id = eval_shard.run_id and eval_shard.project_id = ${tx.projectId} and run_id = ${claim.runId}
        and shard = ${claim.shard} and lease_owner = ${claim.owner} and not is_done
      returning eval_run.status`.execute(tx.sql);
    return rows[0]?.status;
  },

  async isHeld(tx: ProjectTx, claim: Claim, releasedUsd = 0): Promise<boolean> {
    const { numUpdatedRows } = await tx.sql
      .updateTable('eval_shard')
      .set({ lease_until: lease, reserved_usd: sql`greatest(0, reserved_usd - ${releasedUsd}::float8)` })
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', claim.runId)
      .where('shard', '=', claim.shard)
      .where('lease_owner', '=', claim.owner)
      .where('is_done', '=', false)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  /** When it was let go stays known, so that one which waits for its next message is not taken for one that lost it. */
  release: (tx: ProjectTx, claim: Claim) =>
    tx.sql
      .updateTable('eval_shard')
      .set({ lease_owner: null, lease_until: sql`clock_timestamp() - interval '1 second'` })
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', claim.runId)
      .where('shard', '=', claim.shard)
      .where('lease_owner', '=', claim.owner)
      .execute(),

  markErrorsRetried: (tx: ProjectTx, claim: Claim, areRetried = true) =>
    tx.sql
      .updateTable('eval_shard')
      .set({ errors_retried: areRetried })
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', claim.runId)
      .where('shard', '=', claim.shard)
      .where('lease_owner', '=', claim.owner)
      .execute(),

  /** An ask starts only when it fits beside what was paid and what all shards have in flight. */
  async reserve(tx: ProjectTx, claim: Claim, usd: number): Promise<'reserved' | 'wait' | 'spent'> {
    await this.lockRun(tx, claim.runId);
    const { rows } = await sql`
      update eval_run set reserved_usd = reserved_usd + ${usd}::float8
      where project_id = ${tx.projectId} and id = ${claim.runId} and not is_spent
        and (budget_usd is null or paid_usd + reserved_usd + ${usd}::float8 <= budget_usd + 1e-9)
      returning 1`.execute(tx.sql);
    if (rows.length > 0) {
      await sql`
        update eval_shard set reserved_usd = reserved_usd + ${usd}::float8
        where project_id = ${tx.projectId} and run_id = ${claim.runId} and shard = ${claim.shard}`.execute(tx.sql);
      return 'reserved';
    }
    const { rows: spent } = await sql`
      update eval_run set is_spent = true
      where project_id = ${tx.projectId} and id = ${claim.runId} and (is_spent or not exists (
        select from eval_shard
        where run_id = eval_run.id and not is_done and reserved_usd > 0 and lease_until > clock_timestamp()
      ))
      returning 1`.execute(tx.sql);
    return spent.length > 0 ? 'spent' : 'wait';
  },

  insertAnswers: async (tx: ProjectTx, runId: string, answers: Written['answers']): Promise<void> => {
    if (answers.length === 0) return;
    const rows = answers.map(({ problem, generation }) => answerValues(tx, runId, problem, generation));
    await sql`
      insert into eval_answer (run_id, project_id, problem, sample, kind, text, usage, cost_usd, solve_ms, sha256, reused,
        transcript)
      select ${runId}, ${tx.projectId}, problem, sample, kind, text, usage::json, cost_usd, solve_ms, sha256, reused,
        transcript::json
      from json_to_recordset(${JSON.stringify(rows)}) as fresh (problem integer, sample integer, kind text, text text,
        usage text, cost_usd float8, solve_ms float8, sha256 text, reused boolean, transcript text)
      on conflict (run_id, problem, sample) do nothing`.execute(tx.sql);
  },

  /** A verdict is never replaced; trouble and what was not asked are. Gives what was written, with what it replaced. */
  async upsertResults(
    tx: ProjectTx,
    runId: string,
    results: Written['results'],
  ): Promise<{ problem: number; sample: number; before: SampleStatus | undefined }[]> {
    if (results.length === 0) return [];
    const { rows } = await sql<{ problem: number; sample: number; before: SampleStatus | null }>`
      with fresh as materialized (
        select * from json_to_recordset(${JSON.stringify(results.map(resultValues))}) as fresh (problem integer,
          sample integer, status text, detail text, time_ms float8, grade_ms float8, cost_usd float8, input_tokens integer,
          output_tokens integer, answer_sha256 text, weaker boolean, reused boolean)
      ), replaced as materialized (
        select problem, sample, result.status from fresh join eval_result result using (problem, sample)
        where result.project_id = ${tx.projectId} and result.run_id = ${runId} and ${isReplaced}
      )
      insert into eval_result as result (run_id, project_id, ${resultColumns})
      select ${runId}, ${tx.projectId}, ${resultColumns} from fresh
      on conflict (run_id, problem, sample) do update set (${resultColumns}) = (${excludedColumns})
      where ${isReplaced}
      returning problem, sample, (
        select status from replaced where replaced.problem = result.problem and replaced.sample = result.sample
      ) as before`.execute(tx.sql);
    return rows.map(({ before, ...place }) => ({ ...place, before: before ?? undefined }));
  },

  /** Adds to the sums of the run and gives out `events` numbers: the sums, and the last number. */
  async count(
    tx: ProjectTx,
    runId: string,
    { counts, paidUsd, releasedUsd, events }: { counts: Counts; paidUsd: number; releasedUsd: number; events: number },
  ): Promise<{ counts: Counts; sampleCount: number; paidUsd: number; lastSeq: number }> {
    const { rows } = await sql<Counts & { sampleCount: number; paidUsd: number; lastSeq: number }>`
      update eval_run set
        passed = passed + ${counts.passed}, failed = failed + ${counts.failed}, error = error + ${counts.error},
        timeout = timeout + ${counts.timeout}, skipped = skipped + ${counts.skipped},
        paid_usd = paid_usd + ${paidUsd}::float8,
        reserved_usd = greatest(0, reserved_usd - ${releasedUsd}::float8),
        event_seq = event_seq + ${events}
      where project_id = ${tx.projectId} and id = ${runId}
      returning passed, failed, error, timeout, skipped, sample_count as "sampleCount", paid_usd as "paidUsd",
        event_seq as "lastSeq"`.execute(tx.sql);
    const { passed, failed, error, timeout, skipped, ...rest } = rows[0]!;
    return { counts: { passed, failed, error, timeout, skipped }, ...rest };
  },

  insertEvents: async (
    tx: ProjectTx,
    runId: string,
    events: readonly { seq: number; type: string; data: unknown }[],
  ): Promise<void> => {
    if (events.length === 0) return;
    // Data as a text within the text: what its strings hold is read by nobody on the way.
    const rows = events.map(({ data, ...event }) => ({ ...event, data: JSON.stringify(data) }));
    await sql`
      insert into eval_event (run_id, project_id, created_at, seq, type, data)
      select ${runId}, ${tx.projectId}, ${tx.now}, seq, type, data::json
      from json_to_recordset(${JSON.stringify(rows)}) as fresh (seq integer, type text, data text)`.execute(tx.sql);
  },

  /** How many shards are still open; nothing where it was done already, or is another's. */
  async finish(tx: ProjectTx, claim: Claim): Promise<number | undefined> {
    const { numUpdatedRows } = await tx.sql
      .updateTable('eval_shard')
      .set({ is_done: true, lease_owner: null, lease_until: null })
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', claim.runId)
      .where('shard', '=', claim.shard)
      .where('lease_owner', '=', claim.owner)
      .where('is_done', '=', false)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return undefined;
    const { openShards } = await tx.sql
      .updateTable('eval_run')
      .set((eb) => ({ open_shards: eb('open_shards', '-', 1) }))
      .where('project_id', '=', tx.projectId)
      .where('id', '=', claim.runId)
      .returning('open_shards as openShards')
      .executeTakeFirstOrThrow();
    return openShards;
  },

  /** Takes the next shards whose messages are to be sent, in the order of the plan. */
  async takeUnsent(tx: ProjectTx, runId: string, limit?: number): Promise<number[]> {
    const { rows } = await sql<{ shard: number }>`
      update eval_shard set is_sent = true
      where project_id = ${tx.projectId} and run_id = ${runId} and shard in (
        select shard from eval_shard where run_id = ${runId} and not is_sent and not is_done
        order by shard limit ${limit ?? sql`(select lanes from eval_run where id = ${runId})`}
      )
      returning shard`.execute(tx.sql);
    return rows.map(({ shard }) => shard).toSorted((a, b) => a - b);
  },

  /** Nobody else works on a database that is not shared: whoever held these is gone. */
  freeAll: async (tx: Tx): Promise<void> => {
    await tx.sql
      .updateTable('eval_shard')
      .set({ lease_owner: null, lease_until: null })
      .where('lease_until', 'is not', null)
      .execute();
  },

  /** Shards whose message was lost, by project: sent long ago, open, and nobody is at them. */
  async stranded(tx: Tx, idleMinutes: number): Promise<{ projectId: string; runId: string; shard: number }[]> {
    const { rows } = await sql<{ projectId: string; runId: string; shard: number }>`
      select eval_shard.project_id as "projectId", run_id as "runId", shard
      from eval_shard join eval_run on eval_run.id = eval_shard.run_id
      where eval_run.status in ('queued', 'running') and is_sent and not is_done
        and coalesce(lease_until, eval_run.started_at, eval_run.created_at)
          < clock_timestamp() - ${`${idleMinutes} minutes`}::interval
      order by run_id, shard limit 1000`.execute(tx.sql);
    return rows;
  },
};

// Rows go to the database as one parameter: a statement with one for each value takes longer to read than to run, and ends
// at 65,535 of them.
const resultValues = ({ problem, result }: Written['results'][number]) => ({
  problem,
  sample: result.sampleIndex,
  status: result.status,
  detail: result.detail === undefined ? null : storable(result.detail),
  time_ms: result.timeMs,
  grade_ms: result.gradeMs ?? null,
  cost_usd: result.costUsd ?? null,
  input_tokens: result.inputTokens ?? null,
  output_tokens: result.outputTokens ?? null,
  answer_sha256: result.answerSha256 ?? null,
  weaker: result.weaker ?? false,
  reused: result.reused ?? false,
});

const columns = [
  'problem',
  'sample',
  'status',
  'detail',
  'time_ms',
  'grade_ms',
  'cost_usd',
  'input_tokens',
  'output_tokens',
  'answer_sha256',
  'weaker',
  'reused',
];
const resultColumns = sql.join(columns.map((name) => sql.ref(name)));
const excludedColumns = sql.join(columns.map((name) => sql.ref(`excluded.${name}`)));

const isReplaced = sql`result.status in ('error', 'skipped')`;
