import { v7 as uuidv7 } from 'uuid';
import type { EvalRun } from '@whetstone/shared/contract';
import type { Database } from '../../src/platform/db/database.ts';
import { insertDataset, insertRunRow, insertSubject } from './insert-rows.ts';

interface Place {
  database: Pick<Database, 'asProject'>;
}

interface MadeRun {
  dataset?: string;
  sampleCount?: number;
  status?: EvalRun['status'];
}

/** The row of a run that nothing works on. */
export const insertRun = (
  { database }: Place,
  projectId: string,
  { dataset = `set-${uuidv7()}`, sampleCount = 100, status = 'running' }: MadeRun = {},
): Promise<string> =>
  database.asProject(projectId, async (tx) =>
    insertRunRow(tx, {
      dataset_id: await insertDataset(tx, {
        name: dataset,
        problem_ids: JSON.stringify(Array.from({ length: sampleCount }, (_, i) => `p${i}`)),
        problem_count: sampleCount,
      }),
      subject_id: await insertSubject(tx, {}),
      status,
      request: JSON.stringify({ dataset, subject: { kind: 'reference' } }),
      problem_count: sampleCount,
      sample_count: sampleCount,
      started_at: tx.now,
    }),
  );

interface Told {
  type: 'result' | 'progress' | 'done';
  data: object;
}

/** Events of a run as those who work on it write them: numbered by the run's row, which they lock. */
export async function tell(
  { database }: Place,
  projectId: string,
  runId: string,
  events: Told[],
  set: { status?: EvalRun['status']; passed?: number } = {},
) {
  await database.asProject(projectId, async ({ sql, now }) => {
    const { event_seq: head } = await sql
      .updateTable('eval_run')
      .set((eb) => ({ event_seq: eb('event_seq', '+', events.length), ...set }))
      .where('id', '=', runId)
      .returning('event_seq')
      .executeTakeFirstOrThrow();
    const rows = events.map(({ type, data }, i) => ({
      run_id: runId,
      seq: head - events.length + 1 + i,
      project_id: projectId,
      type,
      data: JSON.stringify(data),
      created_at: now,
    }));
    if (rows.length > 0) await sql.insertInto('eval_event').values(rows).execute();
  });
}

/** The result of one sample, as an event. */
export const aResult = (problem: number, detail: string | null = null): Told => ({
  type: 'result',
  data: {
    result: {
      problemId: `p${problem}`,
      sampleIndex: 0,
      status: 'passed',
      detail,
      timeMs: 12,
      costUsd: null,
      inputTokens: null,
      outputTokens: null,
      weaker: false,
    },
  },
});
