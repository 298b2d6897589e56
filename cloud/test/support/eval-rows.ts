import { keepStanding } from '../../src/features/evals/leaderboard/keep-standing.ts';
import type { RunPurpose } from '../../src/features/evals/runs/start-run.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { insertDataset, insertRunRow, insertSubject } from './insert-rows.ts';

export type MadeStatus = 'passed' | 'failed' | 'error' | 'timeout' | 'skipped';

export interface MadeResult {
  problem: number;
  sample: number;
  status: MadeStatus;
  timeMs?: number;
  /** null: answered, and the price is not known; absent: there was no answer. */
  costUsd?: number | null;
}

export interface MadeDataset {
  name: string;
  problemIds: string[];
  sha256?: string;
  clusters?: Record<string, string>;
  taskTypes?: Record<string, number[]>;
}

export interface MadeRun {
  datasetId: string;
  subjectId: string;
  results: readonly MadeResult[];
  finishedAt?: Date;
  status?: 'completed' | 'failed' | 'cancelled';
  purpose?: RunPurpose;
  isWhole?: boolean;
  commit?: string;
  manifest?: object;
}

/** Rows as runs leave them, without running anything. */
export function evalRows(database: Database, projectId: string) {
  const within = <T>(work: Parameters<typeof database.asProject<T>>[1]) => database.asProject(projectId, work);
  return {
    dataset: ({ name, problemIds, sha256, clusters, taskTypes = {} }: MadeDataset) =>
      within((tx) =>
        insertDataset(tx, {
          name,
          problem_ids: JSON.stringify(problemIds),
          problem_count: problemIds.length,
          task_types: JSON.stringify(taskTypes),
          ...(sha256 !== undefined && { sha256 }),
          ...(clusters && { clusters: JSON.stringify(clusters) }),
        }),
      ),

    subject: (label: string, kind = 'model') => within((tx) => insertSubject(tx, { label, kind })),

    run: (made: MadeRun) =>
      within(async (tx) => {
        const finishedAt = made.finishedAt ?? new Date();
        const id = await insertRunRow(tx, {
          dataset_id: made.datasetId,
          subject_id: made.subjectId,
          build_id: 'build',
          status: made.status ?? 'completed',
          purpose: made.purpose ?? 'run',
          commit_id: made.commit ?? null,
          is_whole: made.isWhole ?? true,
          sample_count: made.results.length,
          open_shards: 0,
          manifest: made.manifest ? JSON.stringify(made.manifest) : null,
          manifest_hash: made.manifest ? 'hash' : null,
          created_at: finishedAt,
          started_at: finishedAt,
          finished_at: finishedAt,
        });
        await insertResults(tx, projectId, id, made.results);
        await keepStanding(tx, ended(id, made, finishedAt));
        return id;
      }),

    /** The same run ends once more, with these results in place of those it had. */
    endAgain: (id: string, made: MadeRun) =>
      within(async (tx) => {
        await tx.sql.deleteFrom('eval_result').where('run_id', '=', id).execute();
        await insertResults(tx, projectId, id, made.results);
        await keepStanding(tx, ended(id, made, made.finishedAt ?? new Date()));
      }),

    deleteRun: (id: string) =>
      within(async (tx) => {
        await tx.sql.deleteFrom('eval_run').where('id', '=', id).execute();
      }),
  };
}

type Within = Parameters<Parameters<Database['asProject']>[1]>[0];

async function insertResults(tx: Within, projectId: string, runId: string, results: readonly MadeResult[]) {
  for (let from = 0; from < results.length; from += 1_000)
    await tx.sql
      .insertInto('eval_result')
      .values(
        results.slice(from, from + 1_000).map(({ problem, sample, status, timeMs = 100, costUsd }) => ({
          run_id: runId,
          problem,
          sample,
          project_id: projectId,
          status,
          detail: null,
          time_ms: timeMs,
          grade_ms: null,
          cost_usd: costUsd ?? null,
          input_tokens: null,
          output_tokens: null,
          answer_sha256: costUsd === undefined ? null : 'hash',
        })),
      )
      .execute();
}

const ended = (id: string, made: MadeRun, finishedAt: Date) => ({
  id,
  status: made.status ?? ('completed' as const),
  datasetId: made.datasetId,
  subjectId: made.subjectId,
  buildId: 'build',
  purpose: made.purpose ?? ('run' as const),
  commit: made.commit,
  isWhole: made.isWhole ?? true,
  finishedAt,
});
