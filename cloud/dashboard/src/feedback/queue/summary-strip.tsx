import type { contract, Output } from '@whetstone/shared/contract';
import type { ComponentChildren } from 'preact';
import { RateCell, Unknown } from '../../evals/rate-cell.tsx';
import { shareText } from '../../evals/figures.ts';
import { ErrorState, Skeleton } from '../../ui/states.tsx';
import type { Query } from '../../api/use-query.ts';

export type Summary = Output<(typeof contract)['feedbackSummary']>;

/** How much is captured, how much of it people changed, and how far the hooks see. */
export function SummaryStrip({ query, onRetry }: { query: Query<Summary>; onRetry: () => void }) {
  if (query.state === 'failed')
    return <ErrorState what="The summary could not be loaded" error={query.error} onRetry={onRetry} />;
  const summary = query.state === 'ready' ? query.data : undefined;
  return (
    <dl
      aria-busy={summary === undefined}
      class="grid min-w-0 flex-auto grid-cols-[8rem_minmax(0,1fr)] gap-x-8 gap-y-1 max-md:gap-x-3 md:flex md:flex-wrap"
    >
      <Figure name="Corrections" summary={summary}>
        {({ corrections, pending }) => `${count(corrections)}, ${count(pending)} to decide`}
      </Figure>
      <Figure name="Agent lines changed by people" summary={summary}>
        {({ rate, interval, agentLines }) =>
          rate === null || interval === null ? (
            <Unknown why="No session with hooks has ended in this time" />
          ) : (
            <span title="95 %, with whole sessions as the unit; n counts agent lines">
              <RateCell rate={rate} interval={interval} n={agentLines} />
            </span>
          )
        }
      </Figure>
      <Figure name="Hooks saw all of" summary={summary}>
        {({ sessions: { n, covered } }) =>
          n === 0 ? (
            <Unknown why="No session has reported in this time" />
          ) : (
            <span class={covered < n ? 'text-warn' : ''} title={covered < n ? sawPart : undefined}>
              {covered < n && <span aria-hidden="true">! </span>}
              {count(covered)} of {count(n)} sessions <span class="whitespace-nowrap">({shareText(covered / n)})</span>
            </span>
          )
        }
      </Figure>
    </dl>
  );
}

const sawPart = 'In the others the hooks missed writes: what became of those lines is unknown, and counts as nobody’s';

const count = (value: number) => value.toLocaleString('en');

interface FigureProps {
  name: string;
  summary: Summary | undefined;
  children: (summary: Summary) => ComponentChildren;
}

const Figure = ({ name, summary, children }: FigureProps) => (
  <div class="max-md:contents">
    <dt class="text-sm text-muted">{name}</dt>
    <dd class="tabular-nums md:h-5">{summary ? children(summary) : <Skeleton width={18} />}</dd>
  </div>
);
