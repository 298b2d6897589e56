import { WhetstoneError } from '@whetstone/shared/errors';
import type { ComponentChildren } from 'preact';
import { Button } from './button.tsx';

/** Grey bars in the place of text that is on its way; its width in characters. */
export const Skeleton = ({ width }: { width: number }) => (
  <span
    aria-hidden="true"
    class="inline-block h-3 max-w-full animate-pulse rounded bg-line"
    style={{ width: `${width}ch` }}
  />
);

/** Lines of such bars, in the place of a part that is on its way. */
export const SkeletonLines = ({ widths }: { widths: readonly number[] }) => (
  <div aria-busy="true">
    {widths.map((width, i) => (
      <p key={i} class="border-b border-line py-3">
        <Skeleton width={width} />
      </p>
    ))}
  </div>
);

/** Says what this place is for and gives the one thing that fills it. */
export const EmptyState = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <div class="rounded border border-dashed border-line px-6 py-10 text-center">
    <p class="font-semibold">{title}</p>
    <div class="mx-auto mt-1 max-w-prose text-muted">{children}</div>
  </div>
);

interface ErrorProps {
  /** What could not be done, as a sentence without its end: "The flags could not be loaded". */
  what: string;
  error: unknown;
  onRetry?: () => void;
  children?: ComponentChildren;
}

/** What happened, what to do, and the id by which the server's log knows it. */
export const ErrorState = ({ what, error, onRetry, children }: ErrorProps) => {
  const { message, advice, requestId } = explain(error);
  return (
    <div role="alert" class="rounded border border-bad bg-bad-surface px-4 py-3">
      <p class="font-semibold text-bad">{what}</p>
      <p class="mt-1 break-words">{message}</p>
      {advice && <p class="mt-1">{advice}</p>}
      {children}
      {requestId && (
        <p class="mt-1 text-sm">
          Request <code class="font-mono">{requestId}</code>
        </p>
      )}
      {onRetry && (
        <Button class="mt-3" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
};

/** Words for any failure: what happened, what to do, and the request id when the server gave one. */
export function explain(error: unknown) {
  if (!(error instanceof WhetstoneError)) {
    return {
      message: 'Something in this page went wrong; nothing was sent.',
      advice: 'Reload the page.',
      requestId: undefined,
    };
  }
  const { code, message, extra } = error;
  const requestId = typeof extra?.['requestId'] === 'string' ? extra['requestId'] : undefined;
  return { message, advice: advices[code], requestId };
}

const advices: { [code in WhetstoneError['code']]?: string } = {
  unavailable: 'Nothing that was saved before is lost. Check that the server runs, then try again.',
  unauthorized: 'Sign in again with a key that works.',
  forbidden: 'Sign in with a key of a higher role.',
  rate_limited: 'Wait a moment, then try again.',
  internal: 'Nothing was changed. The server logged it under the request id below.',
};
