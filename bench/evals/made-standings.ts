import { randomUUID } from 'node:crypto';
import { keepStanding } from '../../cloud/src/features/evals/leaderboard/keep-standing.ts';
import type { Database } from '../../cloud/src/platform/db/database.ts';
import { makeDataset, makeProject } from './made-project.ts';

export interface Size {
  subjects: number;
  problems: number;
  runs: number;
}

const dayMs = 86_400_000;

/**
 * A project whose subjects ran nightly, each better than the one before. Runs and results are laid down in bulk; the end of
 * each run is what it is in the product.
 */
export async function makeStandings(database: Database, { subjects, problems, runs }: Size) {
  const projectId = await makeProject(database);
  const datasetId = await makeDataset(database, projectId, problems);
  const endingsMs: number[] = [];
  const made = Array.from({ length: subjects }, (_, s) => ({ subjectId: randomUUID(), skill: s / subjects }));
  for (const [s, { subjectId, skill }] of made.entries()) {
    await database.execute(
      `insert into eval_subject (id, project_id, key, kind, label, created_at) values ($1, $2, $3, 'model', $3, now())`,
      [subjectId, projectId, `subject ${s}`],
    );
    const ended = Array.from({ length: runs }, (_, r) => new Date(Date.now() - (runs - r) * dayMs + dayMs / 2));
    endingsMs.push(...(await endRuns({ projectId, datasetId, subjectId, problems, skill }, ended)));
  }
  return {
    projectId,
    endingsMs,
    /** One more run of a subject. */
    endOne: (subject: number, finishedAt: Date) =>
      endRuns({ projectId, datasetId, problems, ...made[subject]! }, [finishedAt]),
  };

  /** Runs of a subject, in their order; how long the end of each took. */
  async function endRuns(of: Line, finishedAt: readonly Date[]): Promise<number[]> {
    const laid = finishedAt.map((at) => ({ id: randomUUID(), finishedAt: at }));
    await layRuns(database, of, laid);
    const tookMs: number[] = [];
    for (const run of laid) {
      const startedMs = performance.now();
      await database.asProject(projectId, (tx) => keepStanding(tx, { ...endedAsUsual, ...of, ...run }));
      tookMs.push(performance.now() - startedMs);
    }
    return tookMs;
  }
}

const endedAsUsual = {
  status: 'completed',
  buildId: 'build',
  purpose: 'scheduled',
  commit: undefined,
  isWhole: true,
} as const;

interface Line {
  projectId: string;
  datasetId: string;
  subjectId: string;
  problems: number;
  /** 0 to 1. */
  skill: number;
}

async function layRuns(
  database: Database,
  { projectId, datasetId, subjectId, problems, skill }: Line,
  runs: readonly { id: string; finishedAt: Date }[],
) {
  const ids = runs.map(({ id }) => id);
  await database.execute(
    `insert into eval_run (id, project_id, dataset_id, subject_id, build_id, status, purpose, request, tags, is_whole,
       problem_count, samples_per_problem, sample_count, open_shards, started_by, created_at, finished_at)
     select id, $1, $2, $3, 'build', 'completed', 'scheduled', '{}', '[]', true, $4, 1, $4, 0, 'bench', at, at
     from unnest($5::uuid[], $6::timestamptz[]) as run (id, at)`,
    [projectId, datasetId, subjectId, problems, ids, runs.map(({ finishedAt }) => finishedAt)],
  );
  await database.execute(
    `insert into eval_result (run_id, problem, sample, project_id, status, time_ms, cost_usd, answer_sha256)
     select id, problem, 0, $1,
       case when random() < .3 + .6 * $2::float8 * (problem % 7) / 6 then 'passed' else 'failed' end,
       200 + 5000 * random(), .001 + .01 * random(), 'hash'
     from unnest($3::uuid[]) as id, generate_series(0, $4 - 1) as problem`,
    [projectId, skill, ids, problems],
  );
}
