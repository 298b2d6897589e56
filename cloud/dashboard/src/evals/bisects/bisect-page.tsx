import type { Bisect } from '@whetstone/shared/contract';
import { useLocation, useRoute } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { useNow } from '../../live/use-now.ts';
import { ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { Part } from '../facts.tsx';
import { useRowKeys } from '../row-keys.ts';
import { StaleNote } from '../stale-note.tsx';
import { usePolled } from '../use-polled.ts';
import { Word } from '../word.tsx';
import { BisectActions } from './bisect-actions.tsx';
import { isActive, overText, sentenceOf, statusLooks } from './model.ts';
import { PosteriorTable } from './posterior-table.tsx';
import { StepTable } from './step-table.tsx';

/** One search: what it came to, how sure that is, and each run that made it so. */
export function BisectPage() {
  const { id = '' } = useRoute().params;
  const { api } = useProject();
  const nowMs = useNow();
  const { query, reload } = useQuery((signal) => api.getBisect({ id }, { signal }), [api, id]);
  const bisect = query.state === 'ready' ? query.data : undefined;
  usePolled(bisect !== undefined && isActive(bisect), reload, 1_500);
  useRowKeys();
  return (
    <EvalsPage
      title={bisect ? `Bisect over ${overText(bisect.over)}` : 'Bisect'}
      up={{ href: '/bisects', label: 'Bisects' }}
      actions={bisect && <BisectActions bisect={bisect} onChanged={reload} />}
    >
      {query.state === 'failed' && (
        <ErrorState what="The bisect could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[70, 40, 60, 60]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {bisect && <Body bisect={bisect} nowMs={nowMs} />}
    </EvalsPage>
  );
}

function Body({ bisect, nowMs }: { bisect: Bisect; nowMs: number }) {
  const { status, dataset, problems, seedRuns, searchRuns, maxRuns, regressionId, failure, answer, steps, id } = bisect;
  const { query } = useLocation();
  const step = steps.find(({ number }) => number === Number(query['step']));
  return (
    <>
      <p class="mb-2 max-w-4xl text-title break-words" aria-live="polite">
        {sentenceOf(bisect)}
      </p>
      <p class="mb-2 flex flex-wrap gap-x-4 gap-y-1">
        <Word look={statusLooks[status]} />
        <span>
          on <code class="font-mono">{dataset}</code>
        </span>
        <span class="tabular-nums">
          {seedRuns} runs at the ends, {searchRuns} of at most {maxRuns} of the search
        </span>
        <span class="text-muted">
          started <Time at={bisect.createdAt} nowMs={nowMs} />
        </span>
        {regressionId !== null && (
          <a href={`/regressions/${regressionId}`} class="underline">
            Its regression
          </a>
        )}
      </p>
      {failure !== null && answer && <p class="mb-2 text-warn">! {failure}</p>}
      {problems && (
        <details class="mb-2 max-w-4xl">
          <summary class="cursor-pointer text-muted">
            {problems.length === 1 ? '1 problem is' : `${problems.length} problems are`} run at each step
          </summary>
          <p class="mt-1 font-mono text-sm break-words">{problems.join(', ')}</p>
        </details>
      )}
      <Part title={step ? `Chances after step ${step.number}` : 'Chances that a version is the first bad one'}>
        {step && (
          <p class="mb-2">
            <a href={`/bisects/${id}`} class="underline">
              As it stands now
            </a>
          </p>
        )}
        <PosteriorTable bisect={bisect} posterior={step?.posterior ?? undefined} />
      </Part>
      <Part title="Steps">
        {steps.length === 0 ? (
          <p class="text-muted">No run is started yet.</p>
        ) : (
          <StepTable bisect={bisect} current={step?.number} />
        )}
      </Part>
    </>
  );
}
