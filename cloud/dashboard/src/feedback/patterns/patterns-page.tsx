import { Pattern } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { Choice } from '../../evals/choice.tsx';
import { useRowKeys } from '../../evals/row-keys.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { count } from '../../flag/model/sentences.ts';
import { useProject } from '../../live/project.tsx';
import { useNow } from '../../live/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { FeedbackPage } from '../feedback-page.tsx';
import { NothingCaptured } from '../nothing-captured.tsx';
import { useKnown } from '../queue/use-known.ts';
import { columnsAt } from './columns.tsx';
import { addressOf, filterOf, isFiltered, type PatternFilter } from './figures.ts';

const most = 200;

/** What people change again and again in agents' work, the strongest first. */
export function PatternsPage() {
  const { api } = useProject();
  const { url, route } = useLocation();
  const nowMs = useNow();
  const filter = useMemo(() => filterOf(new URL(url, location.origin).searchParams), [url]);
  const address = addressOf(filter);
  const kind = Pattern.shape.kind.options.find((each) => each === filter.kind);
  const { query, reload } = useQuery(
    (signal) =>
      api.listPatterns(
        {
          limit: most,
          all: filter.all,
          ...(kind && { kind }),
          ...(filter.language !== '' && { language: filter.language }),
          ...(filter.taskType !== '' && { taskType: filter.taskType }),
          ...(filter.model !== '' && { model: filter.model }),
          ...(filter.repoId !== '' && { repoId: filter.repoId }),
        },
        { signal },
      ),
    [api, address],
  );
  const rows = query.state === 'ready' ? query.data.items : none;
  const columns = useMemo(() => columnsAt(nowMs), [nowMs]);
  const show = (change: Partial<PatternFilter>) => route(addressOf({ ...filter, ...change }), true);
  const toggle = () => show({ all: !filter.all });
  useRowKeys([{ keys: 't', does: filter.all ? 'Patterns alone' : 'Those too that are no patterns', run: toggle }]);
  const { known } = useKnown();
  const choices = (name: 'language' | 'taskType' | 'model' | 'repoId') => {
    const values = [filter[name], ...known.map((item) => item[name] ?? '')];
    return ['', ...[...new Set(values)].filter((value) => value !== '').toSorted()];
  };
  return (
    <FeedbackPage
      title="Patterns"
      actions={
        <Button aria-pressed={filter.all} onClick={toggle}>
          {filter.all ? '✓ ' : ''}Also what is no pattern{' '}
          <kbd class="font-mono text-xs text-muted max-md:hidden">t</kbd>
        </Button>
      }
    >
      <div class="mb-3 grid grid-cols-3 items-end gap-x-3 gap-y-2 md:flex md:flex-wrap">
        <Choice
          label="Kind"
          value={filter.kind}
          options={['', ...Pattern.shape.kind.options]}
          onChoose={(value) => show({ kind: value })}
        />
        <Choice
          label="Language"
          value={filter.language}
          options={choices('language')}
          onChoose={(language) => show({ language })}
        />
        <Choice
          label="Task type"
          value={filter.taskType}
          options={choices('taskType')}
          onChoose={(taskType) => show({ taskType })}
        />
        <Choice label="Model" value={filter.model} options={choices('model')} onChoose={(model) => show({ model })} />
        <Choice
          label="Repository"
          value={filter.repoId}
          options={choices('repoId')}
          onChoose={(repoId) => show({ repoId })}
        />
        {query.state === 'ready' && (
          <p role="status" class="col-span-full text-sm text-muted tabular-nums md:ml-auto">
            {query.data.learnedAt === null ? (
              'Nothing was learned yet'
            ) : (
              <>
                Learned <Time at={query.data.learnedAt} nowMs={nowMs} />
              </>
            )}
            {query.data.waiting > 0 && `, ${count(query.data.waiting, 'correction')} to be read`}
          </p>
        )}
      </div>
      {query.state === 'failed' && (
        <ErrorState what="The patterns could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && rows.length === 0 && (
        <Nothing {...query.data} isFiltered={isFiltered(filter)} all={filter.all} onAll={toggle} />
      )}
      {(query.state === 'loading' || rows.length > 0) && (
        <Table
          caption="Patterns"
          rows={rows}
          columns={columns}
          keyOf={({ id }) => id}
          question={address}
          loading={query.state === 'loading' ? 8 : 0}
        />
      )}
      {rows.length > 0 && (
        <p class="mt-3 max-w-prose text-sm text-muted">
          Changed so: of the places of agent code where it could have been done. Lift: how many times as often as agent
          lines of that language are changed at all; the dashed line is 1, no difference. Intervals are of 95 %.
        </p>
      )}
      {query.state === 'ready' && query.data.nextCursor !== null && (
        <p class="mt-3 text-muted">The strongest {most}; filter to see others.</p>
      )}
    </FeedbackPage>
  );
}

const none: readonly Pattern[] = [];

interface NothingProps {
  learnedAt: string | null;
  waiting: number;
  isFiltered: boolean;
  all: boolean;
  onAll: () => void;
}

function Nothing({ learnedAt, waiting, isFiltered, all, onAll }: NothingProps) {
  if (isFiltered)
    return (
      <EmptyState title="No pattern fits">
        <a href="/feedback/patterns" class="text-accent underline">
          Show all patterns
        </a>
      </EmptyState>
    );
  if (learnedAt === null && waiting === 0)
    return (
      <NothingCaptured purpose="A pattern is what people change again and again in agents’ work; at least 3 corrections make one." />
    );
  return (
    <EmptyState title="No patterns yet">
      <p>
        A pattern takes at least 3 corrections, and a lift whose interval lies above 1: what people changed more often
        than any line.
      </p>
      {!all && (
        <Button class="mt-3" onClick={onAll}>
          Show what is none yet, and why
        </Button>
      )}
    </EmptyState>
  );
}
