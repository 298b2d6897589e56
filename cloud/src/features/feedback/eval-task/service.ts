import type { feedbackReview, Handlers } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';
import { staged } from '../../../platform/staged.ts';
import type { ComparePatches } from '../compare-patches.ts';
import { reviewRepository } from '../repository.ts';
import { noCorrection } from '../no-correction.ts';
import { taskOf, type CorrectionTask } from './task-of.ts';

/** Adds a task to a data set of the project, when its check fails before and passes after. Resolves with how many there are then. */
export type AddEvalTask = (ctx: Ctx, dataset: string, task: CorrectionTask) => Promise<(ctx: Ctx) => Promise<number>>;

interface Dependencies {
  compare: ComparePatches;
  addEvalTask: AddEvalTask;
}

export const evalTaskService = ({
  compare,
  addEvalTask,
}: Dependencies): Handlers<Pick<typeof feedbackReview, 'makeEvalTask'>, Ctx> => ({
  makeEvalTask: staged(async (ctx, { id, dataset }) => {
    const row = accepted(id, await ctx.transaction((tx) => reviewRepository.find(tx, id)));
    const task = taskOf(row, compare(row.original, row.corrected));
    const add = await addEvalTask(ctx, dataset, task);
    return (within) =>
      within.transaction(async (tx) => {
        // Meanwhile it may have been rejected, or deleted with all that came of it.
        accepted(id, await reviewRepository.lock(tx, id));
        return { dataset, problem: task.id, tasks: await add({ ...within, transaction: (work) => work(tx) }) };
      });
  }),
});

function accepted<Row extends { status: string }>(id: string, row: Row | undefined): Row {
  if (!row) throw noCorrection(id);
  if (row.status !== 'accepted')
    throw new WhetstoneError('conflict', `the correction is ${row.status}; accept it before it becomes a task`);
  return row;
}
