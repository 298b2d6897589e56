import type { FeedbackItem } from '@whetstone/shared/contract';
import { isHeldByMe, withLabel, type Change } from './reviewing.ts';

interface Options {
  item: FeedbackItem | undefined;
  labels: readonly string[];
  me: string;
  nowMs: number;
  /** Why nothing can be decided just now. */
  refusal: string | undefined;
  tell: (text: string) => void;
  act: (item: FeedbackItem, change: Change) => void;
  takeBack: () => void;
}

/** The keys of a reviewer, of the correction that they look at. */
export function reviewKeys({ item, labels, me, nowMs, refusal, tell, act, takeBack }: Options) {
  const on = (changeOf: (item: FeedbackItem) => Change) => () => {
    if (refusal !== undefined) tell(refusal);
    else if (item) act(item, changeOf(item));
  };
  return [
    { keys: 'a', does: 'Accept', run: on(() => ({ status: 'accepted' })) },
    { keys: 'r', does: 'Reject', run: on(() => ({ status: 'rejected' })) },
    ...labels.map((label, i) => ({
      keys: `${i + 1}`,
      does: `Label ${label}`,
      run: on((of) => ({ labels: withLabel(of.labels, label) })),
    })),
    { keys: 'l', does: 'Lock, or let go', run: on((of) => ({ lock: !isHeldByMe(of, me, nowMs) })) },
    { keys: 'm', does: 'Assign to me, or to nobody', run: on((of) => ({ assignee: of.assignee === me ? null : me })) },
    { keys: 'z', does: 'Take the last decision back', run: takeBack },
  ];
}
