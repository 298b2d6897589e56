import { v7 as uuidv7 } from 'uuid';
import type { ProjectTx } from '../../../src/platform/db/database.ts';
import type { MadeCorrection } from './seeded-corpus.ts';

/** As the capture stores them, unread; resolves with their ids. */
export async function insertCorrections(
  { sql, projectId, now }: ProjectTx,
  corrections: readonly (MadeCorrection & { correctedAt?: Date; failure?: string })[],
): Promise<string[]> {
  const patch = (path: string, before: string, after: string) => JSON.stringify({ files: [{ path, before, after }] });
  const rows = corrections.map((made) => ({
    id: uuidv7(),
    project_id: projectId,
    task_id: made.taskId,
    task_type: made.taskType,
    kind: made.agent === made.human ? 'kept' : 'edit',
    language: made.language,
    repo_id: made.repoId,
    user_id: made.userId,
    model: made.model,
    original: patch(made.path, '', made.agent),
    corrected: patch(made.path, made.agent, made.human),
    failure: made.failure ?? null,
    files: JSON.stringify([made.path]),
    detectors: '[]',
    labels: '[]',
    warnings: '[]',
    corrected_at: made.correctedAt ?? now,
    received_at: now,
  }));
  for (let i = 0; i < rows.length; i += 500)
    await sql
      .insertInto('feedback')
      .values(rows.slice(i, i + 500))
      .execute();
  return rows.map(({ id }) => id);
}
