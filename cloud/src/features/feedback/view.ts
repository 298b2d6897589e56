import type { FeedbackHunk, FeedbackItem, FeedbackRecord } from '@whetstone/shared/contract';
import type { FeedbackRow, HunkRow, WholeRow } from './repository.ts';

export const itemView = (
  { comment, lockedBy, lockedUntil, reviewedAt, correctedAt, receivedAt, ...row }: FeedbackRow,
  now: Date,
): FeedbackItem => ({
  // Columns hold what was parsed before it was stored.
  ...(row as typeof row & Pick<FeedbackItem, 'kind' | 'triage' | 'failure' | 'status'>),
  userComment: comment,
  lock:
    lockedBy !== null && lockedUntil !== null && lockedUntil > now
      ? { by: lockedBy, until: lockedUntil.toISOString() }
      : null,
  reviewedAt: reviewedAt?.toISOString() ?? null,
  correctedAt: correctedAt.toISOString(),
  receivedAt: receivedAt.toISOString(),
});

export const recordView = (
  row: WholeRow,
  hunks: readonly HunkRow[],
  usedIn: FeedbackRecord['usedIn'],
  now: Date,
): FeedbackRecord => {
  const { original, corrected, flags, note, problem, warnings, ...item } = row;
  return {
    ...itemView(item, now),
    originalPatch: original as FeedbackRecord['originalPatch'],
    correctedPatch: corrected as FeedbackRecord['correctedPatch'],
    flags,
    note,
    problem,
    warnings,
    hunks: hunks.map(hunkView),
    usedIn,
  };
};

const hunkView = ({ feedbackId: _, ...hunk }: HunkRow) => hunk as FeedbackHunk;
