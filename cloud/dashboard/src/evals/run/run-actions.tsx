import type { EvalRun } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { Button } from '../../ui/button.tsx';
import { isGoing } from '../is-going.ts';

interface Props {
  run: EvalRun;
  onDone: () => void;
  /** Why it could not be done; undefined when it is tried anew. */
  onRefused: (error: unknown) => void;
}

/** Stops what goes on, or goes on with what has no verdict. */
export function RunActions({ run, onDone, onRefused }: Props) {
  const { api } = useProject();
  const refusal = useRefusal('agent');
  const [isBusy, setBusy] = useState(false);
  const { runId, status, counts } = run;
  const hasTrouble = counts.error + counts.skipped > 0;
  const canResume = status === 'cancelled' || status === 'failed' || (status === 'completed' && hasTrouble);
  const act = async (call: () => Promise<unknown>) => {
    setBusy(true);
    onRefused(undefined);
    await call().then(onDone, onRefused);
    setBusy(false);
  };
  if (isGoing(run)) {
    return (
      <Button
        disabled={isBusy || refusal !== undefined}
        title={refusal}
        onClick={() => void act(() => api.cancelEvalRun({ runId }))}
      >
        Cancel
      </Button>
    );
  }
  if (!canResume) return null;
  return (
    <Button
      disabled={isBusy || refusal !== undefined}
      title={refusal ?? 'Goes on with what has no verdict'}
      onClick={() => void act(() => api.resumeEvalRun({ runId }))}
    >
      Resume
    </Button>
  );
}
