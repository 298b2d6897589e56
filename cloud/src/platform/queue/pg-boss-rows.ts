import type { JobRecord } from './queue.ts';

export const recordColumns = `id, name, state::text as state, created_on as "createdOn", started_on as "startedOn",
  completed_on as "completedOn", retry_count as "retryCount", output`;

const stateOf = {
  created: 'queued',
  retry: 'retrying',
  active: 'running',
  completed: 'completed',
  cancelled: 'failed',
  failed: 'failed',
} as const;

export interface RecordRow {
  id: string;
  name: string;
  state: keyof typeof stateOf;
  createdOn: Date;
  startedOn: Date | null;
  completedOn: Date | null;
  retryCount: number;
  output: { message?: string } | null;
}

/** Rows whose columns are `recordColumns`. */
export const recordsOf = (rows: Record<string, unknown>[]): JobRecord[] =>
  (rows as unknown as RecordRow[]).map((row) => {
    const state = stateOf[row.state];
    const hasEnded = state === 'completed' || state === 'failed';
    return {
      id: row.id,
      name: row.name,
      state,
      attempts: row.startedOn ? row.retryCount + 1 : 0,
      createdAt: row.createdOn,
      startedAt: row.startedOn ?? undefined,
      finishedAt: (hasEnded && row.completedOn) || undefined,
      // Without a sentence of ours it was the engine that gave the run up, since its lease had run out.
      lastError: row.output ? (row.output.message ?? 'the server that ran it stopped answering') : undefined,
    };
  });
