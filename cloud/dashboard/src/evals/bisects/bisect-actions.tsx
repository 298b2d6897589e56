import type { Bisect } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { ActDialog } from '../act-dialog.tsx';
import { canResume, isActive } from './model.ts';

interface Props {
  bisect: Bisect;
  onChanged: () => void;
}

/** Stop, and go on. */
export function BisectActions({ bisect, onChanged }: Props) {
  const { api } = useProject();
  const refusal = useRefusal('editor');
  const [open, setOpen] = useState<'cancel' | 'resume' | undefined>();
  const dialog = {
    onConflict: onChanged,
    onClose: () => setOpen(undefined),
    onWritten: () => {
      setOpen(undefined);
      onChanged();
    },
  };
  return (
    <>
      {isActive(bisect) && (
        <Button disabled={refusal !== undefined} title={refusal} onClick={() => setOpen('cancel')}>
          Cancel
        </Button>
      )}
      {canResume(bisect) && (
        <Button kind="primary" disabled={refusal !== undefined} title={refusal} onClick={() => setOpen('resume')}>
          Resume
        </Button>
      )}
      {open === 'cancel' && (
        <ActDialog
          {...dialog}
          title="Cancel the bisect"
          verb="Cancel the bisect"
          write={() => api.cancelBisect({ id: bisect.id })}
        >
          <p>Its runs stop. What was seen stays, and it can be resumed.</p>
        </ActDialog>
      )}
      {open === 'resume' && <Resume {...dialog} bisect={bisect} />}
    </>
  );
}

type ResumeProps = Pick<Props, 'bisect'> & { onConflict: () => void; onClose: () => void; onWritten: () => void };

function Resume({ bisect: { id, status, maxRuns, searchRuns }, ...dialog }: ResumeProps) {
  const { api } = useProject();
  const [typed, setTyped] = useState(String(status === 'range' ? Math.min(1_000, maxRuns + 20) : maxRuns));
  const most = Number(typed);
  return (
    <ActDialog
      {...dialog}
      title="Resume the bisect"
      verb="Resume"
      isReady={Number.isInteger(most) && most >= 1}
      write={() => api.resumeBisect({ id, maxRuns: most })}
    >
      <TextField
        label="Most runs of the search"
        value={typed}
        onInput={setTyped}
        isFocused
        hint={`${searchRuns} are made.${status === 'range' ? ' To narrow the range down it takes more.' : ''}`}
      />
    </ActDialog>
  );
}
