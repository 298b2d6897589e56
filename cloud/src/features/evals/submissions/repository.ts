import type { EvalSubmission } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../../platform/db/database.ts';

export type NewSubmission = Omit<EvalSubmission, 'at'> & { id: string; at: Date };

export const submissionRepository = {
  insert: (tx: ProjectTx, submission: NewSubmission) =>
    tx.sql
      .insertInto('eval_submission')
      .values({
        id: submission.id,
        project_id: tx.projectId,
        at: submission.at,
        received_at: tx.now,
        task_id: submission.taskId ?? null,
        model: submission.model,
        problem: submission.problem,
        task_type: submission.taskType ?? null,
        passed: submission.passed,
        cost_usd: submission.costUsd ?? null,
        time_ms: submission.timeMs ?? null,
        commit_id: submission.commit ?? null,
        user_id: submission.userId ?? null,
        repo_id: submission.repoId ?? null,
        flags: submission.flags ? JSON.stringify(submission.flags) : null,
        guidance_version: submission.guidanceVersion ?? null,
        code: submission.code === undefined ? null : JSON.stringify(submission.code),
      })
      .execute(),
};
