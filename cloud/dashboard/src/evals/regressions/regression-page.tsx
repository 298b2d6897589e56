import type { Regression } from '@whetstone/shared/contract';
import { useRoute } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { flagPath } from '../../flags/flag-path.ts';
import { useProject } from '../../live/project.tsx';
import { useNow } from '../../live/use-now.ts';
import { ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { Fact, Facts, Part } from '../facts.tsx';
import { pText } from '../figures.ts';
import { StaleNote } from '../stale-note.tsx';
import { usePolled } from '../use-polled.ts';
import { Word } from '../word.tsx';
import { ChangedProblems } from './changed-problems.tsx';
import { EvidenceView } from './evidence-view.tsx';
import { isGoing, rollbackLooks, sentenceOf, severityLook, stateLook } from './model.ts';
import { RegressionActions } from './regression-actions.tsx';
import { Reruns } from './reruns.tsx';

/** One regression: what happened, what proves it, what was done about it, and what one can do. */
export function RegressionPage() {
  const { id = '' } = useRoute().params;
  const { api } = useProject();
  const nowMs = useNow();
  const { query, reload } = useQuery((signal) => api.getRegression({ id }, { signal }), [api, id]);
  const regression = query.state === 'ready' ? query.data : undefined;
  usePolled(regression !== undefined && isGoing(regression, nowMs), reload);
  return (
    <EvalsPage
      title={regression ? `${regression.subject.label} on ${regression.dataset}` : 'Regression'}
      up={{ href: '/regressions', label: 'Regressions' }}
    >
      {query.state === 'failed' && (
        <ErrorState what="The regression could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[70, 40, 60, 60, 30]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {regression && <Body regression={regression} nowMs={nowMs} onChanged={reload} />}
    </EvalsPage>
  );
}

interface Props {
  regression: Regression;
  nowMs: number;
  onChanged: () => void;
}

function Body({ regression, nowMs, onChanged }: Props) {
  const { evidence, suspicion, runs, found, acknowledged, mutedUntil, assignee, subject, history } = regression;
  const severity = severityLook(regression.severity);
  return (
    <>
      <p class="mb-2 max-w-4xl text-title">{sentenceOf(regression)}</p>
      <p class="mb-3 flex flex-wrap gap-x-4 gap-y-1">
        <Word look={stateLook(regression)} />
        {severity && <Word look={severity} />}
        {mutedUntil !== null && Date.parse(mutedUntil) > nowMs && (
          <span class="text-muted">
            muted, until <Time at={mutedUntil} nowMs={nowMs} />
          </span>
        )}
        <span class="text-muted">
          found <Time at={regression.createdAt} nowMs={nowMs} />
        </span>
        <span class="text-muted">{assignee === null ? 'assigned to nobody' : `assigned to ${assignee}`}</span>
        <a href={`/regressions?subject=${subject.id}`} class="underline">
          All of this subject
        </a>
      </p>
      <RegressionActions regression={regression} nowMs={nowMs} onChanged={onChanged} />
      {acknowledged && (
        <p class="mt-3 max-w-4xl rounded border border-line bg-surface px-4 py-2">
          {acknowledged.by} knows since <Time at={acknowledged.at} nowMs={nowMs} />
          {acknowledged.note !== undefined && <>: “{acknowledged.note}”</>}. Later runs are compared with the new level.
        </p>
      )}
      {evidence ? (
        <Part title="Evidence">
          <EvidenceView evidence={evidence} runs={runs} />
        </Part>
      ) : (
        <Reruns regression={regression} />
      )}
      <Part title="What raised suspicion">
        <Facts class="max-w-4xl">
          <Fact name="Found">
            {found === 'comparison' ? 'against the run before' : 'in the series of runs, by CUSUM'}
          </Fact>
          <Fact name="Drop">
            <span class="tabular-nums">{suspicion.dropPoints.toFixed(1)} points</span>,{' '}
            {testNames[suspicion.test] ?? suspicion.test}, {pText(suspicion.p)}
          </Fact>
          <Fact name="Runs">
            <a href={`/runs/${runs.before}`} class="underline">
              before
            </a>
            {', '}
            <a href={`/runs/${runs.after}`} class="underline">
              after
            </a>
            {', '}
            <a href={`/runs/compare?a=${runs.before}&b=${runs.after}`} class="underline">
              compared
            </a>
          </Fact>
        </Facts>
      </Part>
      <RollbackPart regression={regression} nowMs={nowMs} />
      {evidence && (
        <>
          <ChangedProblems title="Problems lost" evidence={evidence} runs={runs} which="lost" />
          <ChangedProblems title="Problems gained" evidence={evidence} runs={runs} which="gained" />
        </>
      )}
      <Part title="History">
        <ol class="divide-y divide-line border-y border-line text-sm">
          {history.map(({ at, by, what }, i) => (
            <li key={i} class="flex flex-wrap gap-x-4 py-1.5">
              <span class="w-32 shrink-0 text-muted">
                <Time at={at} nowMs={nowMs} />
              </span>
              <span class="w-40 shrink-0 break-words">{by}</span>
              <span class="min-w-0 break-words">{what}</span>
            </li>
          ))}
        </ol>
      </Part>
    </>
  );
}

const testNames: Readonly<Record<string, string>> = { mcnemar: 'exact McNemar test', cusum: 'CUSUM' };

function RollbackPart({ regression: { flag, rollback, state, severity }, nowMs }: Omit<Props, 'onChanged'>) {
  return (
    <Part title="The flag that carries it">
      {flag === null ? (
        <p class="text-muted">
          The run names none. A run that is started with <code class="font-mono">flag</code> can have it rolled back.
        </p>
      ) : (
        <Facts class="max-w-4xl">
          <Fact name="Flag">
            <a href={flagPath(flag.key)} class="font-mono underline">
              {flag.key}
            </a>
            , variant <code class="font-mono">{flag.variant}</code>
          </Fact>
          <Fact name="Rollback">
            {rollback ? (
              <>
                <Word look={rollbackLooks[rollback.outcome]} />, <Time at={rollback.at} nowMs={nowMs} />:{' '}
                {rollback.reason}
                {rollback.flagVersion !== undefined && (
                  <>
                    .{' '}
                    <a
                      href={`${flagPath(flag.key, 'history')}?version=${rollback.flagVersion}`}
                      class="whitespace-nowrap underline"
                    >
                      Version {rollback.flagVersion} in its history
                    </a>
                  </>
                )}
              </>
            ) : (
              <span class="text-muted">
                {state === 'alert' && severity !== null
                  ? 'not decided yet'
                  : 'nothing is rolled back before the reruns agree'}
              </span>
            )}
          </Fact>
        </Facts>
      )}
    </Part>
  );
}
