import { useQuery } from '../../api/use-query.ts';
import { usePolled } from '../../evals/use-polled.ts';
import { useProject } from '../../live/project.tsx';
import { ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { ModelsPage } from '../models-page.tsx';
import { SettingsEditor } from './settings-editor.tsx';

/** Soon enough to tell somebody who edits that somebody else has saved. */
const lookEveryMs = 15_000;

/** How this project chooses its models. */
export function ModelSettingsPage() {
  const { api } = useProject();
  const { query, reload } = useQuery((signal) => api.getPortfolioModels({}, { signal }), [api]);
  usePolled(query.state === 'ready', reload, lookEveryMs);
  if (query.state === 'ready') return <SettingsEditor stored={query.data} error={query.error} onChanged={reload} />;
  return (
    <ModelsPage title="Settings of models">
      {query.state === 'failed' ? (
        <ErrorState what="The settings could not be loaded" error={query.error} onRetry={reload} />
      ) : (
        <SkeletonLines widths={[50, 50, 50, 30]} />
      )}
    </ModelsPage>
  );
}
