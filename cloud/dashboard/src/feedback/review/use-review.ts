import type { FeedbackItem } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { useRef, useState } from 'preact/hooks';
import { useProject } from '../../live/project.tsx';
import { changeText, meanwhileText, undoOf, type Change } from './reviewing.ts';

export type Outcome =
  /** A slow server has not answered yet. */
  | { kind: 'writing'; text: string }
  | { kind: 'done'; text: string; canUndo: boolean }
  | { kind: 'meanwhile'; text: string }
  | { kind: 'failed'; error: unknown };

interface Undoable {
  item: FeedbackItem;
  undo: Change;
}

/** Who waits this long is told what for. */
const slowMs = 500;

/** Writes what a reviewer does, one thing after the other, each on the version that they saw, and takes the last one back. */
export function useReview({ onChanged }: { onChanged: (item: FeedbackItem) => void }) {
  const { api } = useProject();
  const [outcome, setOutcome] = useState<Outcome | undefined>();
  const done = useRef<Undoable[]>([]);
  const isBusy = useRef(false);

  const write = async (item: FeedbackItem, change: Change): Promise<FeedbackItem | undefined> => {
    if (isBusy.current) return undefined;
    isBusy.current = true;
    const slow = setTimeout(() => setOutcome({ kind: 'writing', text: 'Writing…' }), slowMs);
    try {
      const written = await api.reviewFeedback({ id: item.id, version: item.version, ...change });
      onChanged(written);
      return written;
    } catch (error) {
      clearTimeout(slow);
      setOutcome({ kind: 'failed', error });
      if (error instanceof WhetstoneError && error.code === 'conflict') {
        const theirs = await api.getFeedback({ id: item.id }).catch(() => undefined);
        // A refusal about something else leaves all as it was.
        if (theirs && (theirs.version !== item.version || theirs.lock?.by !== item.lock?.by)) {
          onChanged(theirs);
          setOutcome({ kind: 'meanwhile', text: meanwhileText(item, theirs) });
        }
      }
      return undefined;
    } finally {
      clearTimeout(slow);
      isBusy.current = false;
    }
  };

  const act = async (item: FeedbackItem, change: Change) => {
    const written = await write(item, change);
    if (!written) return undefined;
    const undo = undoOf(item, change);
    const canUndo = Object.keys(undo).length > 0;
    // A later change of the same correction makes a further version, on which the way back is taken.
    done.current = done.current.map((each) => (each.item.id === written.id ? { ...each, item: written } : each));
    if (canUndo) done.current.push({ item: written, undo });
    setOutcome({ kind: 'done', text: changeText(change, item), canUndo });
    return written;
  };

  /** Answers with what was taken back. */
  const takeBack = async () => {
    const last = done.current.at(-1);
    if (!last) {
      setOutcome({ kind: 'done', text: 'Nothing to take back', canUndo: false });
      return undefined;
    }
    const written = await write(last.item, last.undo);
    if (!written) return undefined;
    done.current = done.current
      .slice(0, -1)
      .map((each) => (each.item.id === written.id ? { ...each, item: written } : each));
    setOutcome({
      kind: 'done',
      text: `Taken back: ${changeText(last.undo, last.item).toLowerCase()}`,
      canUndo: done.current.length > 0,
    });
    return written;
  };

  return {
    outcome,
    dismiss: () => setOutcome(undefined),
    /** Why a key did nothing. */
    tell: (text: string) => setOutcome({ kind: 'done', text, canUndo: false }),
    act,
    takeBack,
  };
}
