import { WhetstoneError } from '@whetstone/shared/errors';
import { EmptyState, ErrorState } from './states.tsx';

interface Props {
  /** As a sentence without its end: "The correction could not be loaded". */
  what: string;
  error: unknown;
  onRetry: () => void;
  /** Where one of its kind is found. */
  up: { href: string; label: string };
  /** How it may have come to be absent, as a sentence. */
  why?: string;
}

/** What is not there is said to be absent; anything else failed and can be tried again. */
export function NotThere({ what, error, onRetry, up, why }: Props) {
  const isAbsent = error instanceof WhetstoneError && (error.code === 'not_found' || error.code === 'invalid');
  if (!isAbsent) return <ErrorState what={what} error={error} onRetry={onRetry} />;
  return (
    <EmptyState title="There is nothing at this address">
      <p class="[overflow-wrap:anywhere]">
        {error.message}. {why !== undefined && `${why} `}
        <a href={up.href} class="text-accent underline">
          {up.label}
        </a>
      </p>
    </EmptyState>
  );
}

/** What is of a project, and kept no longer than its people want. */
export const mayBeElsewhere = 'It may belong to another project, or was deleted.';
