import { WhetstoneError } from '@whetstone/shared/errors';
import { EmptyState, ErrorState } from '../ui/states.tsx';

interface Props {
  /** As a sentence without its end: "The page could not be loaded". */
  what: string;
  error: unknown;
  onRetry: () => void;
}

/** What is not there is said to be absent; anything else failed and can be tried again. */
export function NotThere({ what, error, onRetry }: Props) {
  const isAbsent = error instanceof WhetstoneError && (error.code === 'not_found' || error.code === 'invalid');
  if (!isAbsent) return <ErrorState what={what} error={error} onRetry={onRetry} />;
  return (
    <EmptyState title="There is nothing at this address">
      <p class="[overflow-wrap:anywhere]">
        {error.message}.{' '}
        <a href="/knowledge" class="text-accent underline">
          To the libraries
        </a>
      </p>
    </EmptyState>
  );
}
