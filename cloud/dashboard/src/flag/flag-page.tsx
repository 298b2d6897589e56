import { WhetstoneError } from '@whetstone/shared/errors';
import { useRoute } from 'preact-iso';
import { Page } from '../ui/page.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../ui/states.tsx';
import { FlagEditor } from './flag-editor.tsx';
import { partOf } from './part-links.tsx';
import { useFlag } from './use-flag.ts';

const up = { href: '/flags', label: 'Flags' };

/** One flag: what it says, what it does, and what it did. */
export function FlagPage() {
  const { key = '', tab = '' } = useRoute().params;
  const held = useFlag(key);
  if (held.state === 'ready') return <FlagEditor key={key} flag={held.flag} part={partOf(tab)} />;
  if (held.state === 'loading') {
    return (
      <Page title={key} isCode up={up}>
        <SkeletonLines widths={[60, 40, 80, 70, 50]} />
      </Page>
    );
  }
  const isUnknown = held.error instanceof WhetstoneError && ['not_found', 'invalid'].includes(held.error.code);
  return (
    <Page title={key} isCode up={up}>
      {isUnknown ? (
        <EmptyState title="There is no flag with this key in this project">
          <p>
            Go back to the{' '}
            <a class="underline" href="/flags">
              flags
            </a>
            , or switch the project: the link may come from another one.
          </p>
        </EmptyState>
      ) : (
        <ErrorState what="The flag could not be loaded" error={held.error} onRetry={held.retry} />
      )}
    </Page>
  );
}
