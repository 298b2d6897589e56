import { useRoute } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { ScheduleEditor } from './schedule-editor.tsx';

/** One schedule, to be read and changed; `new` is one that is not there yet. */
export function SchedulePage() {
  const { id = '' } = useRoute().params;
  const { api } = useProject();
  const isNew = id === 'new';
  const { query, reload } = useQuery(
    async (signal) => (isNew ? undefined : api.getEvalSchedule({ id }, { signal })),
    [api, id],
  );
  if (query.state === 'ready') {
    return (
      <ScheduleEditor
        key={query.data ? `${id} ${query.data.updatedAt}` : id}
        schedule={query.data}
        onChanged={reload}
      />
    );
  }
  return (
    <EvalsPage title="Schedule" up={{ href: '/schedules', label: 'Schedules' }}>
      {query.state === 'failed' ? (
        <ErrorState what="The schedule could not be loaded" error={query.error} onRetry={reload} />
      ) : (
        <SkeletonLines widths={[30, 50, 50, 40]} />
      )}
    </EvalsPage>
  );
}
