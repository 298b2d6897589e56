import type { FeedbackItem } from '@whetstone/shared/contract';
import type { ComponentChildren } from 'preact';
import { Word } from '../../evals/word.tsx';
import { Button } from '../../ui/button.tsx';
import { statusLooks } from '../words.ts';
import { isHeldByMe, withLabel, type Change } from './reviewing.ts';

interface Props {
  item: FeedbackItem;
  labels: readonly string[];
  me: string;
  nowMs: number;
  /** Why nothing can be decided just now. */
  refusal: string | undefined;
  onAct: (change: Change) => void;
  onEditLabels: () => void;
}

/** The decisions, each with its key. */
export function DecisionBar({ item, labels, me, nowMs, refusal, onAct, onEditLabels }: Props) {
  const isLocked = refusal !== undefined;
  const isMine = isHeldByMe(item, me, nowMs);
  const button = (does: ComponentChildren, key: string, change: Change, isPressed: boolean) => (
    <Button
      disabled={isLocked}
      title={refusal}
      aria-pressed={isPressed}
      class={isPressed ? pressed : ''}
      onClick={() => onAct(change)}
    >
      {does} <Key>{key}</Key>
    </Button>
  );
  // Those it has that no key gives can be taken off as well.
  const others = item.labels.filter((label) => !labels.includes(label));
  return (
    <div class="sticky top-0 z-10 -mx-4 border-b border-line bg-canvas px-4 py-2 max-md:static md:-mx-6 md:px-6">
      <div class="flex flex-wrap items-center gap-2">
        <span class="mr-1">
          <Word look={statusLooks[item.status]} />
        </span>
        {button('Accept', 'a', { status: 'accepted' }, item.status === 'accepted')}
        {button('Reject', 'r', { status: 'rejected' }, item.status === 'rejected')}
        {button(isMine ? 'Let go' : 'Lock', 'l', { lock: !isMine }, isMine)}
        {button(
          item.assignee === me ? 'Assigned to me' : 'Assign to me',
          'm',
          { assignee: item.assignee === me ? null : me },
          item.assignee === me,
        )}
        {item.assignee !== null && item.assignee !== me && (
          <span class="text-sm text-muted">assigned to {item.assignee}</span>
        )}
      </div>
      <div role="group" aria-label="Labels" class="mt-2 flex flex-wrap items-center gap-1.5">
        {[...labels, ...others].map((label, i) => {
          const isOn = item.labels.includes(label);
          return (
            <button
              key={label}
              type="button"
              disabled={isLocked}
              title={refusal}
              aria-pressed={isOn}
              class={`inline-flex h-6 cursor-pointer items-center gap-1 rounded border px-1.5 text-xs disabled:cursor-not-allowed disabled:opacity-60 enabled:hover:bg-hover ${isOn ? 'border-accent text-accent' : 'border-line'}`}
              onClick={() => onAct({ labels: withLabel(item.labels, label) })}
            >
              {isOn && <span aria-hidden="true">✓</span>}
              {label}
              {i < labels.length && <Key>{i + 1}</Key>}
            </button>
          );
        })}
        <Button kind="quiet" class="h-6 px-1.5 text-xs" onClick={onEditLabels}>
          change labels
        </Button>
      </div>
      {refusal !== undefined && (
        <p role="note" class="mt-2 text-sm text-warn">
          <span aria-hidden="true">⊘ </span>
          {refusal}
        </p>
      )}
    </div>
  );
}

const pressed = 'border-accent text-accent';

const Key = ({ children }: { children: ComponentChildren }) => (
  <kbd class="font-mono text-xs text-muted max-md:hidden">{children}</kbd>
);
