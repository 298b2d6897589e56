import type { EvalGate, Flag } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { flagPath } from '../flags/flag-path.ts';
import { useProject } from '../live/project.tsx';
import { useRefusal } from '../live/rights.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { gateText } from './model/gate.ts';
import { percent } from './model/sentences.ts';
import { WhoIsNext } from './who-is-next.tsx';
import { WriteDialog } from './write-dialog.tsx';

interface Props {
  flag: Flag;
  isDirty: boolean;
  nowMs: number;
  onWritten: (flag: Flag) => void;
}

/** What one does to a plan, and what that means. */
const turns = {
  pauseRollout: { verb: 'Pause', title: 'Pause the rollout: the steps that are left wait' },
  resumeRollout: { verb: 'Resume', title: 'Resume the rollout: the steps that are left come later by the pause' },
  deleteRollout: { verb: 'End', title: 'End the plan: the coverage it has reached stays' },
} as const;

const shapes = { done: '●', current: '◉', next: '◐', planned: '○', held: '‖', waiting: '◌' } as const;

/** How far a plan is: what was planned, what was reached, and who is next. */
export function RolloutTab(props: Props) {
  const { flag } = props;
  if (!flag.rollout) {
    return (
      <EmptyState title="No rollout plan">
        <p>A plan raises the coverage of a split by dates, by itself, in every client at the same time.</p>
        <a class="mt-2 inline-block underline" href={flagPath(flag.key)}>
          Plan one in the editor
        </a>
      </EmptyState>
    );
  }
  return <Progress {...props} />;
}

function Progress({ flag, isDirty, nowMs, onWritten }: Props) {
  const { api } = useProject();
  const refusal = useRefusal('editor');
  const [turn, setTurn] = useState<keyof typeof turns | undefined>();
  const { query, reload } = useQuery(
    (signal) => api.getRollout({ key: flag.key }, { signal }),
    [api, flag.key, flag.version],
  );
  if (query.state === 'failed') {
    return <ErrorState what="The progress could not be loaded" error={query.error} onRetry={reload} />;
  }
  if (query.state === 'loading') {
    return <SkeletonLines widths={[40, 60, 60]} />;
  }
  const { rule, steps, paused, plannedPercent, reached, next } = query.data;
  return (
    <>
      <div class="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2">
        <p class="max-md:w-full">
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
        {([paused ? 'resumeRollout' : 'pauseRollout', 'deleteRollout'] as const).map((each) => (
          <Button
            key={each}
            disabled={refusal !== undefined || isDirty}
            title={refusal ?? (isDirty ? 'Save or undo your draft first' : undefined)}
            onClick={() => setTurn(each)}
          >
            {turns[each].verb}
          </Button>
        ))}
        <Button kind="quiet" onClick={reload}>
          Refresh
        </Button>
      </div>
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
        {steps.map(({ at, coverage, state, gate }) => (
          <li
            key={at}
            class={`flex flex-wrap items-baseline gap-x-3 py-1.5 ${state === 'current' ? 'font-semibold' : ''}`}
          >
            <span class="w-24 text-muted">
              <span aria-hidden="true">{shapes[state]} </span>
              {state}
            </span>
            <span class="w-16 text-right tabular-nums">{percent(coverage)}</span>
            <span>
              <Time at={at} nowMs={nowMs} />
            </span>
            <span class="ml-auto font-mono text-xs font-normal text-muted max-md:hidden">{at}</span>
            {gate && <GateLine gate={gate} nowMs={nowMs} />}
          </li>
        ))}
      </ol>
      {next === null ? (
        <p class="text-sm text-muted">No step is left: whoever is not in now will not come in by this plan.</p>
      ) : (
        <WhoIsNext of={next} isPaused={paused} nowMs={nowMs} />
      )}
      {turn && (
        <WriteDialog
          {...turns[turn]}
          before={flag}
          rehearse={(signal) => api[turn]({ key: flag.key, dryRun: true }, { signal })}
          write={(reason) => api[turn]({ key: flag.key, ...(reason !== undefined && { reason }) })}
          onWritten={(written) => {
            setTurn(undefined);
            onWritten(written);
          }}
          onClose={() => setTurn(undefined)}
        />
      )}
    </>
  );
}

/** What a step waits for, or what has let it pass. */
const GateLine = ({ gate, nowMs }: { gate: EvalGate; nowMs: number }) => (
  <p class="w-full pt-0.5 text-xs font-normal text-muted md:pl-43">
    {gate.passedAt === undefined ? (
      <>
        <span aria-hidden="true">◌ </span>
        gate: comes once {gateText(gate)} has measured it.{' '}
        <a href={`/leaderboard?${new URLSearchParams({ dataset: gate.dataset })}`} class="underline">
          How it stands
        </a>
      </>
    ) : (
      <>
        <span aria-hidden="true">✓ </span>
        gate passed <Time at={gate.passedAt} nowMs={nowMs} />
        {gate.runId !== undefined && (
          <>
            {' by '}
            <a href={`/runs/${gate.runId}`} class="underline">
              this run
            </a>
          </>
        )}
        : {gateText(gate)}
      </>
    )}
  </p>
);

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
