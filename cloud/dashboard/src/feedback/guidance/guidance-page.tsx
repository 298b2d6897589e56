import type { Guidance } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { useRowKeys } from '../../evals/row-keys.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { usePolled } from '../../evals/use-polled.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { FeedbackPage } from '../feedback-page.tsx';
import { newGuidancePath } from '../paths.ts';
import { columnsAt } from './columns.tsx';

/** Every version of guidance, what the gate found of it, and which is served. */
export function GuidancePage() {
  const { api } = useProject();
  const { route } = useLocation();
  const nowMs = useNow();
  const refusal = useRefusal('editor');
  const { query, reload } = useQuery((signal) => api.listGuidance({ limit: 100 }, { signal }), [api]);
  const rows = query.state === 'ready' ? query.data.items : none;
  usePolled(
    rows.some(({ status }) => status === 'testing'),
    reload,
    5_000,
  );
  const columns = useMemo(() => columnsAt(nowMs), [nowMs]);
  const write = () => refusal === undefined && route(newGuidancePath());
  useRowKeys([{ keys: 'n', does: 'Write a version', run: () => void write() }]);
  return (
    <FeedbackPage
      title="Guidance"
      actions={
        <Button kind="primary" disabled={refusal !== undefined} title={refusal ?? 'n'} onClick={() => void write()}>
          Write a version
        </Button>
      }
    >
      {query.state === 'failed' && (
        <ErrorState what="The guidance could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && rows.length === 0 && (
        <EmptyState title="No guidance yet">
          <p>
            Guidance is a few short rules that agents get before they begin. It is written from{' '}
            <a href="/feedback/patterns" class="text-accent underline">
              patterns
            </a>
            , and released once evals with and without it show a gain. Agents in whose repository{' '}
            <code class="font-mono text-sm">whetstone-mcp hooks install</code> was run bring the corrections that
            patterns are made of.
          </p>
        </EmptyState>
      )}
      {(query.state === 'loading' || rows.length > 0) && (
        <Table
          caption="Versions of guidance"
          rows={rows}
          columns={columns}
          keyOf={({ version }) => version}
          loading={query.state === 'loading' ? 4 : 0}
        />
      )}
    </FeedbackPage>
  );
}

const none: readonly Guidance[] = [];
