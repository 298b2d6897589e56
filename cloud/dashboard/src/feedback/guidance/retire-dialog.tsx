import type { Guidance } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { ActDialog } from '../../evals/act-dialog.tsx';
import { useProject } from '../../live/project.tsx';
import { TextField } from '../../ui/field.tsx';

interface Props {
  of: Guidance;
  onRetired: () => void;
  onClose: () => void;
}

export function RetireDialog({ of, onRetired, onClose }: Props) {
  const { api } = useProject();
  const [reason, setReason] = useState('');
  return (
    <ActDialog
      title={`Retire ${of.version}`}
      verb="Retire it"
      typedBack={of.version}
      write={() => api.retireGuidance({ version: of.version, ...(reason.trim() !== '' && { reason: reason.trim() }) })}
      onWritten={onRetired}
      onClose={onClose}
    >
      <p class="mb-3">
        Nobody gets it any more{of.flag === null ? '' : ', who got it gets no guidance'}. It stays here with its gates,
        and a later version can be made from it.
      </p>
      <TextField label="Reason" value={reason} onInput={setReason} maxLength={400} />
    </ActDialog>
  );
}
