import type { feedbackReview, Handlers } from '@whetstone/shared/contract';
import { pseudonymWith } from '@whetstone/shared/pseudonym';
import { createHash } from 'node:crypto';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { receiptRepository } from '../../../platform/receipts/repository.ts';
import { staged } from '../../../platform/staged.ts';
import { taskIdOf } from '../eval-task/task-of.ts';
import { reviewRepository } from '../repository.ts';
import { forgetRepository } from './repository.ts';

/** Takes eval tasks out of all data sets of a project, in the second step those that are named then. */
export type RemoveEvalTasks = (
  ctx: Ctx,
  taskIds: readonly string[],
) => Promise<(tx: ProjectTx, taskIds: readonly string[]) => Promise<void>>;

interface Dependencies {
  removeEvalTasks: RemoveEvalTasks;
  /** Part of the transaction in which corrections went that may have been learned from. */
  onForgotten: (tx: ProjectTx) => Promise<void>;
}

export const forgetService = ({
  removeEvalTasks,
  onForgotten,
}: Dependencies): Handlers<Pick<typeof feedbackReview, 'deleteFeedbackOfUser'>, Ctx> => ({
  deleteFeedbackOfUser: staged(async (ctx, { userId }) => {
    // As the machine of the user names who must not be named.
    const names = [userId, pseudonymOf(userId)];
    const known = await ctx.transaction((tx) => forgetRepository.ofUser(tx, names));
    const removeTasks = await removeEvalTasks(ctx, known.map(taskIdOf));
    return (within) =>
      within.transaction(async (tx) => {
        const ids = await forgetRepository.ofUser(tx, names);
        const patterns = await forgetRepository.patternsOn(tx, ids);
        const rulesAffected = await reviewRepository.rulesOn(tx, ids);
        await forgetRepository.remove(tx, ids);
        const survivals = await forgetRepository.removeSurvivals(tx, names);
        const patternsRetired = await forgetRepository.retireEmpty(tx, patterns);
        // It may name a path.
        await receiptRepository.forgetMember(tx, { operation: 'captureFeedback', ids, member: 'problem' });
        await removeTasks(tx, ids.map(taskIdOf));
        if (ids.length > 0 || survivals > 0) await onForgotten(tx);
        return { corrections: ids.length, survivals, patternsRetired, rulesAffected };
      });
  }),
});

const pseudonymOf = pseudonymWith((text) => createHash('sha256').update(text).digest('hex'));
