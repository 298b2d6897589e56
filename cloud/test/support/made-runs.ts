import type { EvalRunRequest, Role } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { EndedRun, OnRunEnded } from '../../src/features/evals/runs/ended-run.ts';
import { runRepository } from '../../src/features/evals/runs/repository.ts';
import { regressionRepository } from '../../src/features/evals/regressions/repository.ts';
import type { PrepareRun, RunCause } from '../../src/features/evals/runs/start-run.ts';
import type { Database, ProjectTx } from '../../src/platform/db/database.ts';
import type { TestApp } from './app.ts';
import { insertDataset, insertRunRow, insertSubject } from './insert-rows.ts';

type Status = 'passed' | 'failed' | 'error';

/** What a build makes of a problem. */
type Verdicts = (problem: number, sample: number) => Status;

/** Passes all but the first so many. */
export const failing =
  (count: number): Verdicts =>
  (problem) =>
    problem < count ? 'failed' : 'passed';

interface Started {
  version: string;
  flag?: { key: string; variant: string };
  scheduleId?: string;
  commit?: string;
  /** Default: nobody's key. */
  role?: Role;
}

interface Options {
  database: Pick<Database, 'asProject'>;
  projectId: string;
  onEnded: OnRunEnded;
  problems?: number;
  now?: () => number;
}

