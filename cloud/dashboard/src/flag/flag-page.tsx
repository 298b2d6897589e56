import { useRoute } from 'preact-iso';
import { useProject } from '../live/project.tsx';
import { Page } from '../ui/page.tsx';
import { EmptyState } from '../ui/states.tsx';

/** One flag. */
export function FlagPage() {
  const { key = '' } = useRoute().params;
  const { flags } = useProject();
  const flag = flags.state === 'ready' ? flags.flags.get(key) : undefined;
  return (
    <Page title={key} isCode up={{ href: '/flags', label: 'Flags' }}>
      {flag ? (
        <pre class="overflow-x-auto font-mono text-sm">{JSON.stringify(flag, null, 2)}</pre>
      ) : (
        <EmptyState title={`No flag ${key}`} />
      )}
    </Page>
  );
}
