import type { Flag } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { useProject } from '../live/project.tsx';
import { useRefusal } from '../live/rights.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { percent } from './model/sentences.ts';

interface Props {
  flag: Flag;
  nowMs: number;
  onWritten: (flag: Flag) => void;
}

const shapes = { done: '●', current: '◉', next: '◐', planned: '○', held: '‖' } as const;

/** How far a plan is: what was planned, what was reached, and who is next. */
export function RolloutTab({ flag, nowMs, onWritten }: Props) {
  if (!flag.rollout) {
    return (
      <EmptyState title="No rollout plan">
        <p>A plan raises the coverage of a split by dates, by itself, in every client at the same time.</p>
        <a class="mt-2 inline-block underline" href={`/flags/${flag.key}`}>
          Plan one in the editor
        </a>
      </EmptyState>
    );
  }
  return <Progress flag={flag} nowMs={nowMs} onWritten={onWritten} />;
}

function Progress({ flag, nowMs, onWritten }: Props) {
  const { api } = useProject();
  const refusal = useRefusal('editor');
  const [error, setError] = useState<unknown>();
  const { query, reload } = useQuery(
    (signal) => api.getRollout({ key: flag.key }, { signal }),
    [api, flag.key, flag.version],
  );
  if (query.state === 'failed') {
    return <ErrorState what="The progress could not be loaded" error={query.error} onRetry={reload} />;
  }
  if (query.state === 'loading') {
    return (
      <div aria-busy="true">
        {[40, 60, 60].map((width, i) => (
          <p key={i} class="py-2">
            <Skeleton width={width} />
          </p>
        ))}
      </div>
    );
  }
  const { rule, steps, paused, plannedPercent, reached, next } = query.data;
  const steer = (turn: 'pauseRollout' | 'resumeRollout') => {
    setError(undefined);
    api[turn]({ key: flag.key }).then(onWritten, setError);
  };
  return (
    <>
      <div class="mb-4 flex flex-wrap items-center gap-3">
        <p>
          {paused ? (
            <span class="text-warn">
              <span aria-hidden="true">‖ </span>Paused
            </span>
          ) : (
            <span>
              <span aria-hidden="true">▸ </span>Running
            </span>
          )}{' '}
          on{' '}
          {rule === undefined ? (
            'the default'
          ) : (
            <>
              rule <span class="font-mono">{rule}</span>
            </>
          )}
        </p>
        <Button
          disabled={refusal !== undefined}
          title={refusal}
          onClick={() => steer(paused ? 'resumeRollout' : 'pauseRollout')}
        >
          {paused ? 'Resume' : 'Pause'}
        </Button>
        <Button kind="quiet" onClick={reload}>
          Refresh
        </Button>
      </div>
      {error !== undefined && <ErrorState what="The rollout goes on as it did" error={error} />}
      <dl class="mb-4 grid max-w-xl grid-cols-[5rem_minmax(0,1fr)] md:grid-cols-[8rem_1fr_auto] items-center gap-x-3 gap-y-2 text-sm">
        <Bar name="Planned" share={plannedPercent} text={percent(plannedPercent)} />
        <Bar
          name="Reached"
          share={reached.of === 0 ? undefined : reached.percent}
          text={
            reached.of === 0
              ? '-'
              : `${percent(reached.percent)} (${reached.units.toLocaleString('en')} of ${reached.of.toLocaleString('en')} known units)`
          }
          why="Nobody was served by this split yet: units become known by exposures"
        />
      </dl>
      <ol class="mb-4 max-w-xl divide-y divide-line border-y border-line text-sm">
        {steps.map(({ at, coverage, state }) => (
          <li key={at} class={`flex gap-3 py-1 ${state === 'current' ? 'font-semibold' : ''}`}>
            <span class="w-24 text-muted">
              <span aria-hidden="true">{shapes[state]} </span>
              {state}
            </span>
            <span class="w-16 text-right tabular-nums">{percent(coverage)}</span>
            <span>
              <Time at={at} nowMs={nowMs} />
            </span>
            <span class="ml-auto font-mono text-xs text-muted max-md:hidden">{at}</span>
          </li>
        ))}
      </ol>
      {next === null ? (
        <p class="text-sm text-muted">No step is left: whoever is not in now will not come in by this plan.</p>
      ) : (
        <section aria-label="Who is next">
          <h2 class="mb-1 text-base font-semibold">Who is next</h2>
          <p class="text-sm">
            {next.count.toLocaleString('en')} known units enter with {percent(next.coverage)},{' '}
            <Time at={next.at} nowMs={nowMs} />
            {paused && ' if it is resumed now'}.
          </p>
          <ul class="mt-1 flex flex-wrap gap-1 font-mono text-sm">
            {next.units.map(({ unit }) => (
              <li key={unit} class="max-w-60 truncate rounded border border-line bg-surface px-1.5" title={unit}>
                {unit}
              </li>
            ))}
            {next.count > next.units.length && (
              <li class="px-1.5 text-muted">and {next.count - next.units.length} more</li>
            )}
          </ul>
        </section>
      )}
    </>
  );
}

const Bar = ({ name, share, text, why }: { name: string; share: number | undefined; text: string; why?: string }) => (
  <>
    <dt class="text-muted">{name}</dt>
    <dd aria-hidden="true" class="max-md:hidden">
      <svg width="100%" height="8" class="block" preserveAspectRatio="none" viewBox="0 0 100 8">
        <rect width="100" height="8" fill="var(--hover)" />
        {share !== undefined && <rect width={share} height="8" fill="var(--accent)" />}
      </svg>
    </dd>
    <dd class="tabular-nums" title={share === undefined ? why : undefined}>
      {text}
    </dd>
  </>
);
