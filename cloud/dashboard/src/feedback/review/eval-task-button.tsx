import type { FeedbackRecord } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { count } from '../../flag/model/sentences.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/states.tsx';

/** An accepted correction is a task that an agent once got wrong: on it later ones are measured. */
export function EvalTaskButton({ of }: { of: FeedbackRecord }) {
  const { api } = useProject();
  const role = useRefusal('editor');
  const [made, setMade] = useState<string | undefined>();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const refusal = role ?? (of.status === 'accepted' ? undefined : 'Only an accepted correction becomes a task');
  const make = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const { dataset, problem, tasks } = await api.makeEvalTask({ id: of.id });
      setMade(`${problem} is in ${dataset} now, which has ${count(tasks, 'task')}`);
    } catch (why) {
      setError(why);
    }
    setBusy(false);
  };
  return (
    <div class="mt-4">
      <p class="flex flex-wrap items-center gap-3">
        <Button disabled={refusal !== undefined || isBusy} title={refusal} onClick={() => void make()}>
          Make an eval task of it
        </Button>
        <span role="status" class="text-sm text-muted">
          {made ?? refusal}
        </span>
      </p>
      {error !== undefined && (
        <div class="mt-2">
          <ErrorState what="No task was made" error={error} />
        </div>
      )}
    </div>
  );
}
