import type { EvalRunRequest } from '@whetstone/shared/contract';
import type { RunCause } from '../../src/features/evals/runs/start-run.ts';
import type { ProjectTx } from '../../src/platform/db/database.ts';
import { insertDataset, insertRunRow, insertSubject } from './insert-rows.ts';

/** The row of a run as a request leaves it, without anything that works on it. */
export async function insertRun(tx: ProjectTx, request: EvalRunRequest, cause: RunCause): Promise<string> {
  return insertRunRow(tx, {
    dataset_id: await insertDataset(tx, { name: request.dataset }),
    subject_id: await insertSubject(tx, { key: 'k' }),
    status: 'queued',
    purpose: cause.purpose,
    parent_id: cause.parentId ?? null,
    schedule_id: cause.scheduleId ?? null,
    request: JSON.stringify(request),
    started_by: cause.startedBy,
  });
}
