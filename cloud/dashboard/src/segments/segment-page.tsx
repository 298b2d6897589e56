import { useRoute } from 'preact-iso';
import { useSegments } from '../flag/use-segments.ts';
import { Page } from '../ui/page.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/states.tsx';
import { SegmentEditor } from './segment-editor.tsx';

const up = { href: '/segments', label: 'Segments' };

/** One segment: who is in, who asks about it. */
export function SegmentPage() {
  const { key = '' } = useRoute().params;
  const { query, reload } = useSegments();
  if (query.state === 'ready') {
    const segment = query.data.find((each) => each.key === key);
    if (segment) return <SegmentEditor key={key} segment={segment} segments={query.data} onChanged={reload} />;
  }
  return (
    <Page title={key} isCode up={up}>
      {query.state === 'loading' && (
        <p aria-busy="true">
          <Skeleton width={60} />
        </p>
      )}
      {query.state === 'failed' && (
        <ErrorState what="The segment could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && (
        <EmptyState title="There is no segment with this key in this project">
          <p>
            It may have been deleted. Go back to the{' '}
            <a class="underline" href="/segments">
              segments
            </a>
            .
          </p>
        </EmptyState>
      )}
    </Page>
  );
}
