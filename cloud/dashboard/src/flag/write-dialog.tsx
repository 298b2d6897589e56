import type { Flag, WrittenFlag } from '@whetstone/shared/contract';
import { useQuery } from '../api/use-query.ts';
import { ReasonDialog } from '../ui/reason-dialog.tsx';
import { Skeleton } from '../ui/states.tsx';
import { DiffView } from './diff-view.tsx';
import { MovesView } from './moves-view.tsx';

interface Props {
  title: string;
  verb: string;
  typedBack?: string;
  before: Flag | undefined;
  /** The same write, dry. */
  rehearse: (signal: AbortSignal) => Promise<WrittenFlag>;
  write: (reason: string | undefined) => Promise<Flag>;
  onConflict?: () => void;
  onWritten: (flag: Flag) => void;
  onClose: () => void;
}

/** No flag is written before one has seen the diff and who moves, as the server sees them. */
export function WriteDialog({ before, rehearse, onConflict, ...dialog }: Props) {
  const { query, reload } = useQuery(rehearse, []);
  return (
    <ReasonDialog
      {...dialog}
      onConflict={onConflict}
      isWaiting={query.state !== 'ready'}
      failure={query.state === 'failed' ? { error: query.error, onRetry: reload } : undefined}
    >
      {query.state === 'loading' && (
        <p aria-busy="true" class="py-4">
          <Skeleton width={60} /> <span class="sr-only">Asking the server what would change</span>
        </p>
      )}
      {query.state === 'ready' && (
        <>
          <h3 class="mb-1 text-xs text-muted">Diff</h3>
          <DiffView changes={query.data.diff ?? []} before={before} after={query.data} />
          {query.data.moves && (
            <>
              <h3 class="mt-4 mb-1 text-xs text-muted">Who moves</h3>
              <MovesView moves={query.data.moves} />
            </>
          )}
        </>
      )}
    </ReasonDialog>
  );
}
