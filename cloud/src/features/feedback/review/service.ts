import type { feedbackReview, Handlers } from '@whetstone/shared/contract';
import { timeRangeMs } from '@whetstone/shared/contract';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { pageOfFitting, readCursor } from '../../../platform/page.ts';
import { noCorrection } from '../no-correction.ts';
import { isId } from '../is-id.ts';
import { decide } from './decide.ts';
import { reviewRepository } from '../repository.ts';
import { summaryOf } from './summary.ts';
import { summaryRepository } from './summary/repository.ts';
import { itemView, recordView } from '../view.ts';

interface Dependencies {
  /** Part of the transaction in which a reviewer decided something of a correction. */
  onReviewed: (tx: ProjectTx, feedbackId: string) => Promise<void>;
}

type ReviewOperations = Pick<
  typeof feedbackReview,
  'listFeedback' | 'getFeedback' | 'reviewFeedback' | 'feedbackSummary'
>;

export function reviewService({ onReviewed }: Dependencies): Handlers<ReviewOperations, Ctx> {
  return {
    async listFeedback(ctx, { limit, cursor, assignee, ...filter }) {
      const before = readCursor(cursor, isId);
      const of = assignee === 'none' ? null : assignee === 'me' ? ctx.actor.name : assignee;
      const { page, now } = await ctx.transaction(async (tx) => ({
        page: await reviewRepository.page(tx, { ...filter, assignee: of }, { before, limit }),
        now: tx.now,
      }));
      return pageOfFitting(
        page.rows.map((row) => itemView(row, now)),
        page.hasMore,
      );
    },

    getFeedback: (ctx, { id }) =>
      ctx.transaction(async (tx) => {
        const row = await reviewRepository.find(tx, id);
        if (!row) throw noCorrection(id);
        const hunks = await reviewRepository.hunks(tx, [id]);
        return recordView(row, hunks, await reviewRepository.rulesOn(tx, [id]), tx.now);
      }),

    reviewFeedback: (ctx, { id, ...wish }) =>
      ctx.transaction(async (tx) => {
        const row = await reviewRepository.lock(tx, id);
        if (!row) throw noCorrection(id);
        const changes = decide(row, wish, ctx.actor.name, tx.now);
        if (Object.values(changes).every((change) => change === undefined)) return itemView(row, tx.now);
        const changed = await reviewRepository.update(tx, id, changes);
        if (changes.reviewedBy !== undefined) await onReviewed(tx, id);
        return itemView(changed, tx.now);
      }),

    feedbackSummary: (ctx, { timeRange, taskType }) =>
      ctx.transaction(async (tx) => {
        const since = new Date(tx.now.getTime() - timeRangeMs(timeRange));
        const counts = await summaryRepository.corrections(tx, since, taskType);
        return summaryOf(counts, await summaryRepository.sessions(tx, since, taskType));
      }),
  };
}
