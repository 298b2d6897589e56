import type { Bisect } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { useGo } from '../../shell/unsaved.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { shareText } from '../figures.ts';
import { useRowKeys } from '../row-keys.ts';
import { StaleNote } from '../stale-note.tsx';
import { usePolled } from '../use-polled.ts';
import { Word } from '../word.tsx';
import { candidateName, isActive, likeliest, overText, statusLooks } from './model.ts';

/** Searches for where something went wrong, newest first. */
export function BisectsPage() {
  const { api } = useProject();
  const go = useGo();
  const nowMs = useNow();
  const refusal = useRefusal('editor');
  const { query, reload } = useQuery((signal) => api.listBisects({ limit: 100 }, { signal }), [api]);
  const rows = query.state === 'ready' ? query.data.items : none;
  usePolled(rows.some(isActive), reload);
  const columns = useMemo(() => columnsAt(nowMs), [nowMs]);
  const openNew = () => refusal === undefined && go('/bisects/new');
  useRowKeys([{ keys: 'n', does: 'Start a bisect', run: openNew }]);
  return (
    <EvalsPage
      title="Bisects"
      actions={
        <Button kind="primary" disabled={refusal !== undefined} title={refusal ?? 'n'} onClick={openNew}>
          Start a bisect
        </Button>
      }
    >
      {query.state === 'failed' && (
        <ErrorState what="The bisects could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && rows.length === 0 && (
        <EmptyState title="No bisects yet">
          <p>
            A bisect finds the commit, the prompt version or the flag version with which something went wrong, though
            each single run may be mistaken. Start one here, or from the page of a{' '}
            <a href="/regressions" class="underline">
              regression
            </a>
            .
          </p>
        </EmptyState>
      )}
      {(query.state === 'loading' || rows.length > 0) && (
        <Table
          caption="Bisects of the project"
          rows={rows}
          columns={columns}
          keyOf={({ id }) => id}
          loading={query.state === 'loading' ? 4 : 0}
        />
      )}
    </EvalsPage>
  );
}

const none: readonly Bisect[] = [];

const columnsAt = (nowMs: number): Column<Bisect>[] => [
  { name: 'Status', class: 'w-34', cell: ({ status }) => <Word look={statusLooks[status]} /> },
  {
    name: 'Searched',
    cell: ({ id, over }) => (
      <a href={`/bisects/${id}`} class="row-link block truncate after:absolute after:inset-0" title={overText(over)}>
        {overText(over)}
      </a>
    ),
  },
  {
    name: 'Data set',
    class: 'w-32 max-lg:hidden',
    isSecondary: true,
    cell: ({ dataset }) => (
      <code class="block truncate font-mono" title={dataset}>
        {dataset}
      </code>
    ),
  },
  {
    name: 'Likeliest',
    class: 'w-56',
    isSecondary: true,
    cell: (bisect) => {
      const best = likeliest(bisect);
      if (!best || bisect.seedRuns + bisect.searchRuns === 0)
        return <span class="text-muted">nothing is seen yet</span>;
      return (
        <span class="block truncate">
          <code class="font-mono">{candidateName(bisect, best.candidate)}</code>{' '}
          <span class="tabular-nums">{shareText(best.chance)}</span>
        </span>
      );
    },
  },
  {
    name: 'Runs, seed + search',
    class: 'w-36 max-xl:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ searchRuns, maxRuns, seedRuns }) => (
      <span title={`${seedRuns} at the ends, ${searchRuns} of at most ${maxRuns} of the search`}>
        {seedRuns} + {searchRuns}/{maxRuns}
      </span>
    ),
  },
  {
    name: 'Started',
    class: 'w-30 max-lg:hidden',
    isSecondary: true,
    cell: ({ createdAt }) => <Time at={createdAt} nowMs={nowMs} />,
  },
];
