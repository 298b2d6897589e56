import type { EvalSubmission, evalSubmit, Handlers } from '@whetstone/shared/contract';
import { v7 as uuidv7 } from 'uuid';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { believableInstant } from '../../../platform/believable-instant.ts';
import { submissionRepository } from './repository.ts';

/** Has a submission count among the outcomes that experiments judge by; part of the same transaction. */
export type RecordSubmitted = (
  tx: ProjectTx,
  submission: Omit<EvalSubmission, 'problem' | 'code' | 'commit'> & { submissionId: string },
) => Promise<unknown>;

interface Dependencies {
  recordSubmitted: RecordSubmitted;
}

export const submissionService = ({ recordSubmitted }: Dependencies): Handlers<typeof evalSubmit, Ctx> => ({
  submitEvalRun: (ctx, submission) =>
    ctx.transaction(async (tx) => {
      const id = uuidv7({ msecs: tx.now.getTime() });
      await submissionRepository.insert(tx, { ...submission, id, at: believableInstant(submission.at, tx.now) });
      const { problem, code, commit, ...outcome } = submission;
      await recordSubmitted(tx, { ...outcome, submissionId: id });
      return { id };
    }),
});
