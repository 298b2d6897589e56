import type { contract, FeedbackItem, Input } from '@whetstone/shared/contract';

/** What a reviewer does to a correction. */
export type Change = Omit<Input<(typeof contract)['reviewFeedback']>, 'id' | 'version'>;

/** Who else looks at it just now; undefined once they let go or their time is over. */
export function heldBy({ lock }: Pick<FeedbackItem, 'lock'>, me: string, nowMs: number): string | undefined {
  if (lock === null || lock.by === me || Date.parse(lock.until) <= nowMs) return undefined;
  return lock.by;
}

export const heldText = (holder: string) => `${holder} looks at it just now; decide once they have let go`;

export const isHeldByMe = ({ lock }: Pick<FeedbackItem, 'lock'>, me: string, nowMs: number) =>
  lock?.by === me && Date.parse(lock.until) > nowMs;

export const withLabel = (labels: readonly string[], label: string): string[] =>
  labels.includes(label) ? labels.filter((each) => each !== label) : [...labels, label].slice(0, 20);

/** What takes a change back. */
export function undoOf(before: FeedbackItem, change: Change): Change {
  const undo: Change = {};
  if (change.status !== undefined) undo.status = before.status;
  if (change.labels !== undefined) undo.labels = before.labels;
  if (change.assignee !== undefined) undo.assignee = before.assignee;
  if (change.failure !== undefined) undo.failure = before.failure;
  if (change.triage !== undefined && before.triage !== null) undo.triage = before.triage;
  return undo;
}

/** What was done, for the line that says how to take it back. */
export function changeText(change: Change, before: FeedbackItem): string {
  if (change.status !== undefined)
    return change.status === 'pending' ? 'Decision taken back' : change.status === 'accepted' ? 'Accepted' : 'Rejected';
  if (change.labels !== undefined) {
    const given = change.labels.filter((label) => !before.labels.includes(label));
    return given.length > 0 ? `Labelled ${given.join(', ')}` : 'Label taken off';
  }
  if (change.lock !== undefined) return change.lock ? 'Locked for 15 minutes' : 'Let go';
  if (change.assignee !== undefined)
    return change.assignee === null ? 'Assigned to nobody' : `Assigned to ${change.assignee}`;
  if (change.note !== undefined) return change.note === null ? 'Note taken away' : 'Note saved';
  if (change.triage !== undefined) return `Read as ${change.triage}`;
  return 'Saved';
}

/** Who changed it meanwhile, and to what; nothing of what was asked for was written. */
export function meanwhileText(mine: FeedbackItem, theirs: FeedbackItem): string {
  const who = theirs.reviewedBy ?? theirs.lock?.by ?? theirs.assignee ?? 'Somebody else';
  const what = [
    theirs.status !== mine.status && `it is ${theirs.status} now`,
    theirs.labels.join() !== mine.labels.join() &&
      (theirs.labels.length > 0 ? `labelled ${theirs.labels.join(', ')}` : 'without labels'),
    theirs.assignee !== mine.assignee && `assigned to ${theirs.assignee ?? 'nobody'}`,
    theirs.lock !== null && theirs.lock.by !== mine.lock?.by && `locked by ${theirs.lock.by}`,
  ].filter((each) => each !== false);
  return `${who} changed it meanwhile${what.length > 0 ? `: ${what.join(', ')}` : ''}. Nothing of yours was written.`;
}

/** Where the next one to decide is: behind this one, then from the start; undefined when all are decided. */
export function nextOpen(items: readonly FeedbackItem[], id: string): FeedbackItem | undefined {
  const at = items.findIndex((each) => each.id === id);
  const behind = [...items.slice(at + 1), ...items.slice(0, Math.max(0, at))];
  return behind.find(({ status }) => status === 'pending');
}