/** Runs as rows: what a version of a subject makes of a problem says the test, and nothing is asked or graded. */
export function madeRuns({ database, projectId, onEnded, problems = 100, now = Date.now }: Options) {
  const builds = new Map<string, Verdicts>();
  const costs = new Map<string, number>();
  const ids = { dataset: uuidv7(), subject: uuidv7() };
  let worstCaseUsd: number | undefined;
  let refusal: Error | undefined;
  const prepared: EvalRunRequest[] = [];

  const inProject = <T>(work: (tx: ProjectTx) => Promise<T>) => database.asProject(projectId, work);

  async function insert(tx: ProjectTx, request: EvalRunRequest, cause: RunCause): Promise<string> {
    await insertDataset(tx, {
      id: ids.dataset,
      sha256: ids.dataset,
      problem_ids: JSON.stringify(Array.from({ length: problems }, (_, i) => `p/${i}`)),
      problem_count: problems,
    });
    await insertSubject(tx, { id: ids.subject, kind: 'model', label: 'a model' });
    const samples = request.samplesPerProblem ?? 1;
    return insertRunRow(tx, {
      dataset_id: ids.dataset,
      subject_id: ids.subject,
      build_id: versionOf(request),
      purpose: cause.purpose,
      parent_id: cause.parentId ?? null,
      schedule_id: cause.scheduleId ?? null,
      request: JSON.stringify(request),
      commit_id: request.commit ?? null,
      flag_key: request.flag?.key ?? null,
      flag_variant: request.flag?.variant ?? null,
      problem_count: problems,
      samples_per_problem: samples,
      sample_count: problems * samples,
      started_by: cause.startedBy,
      started_role: cause.startedRole ?? null,
    });
  }

  /** Ends a run with what its build makes of the problems. */
  const end = (runId: string, status: EndedRun['status'] = 'completed') =>
    inProject(async (tx) => {
      const run = (await runRepository.find(tx, runId))!;
      const verdictOf = builds.get(versionOf(run.request))!;
      const results = Array.from({ length: problems }, (_, problem) =>
        Array.from({ length: run.samplesPerProblem }, (__, sample) => ({
          run_id: runId,
          problem,
          sample,
          project_id: projectId,
          status: verdictOf(problem, sample),
          time_ms: 1,
          cost_usd: costs.get(versionOf(run.request)) ?? null,
        })),
      ).flat();
      const count = (wanted: Status) => results.filter((result) => result.status === wanted).length;
      // As one parameter: a statement of a thousand is slow to plan.
      await sql`
        insert into eval_result (run_id, problem, sample, project_id, status, time_ms, cost_usd)
        select * from json_to_recordset(${JSON.stringify(results)})
          as result (run_id uuid, problem integer, sample integer, project_id uuid, status text, time_ms float8,
            cost_usd float8)`.execute(tx.sql);
      const finishedAt = new Date(now());
      await tx.sql
        .updateTable('eval_run')
        .set({
          status,
          passed: count('passed'),
          failed: count('failed'),
          error: count('error'),
          open_shards: 0,
          finished_at: finishedAt,
        })
        .where('id', '=', runId)
        .execute();
      const { parentId, scheduleId, commit, flagKey, flagVariant, ...rest } = run;
      await onEnded(tx, {
        ...rest,
        status,
        parentId: parentId ?? undefined,
        scheduleId: scheduleId ?? undefined,
        commit: commit ?? undefined,
        flag: flagKey !== null && flagVariant !== null ? { key: flagKey, variant: flagVariant } : undefined,
        summary: undefined,
        finishedAt,
      });
    });

  const start = ({ version, flag, scheduleId, commit, role }: Started) =>
    inProject((tx) => {
      const subject = { kind: 'model' as const, model: 'a model', promptVersion: version };
      const request = { dataset: 'made', subject, ...(flag && { flag }), ...(commit && { commit }) };
      const cause = { purpose: scheduleId ? 'scheduled' : 'run', startedBy: 'a test' } as const;
      return insert(tx, request, { ...cause, ...(scheduleId && { scheduleId }), ...(role && { startedRole: role }) });
    });

  const prepare: PrepareRun = async (_, request) => {
    if (refusal) throw refusal;
    prepared.push(request);
    const sampleCount = problems * (request.samplesPerProblem ?? 1);
    return {
      problemCount: problems,
      sampleCount,
      estimatedCostUsd: undefined,
      worstCaseUsd,
      insert: (tx, cause) => insert(tx, request, cause),
    };
  };

  return {
    ids,
    prepare,
    prepared,
    start,
    end,
    /** From now on a version does this. */
    build: (version: string, verdictOf: Verdicts) => void builds.set(version, verdictOf),
    /** What an answer of it costs; default nobody knows. */
    answerCost: (version: string, usd: number) => void costs.set(version, usd),
    cost: (usd: number | undefined) => void (worstCaseUsd = usd),
    refuse: (error: Error | undefined) => void (refusal = error),

    /** A run of a version from its start to its end. */
    async run(started: Started): Promise<string> {
      const id = await start(started);
      await end(id);
      return id;
    },

    /** Ends the reruns of a regression that are under way. */
    async endReruns(parentId: string, status?: EndedRun['status']) {
      const { rows: running } = await inProject((tx) =>
        runRepository.list(tx, { parentId, status: 'running' }, { before: undefined, limit: 10 }),
      );
      for (const { id } of running) await end(id, status);
      return running.length;
    },
  };
}

const versionOf = ({ subject }: EvalRunRequest) =>
  subject.kind === 'reference' ? '' : (subject.promptVersion ?? subject.guidanceVersion ?? '');

/** A regression that is an alert, without what led to it. */
export async function anAlert({ database, projectId }: Pick<TestApp, 'database' | 'projectId'>): Promise<string> {
  const runs = madeRuns({ database, projectId, onEnded: async () => undefined, problems: 1 });
  runs.build('same', failing(0));
  const [before, after] = [await runs.run({ version: 'same' }), await runs.run({ version: 'same' })];
  return database.asProject(projectId, async (tx) => {
    const row = await regressionRepository.insert(tx, {
      found: 'comparison',
      before: { id: before },
      after: (await runRepository.find(tx, after))!,
      suspicion: { dropPoints: 10, p: 0.01, test: 'mcnemar' },
      entry: { by: 'a test', what: 'suspected' },
    });
    return (
      await regressionRepository.change(
        tx,
        row!,
        { state: 'alert', severity: 'warning' },
        { by: 'a test', what: 'warning' },
      )
    ).id;
  });
}
