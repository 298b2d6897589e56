import type { EvalSchedule } from '@whetstone/shared/contract';
import { useMemo, useState } from 'preact/hooks';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { useGo } from '../../shell/unsaved.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { currentRow, useRowKeys } from '../row-keys.ts';
import { StaleNote } from '../stale-note.tsx';
import { usePolled } from '../use-polled.ts';
import { columnsOf } from './columns.tsx';

/** What runs by itself, when it comes next, and how it went the last time. */
export function SchedulesPage() {
  const { api } = useProject();
  const go = useGo();
  const nowMs = useNow();
  const refusal = useRefusal('editor');
  const mayNotRun = useRefusal('agent');
  const [problem, setProblem] = useState<unknown>();
  const { query, reload } = useQuery((signal) => api.listEvalSchedules({ limit: 200 }, { signal }), [api]);
  const rows = query.state === 'ready' ? query.data.items : none;
  usePolled(true, reload, 30_000);
  const columns = useMemo(() => {
    const run = (id: string) => {
      setProblem(undefined);
      api.runEvalSchedule({ id }).then(({ runId }) => go(`/runs/${runId}`), setProblem);
    };
    return columnsOf({ nowMs, refusal: mayNotRun, onRun: run });
  }, [api, go, nowMs, mayNotRun]);
  const openNew = () => refusal === undefined && go('/schedules/new');
  useRowKeys([
    { keys: 'n', does: 'New schedule', run: openNew },
    {
      keys: 'e',
      does: 'Edit the schedule of the row',
      run: () => {
        const id = currentRow();
        if (id !== undefined) go(`/schedules/${id}`);
      },
    },
  ]);
  return (
    <EvalsPage
      title="Schedules"
      actions={
        <Button kind="primary" disabled={refusal !== undefined} title={refusal ?? 'n'} onClick={openNew}>
          New schedule
        </Button>
      }
    >
      {problem !== undefined && <ErrorState what="The run was not started" error={problem} />}
      {query.state === 'failed' && (
        <ErrorState what="The schedules could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && rows.length === 0 && (
        <EmptyState title="Nothing is scheduled">
          <p>
            A schedule runs an eval every night, every week, or whenever five fields say. Each run is compared with the
            one before it, so that what gets worse is noticed the next morning.
          </p>
        </EmptyState>
      )}
      {(query.state === 'loading' || rows.length > 0) && (
        <Table
          caption="Schedules of the project"
          rows={rows}
          columns={columns}
          keyOf={({ id }) => id}
          loading={query.state === 'loading' ? 4 : 0}
        />
      )}
    </EvalsPage>
  );
}

const none: readonly EvalSchedule[] = [];
