import type { SampleResult } from '@whetstone/evals';
import { randomUUID } from 'node:crypto';
import type { Database } from '../../cloud/src/platform/db/database.ts';
import { makeDataset, makeProject } from './made-project.ts';

export interface OpenRuns {
  projectId: string;
  /** Who holds the shard of each run. */
  owner: string;
  /** The next so many runs that nobody has written to. */
  take(count: number): string[];
}

/** Runs under way, each one shard that somebody works on. */
export async function makeOpenRuns(database: Database, { problems, runs }: { problems: number; runs: number }) {
  const projectId = await makeProject(database);
  const datasetId = await makeDataset(database, projectId, problems);
  const [subjectId, owner] = [randomUUID(), randomUUID()];
  const ids = Array.from({ length: runs }, () => randomUUID());
  await database.execute(
    `insert into eval_subject (id, project_id, key, kind, label, created_at) values ($1, $2, 'a', 'model', 'a', now())`,
    [subjectId, projectId],
  );
  await database.execute(
    `insert into eval_run (id, project_id, dataset_id, subject_id, build_id, status, purpose, request, tags, is_whole,
       problem_count, samples_per_problem, sample_count, open_shards, started_by, created_at)
     select id, $1, $2, $3, 'build', 'running', 'run', '{}', '[]', true, $4, 1, $4, 1, 'bench', now()
     from unnest($5::uuid[]) as run (id)`,
    [projectId, datasetId, subjectId, problems, ids],
  );
  await database.execute(
    `insert into eval_shard (run_id, shard, project_id, first_sample, sample_count, samples, is_sent, lease_owner,
       lease_until)
     select id, 0, $1, 0, $2, '[]', true, $3, now() + interval '1 day' from unnest($4::uuid[]) as run (id)`,
    [projectId, problems, owner, ids],
  );
  await database.execute('analyze');
  return { projectId, owner, take: (count: number) => ids.splice(0, count) };
}

/** As a model's sample ends: answered, paid for, and judged. */
export const resultOf = (problem: number): SampleResult => ({
  problemId: `p${problem}`,
  sampleIndex: 0,
  ...(problem % 3 === 0
    ? { status: 'failed', detail: `AssertionError: expected ${problem}, got ${problem + 1}` }
    : { status: 'passed' }),
  timeMs: 1_500.25 + problem,
  gradeMs: 12.5,
  costUsd: 0.00125,
  inputTokens: 320,
  outputTokens: 180,
  answerSha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
});

export async function layPlainRows(database: Database, projectId: string, runs: string[], problems: number) {
  await database.execute(
    `insert into eval_result (run_id, problem, sample, project_id, status, time_ms, grade_ms, cost_usd, input_tokens,
       output_tokens, answer_sha256)
     select id, problem, 0, $1, 'passed', 1500, 12.5, .00125, 320, 180, repeat('e', 64)
     from unnest($2::uuid[]) as run (id), generate_series(0, $3 - 1) as problem`,
    [projectId, runs, problems],
  );
}
