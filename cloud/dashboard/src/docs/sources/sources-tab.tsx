import type { Source } from '@whetstone/shared/contract';
import { useMemo, useState } from 'preact/hooks';
import { useQuery } from '../../api/use-query.ts';
import { currentRow, useRowKeys } from '../../evals/row-keys.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { usePolled } from '../../evals/use-polled.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { DocsPage } from '../docs-page.tsx';
import { isUnderWay } from '../libraries/model.ts';
import { columnsOf } from './columns.tsx';
import { DeleteSourceDialog } from './delete-source-dialog.tsx';
import { NewSourceDialog } from './new-source-dialog.tsx';

/** Where this project takes documentation from, and how that went the last time. */
export function SourcesTab() {
  const { api } = useProject();
  const nowMs = useNow();
  const refusal = useRefusal('editor');
  const [isAdding, setAdding] = useState(false);
  const [deletedId, setDeletedId] = useState<string | undefined>();
  // A project has at most 100.
  const { query, reload } = useQuery((signal) => api.listSources({ limit: 500 }, { signal }), [api]);
  const rows = query.state === 'ready' ? query.data.items : none;
  usePolled(
    rows.some(({ lastIngest }) => lastIngest !== null && isUnderWay(lastIngest)),
    reload,
  );
  const columns = useMemo(() => columnsOf({ nowMs, refusal, onDelete: setDeletedId }), [nowMs, refusal]);
  const add = () => refusal === undefined && setAdding(true);
  useRowKeys([
    { keys: 'n', does: 'Add a source', run: add },
    { keys: 'd', does: 'Delete the source of the row', run: () => refusal === undefined && setDeletedId(currentRow()) },
  ]);
  const deleted = rows.find(({ id }) => id === deletedId);
  const done = () => {
    setAdding(false);
    setDeletedId(undefined);
    reload();
  };
  return (
    <DocsPage
      title="Sources"
      actions={
        <Button kind="primary" disabled={refusal !== undefined} title={refusal ?? 'n'} onClick={add}>
          Add a source
        </Button>
      }
    >
      {query.state === 'failed' && (
        <ErrorState what="The sources could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && rows.length === 0 && (
        <EmptyState title="This project has no sources of its own">
          <p>
            A source is where documentation of your own is taken from: a folder, a repository, a package, a site. It is
            looked at again every week, and stands before what everybody shares. Libraries of the catalogue need none:{' '}
            <a href="/knowledge/ingests" class="text-accent underline">
              fetch them
            </a>{' '}
            by their name.
          </p>
        </EmptyState>
      )}
      {(query.state === 'loading' || rows.length > 0) && (
        <Table
          caption="Sources of the project"
          rows={rows}
          columns={columns}
          keyOf={({ id }) => id}
          loading={query.state === 'loading' ? 4 : 0}
        />
      )}
      {isAdding && <NewSourceDialog onCreated={done} onClose={() => setAdding(false)} />}
      {deleted && <DeleteSourceDialog source={deleted} onDeleted={done} onClose={() => setDeletedId(undefined)} />}
    </DocsPage>
  );
}

const none: readonly Source[] = [];
