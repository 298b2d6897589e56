import { useProject } from '../live/project.tsx';
import { ReasonDialog } from '../ui/reason-dialog.tsx';

interface Props {
  flagKey: string;
  onClose: () => void;
}

/** Asks for the key to be typed back, since whoever still evaluates the flag gets their default from then on. */
export function ArchiveDialog({ flagKey, onClose }: Props) {
  const { api } = useProject();
  return (
    <ReasonDialog
      title="Archive this flag?"
      verb="Archive"
      typedBack={flagKey}
      write={(reason) => api.archiveFlag({ key: flagKey, ...(reason !== undefined && { reason }) })}
      onWritten={onClose}
      onClose={onClose}
    >
      <p>
        It is no longer evaluated: programs that still ask for <code class="font-mono break-all">{flagKey}</code> get
        their own default. Its rules are kept and can be restored.
      </p>
    </ReasonDialog>
  );
}
