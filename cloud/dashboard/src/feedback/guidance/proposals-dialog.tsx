import { useState } from 'preact/hooks';
import { useQuery } from '../../api/use-query.ts';
import { Visible } from '../../code/visible.tsx';
import { count } from '../../flag/model/sentences.ts';
import { useProject } from '../../live/project.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { distinct, type Proposed } from './draft.ts';

interface Props {
  /** Patterns of which a rule is there already. */
  taken: readonly string[];
  onTake: (proposed: Proposed[]) => void;
  onClose: () => void;
}

/** Rules of the strongest patterns, to choose from. */
export function ProposalsDialog({ taken, onTake, onClose }: Props) {
  const { api } = useProject();
  const { query, reload } = useQuery((signal) => api.draftGuidance({ limit: 10 }, { signal }), [api]);
  const [left, setLeft] = useState<readonly string[]>([]);
  const rules =
    query.state === 'ready' ? distinct(query.data.rules).filter(({ patternId }) => !taken.includes(patternId)) : [];
  const chosen = rules.filter(({ patternId }) => !left.includes(patternId));
  return (
    <Dialog title="Rules of the strongest patterns" isWide onClose={onClose}>
      {query.state === 'loading' && <SkeletonLines widths={[60, 50, 66]} />}
      {query.state === 'failed' && <ErrorState what="No rules were proposed" error={query.error} onRetry={reload} />}
      {query.state === 'ready' && rules.length === 0 && (
        <p>
          {taken.length > 0
            ? 'Of every pattern there is a rule already.'
            : 'There is no pattern yet that a rule could come from.'}
        </p>
      )}
      <ul class="max-h-[60vh] divide-y divide-line overflow-y-auto">
        {rules.map(({ text, patternId, feedbackIds, tokens }) => (
          <li key={patternId} class="py-2">
            <label class="flex items-start gap-2">
              <input
                type="checkbox"
                class="mt-0.5 size-4 shrink-0 accent-accent"
                checked={!left.includes(patternId)}
                onChange={({ currentTarget: { checked } }) =>
                  setLeft((held) => (checked ? held.filter((each) => each !== patternId) : [...held, patternId]))
                }
              />
              <span class="min-w-0 break-words">
                <bdi>
                  <Visible text={text} />
                </bdi>
                <span class="block text-sm text-muted tabular-nums">
                  {count(tokens, 'token')}, on {count(feedbackIds.length, 'correction')}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      <div class="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Back</Button>
        <Button kind="primary" disabled={chosen.length === 0} onClick={() => onTake(chosen)}>
          Take {chosen.length === 0 ? 'none' : chosen.length}
        </Button>
      </div>
    </Dialog>
  );
}
