import type { feedbackReview, Handlers } from '@whetstone/shared/contract';
import type { Ctx } from '../../../context.ts';
import { pageUpTo, readCursor } from '../../../platform/page.ts';
import { isId } from '../is-id.ts';
import { reviewRepository, type HunkRow } from '../repository.ts';
import { recordView } from '../view.ts';
import { lineOf } from './line-of.ts';

export const exportService = (): Handlers<Pick<typeof feedbackReview, 'exportFeedback'>, Ctx> => ({
  exportFeedback: (ctx, { format, limit, cursor, taskType, language }) =>
    ctx.transaction(async (tx) => {
      const before = readCursor(cursor, isId);
      const filter = { status: 'accepted', taskType, language };
      const { rows, hasMore } = await reviewRepository.wholePage(tx, filter, { before, limit });
      const hunks =
        format === 'jsonl'
          ? await reviewRepository.hunks(
              tx,
              rows.map(({ id }) => id),
            )
          : [];
      const hunksOf = new Map<string, HunkRow[]>(rows.map(({ id }) => [id, []]));
      for (const hunk of hunks) hunksOf.get(hunk.feedbackId)!.push(hunk);
      const lines = rows.map((row) => lineOf(recordView(row, hunksOf.get(row.id)!, [], tx.now), format));
      return pageUpTo(lines, hasMore ? rows.at(-1)?.id : undefined);
    }),
});
