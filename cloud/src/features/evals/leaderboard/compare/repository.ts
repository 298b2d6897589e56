import type { Status } from '@whetstone/evals';
import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';

export interface FoundRun {
  id: string;
  label: string;
  status: string;
  datasetId: string;
  dataset: string;
  sha256: string;
  sampleCount: number;
  /** null before anything of it began. */
  manifest: unknown;
  manifestHash: string | null;
  startedAt: Date | null;
}

export interface FoundResult {
  problem: number;
  sample: number;
  status: Status;
  timeMs: number;
  costUsd: number | null;
}

export const comparisonRepository = {
  async run(tx: ProjectTx, id: string): Promise<FoundRun | undefined> {
    const { rows } = await sql<FoundRun>`
      select run.id, subject.label, run.status, dataset.id as "datasetId", dataset.name as dataset, dataset.sha256,
        run.sample_count as "sampleCount", run.manifest, run.manifest_hash as "manifestHash", run.started_at as "startedAt"
      from eval_run run
      join eval_dataset dataset on dataset.id = run.dataset_id
      join eval_subject subject on subject.id = run.subject_id
      where run.project_id = ${tx.projectId} and run.id = ${id}`.execute(tx.sql);
    return rows[0];
  },

  async problemIds(tx: ProjectTx, datasetId: string): Promise<string[]> {
    const row = await tx.sql
      .selectFrom('eval_dataset')
      .select('problem_ids')
      .where('project_id', '=', tx.projectId)
      .where('id', '=', datasetId)
      .executeTakeFirstOrThrow();
    return row.problem_ids;
  },

  async results(tx: ProjectTx, runId: string): Promise<FoundResult[]> {
    const { rows } = await sql<FoundResult>`
      select problem, sample, status, time_ms as "timeMs", cost_usd as "costUsd"
      from eval_result where project_id = ${tx.projectId} and run_id = ${runId}
      order by problem, sample`.execute(tx.sql);
    return rows;
  },
};
