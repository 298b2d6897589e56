import type { feedbackReview, Parsed } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Changes, FeedbackRow } from '../repository.ts';

type Wish = Omit<Parsed<(typeof feedbackReview)['reviewFeedback']>, 'id'>;

const lockedMs = 15 * 60_000;

/** What a reviewer's wish changes. Throws `conflict` where somebody else looks at it, or it changed since. */
export function decide(row: FeedbackRow, wish: Wish, reviewer: string, now: Date): Changes {
  const { lockedBy, lockedUntil } = row;
  if (lockedBy !== null && lockedBy !== reviewer && lockedUntil !== null && lockedUntil > now)
    throw new WhetstoneError('conflict', `"${lockedBy}" is looking at it, until ${lockedUntil.toISOString()}`, {
      extra: { lockedBy, lockedUntil: lockedUntil.toISOString() },
    });
  const { version, lock, status, labels, assignee, note, failure, triage } = wish;
  if (version !== undefined && version !== row.version)
    throw new WhetstoneError('conflict', `it is at version ${row.version} now, not ${version}; look at it again`, {
      extra: { currentVersion: row.version },
    });
  const isJudged = [status, labels, note, failure, triage].some((said) => said !== undefined);
  return {
    status,
    labels: labels && [...new Set(labels)],
    assignee,
    note,
    failure,
    ...(triage !== undefined && { triage, triagedBy: reviewer }),
    ...(lock !== undefined && { lock: lock ? { by: reviewer, until: new Date(now.getTime() + lockedMs) } : null }),
    ...(isJudged && { reviewedBy: reviewer }),
    ...((isJudged || assignee !== undefined) && { version: row.version + 1 }),
  };
}
