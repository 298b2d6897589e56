import type { Regression } from '@whetstone/shared/contract';
import { useLocation } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { BisectForm } from './bisect-form.tsx';

/** Where a bisect is started; from a regression, with what that knows. */
export function NewBisectPage() {
  const { api } = useProject();
  const regressionId = useLocation().query['regression'];
  const { query, reload } = useQuery(
    async (signal): Promise<Regression | undefined> =>
      regressionId === undefined ? undefined : api.getRegression({ id: regressionId }, { signal }),
    [api, regressionId],
  );
  if (query.state === 'ready') return <BisectForm key={regressionId ?? ''} regression={query.data} />;
  return (
    <EvalsPage title="Start a bisect" up={{ href: '/bisects', label: 'Bisects' }}>
      {query.state === 'failed' ? (
        <ErrorState what="The regression could not be loaded" error={query.error} onRetry={reload} />
      ) : (
        <SkeletonLines widths={[40, 60, 30]} />
      )}
    </EvalsPage>
  );
}
