import { useLocation } from 'preact-iso';
import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import { useProject } from '../live/project.tsx';
import { useRefusal } from '../live/rights.ts';
import { useNow } from '../live/use-now.ts';
import { useShortcuts } from '../shell/keyboard.tsx';
import { useGo } from '../shell/unsaved.tsx';
import { Button } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { EmptyState, ErrorState } from '../ui/states.tsx';
import type { LiveFlags } from '../live/live-flags.ts';
import { ArchiveDialog } from './archive-dialog.tsx';
import { filterOf, matcher, queryOf, tagsOf, type Filter } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { FlagTable } from './flag-table.tsx';
import { flagPath } from './flag-path.ts';
import { moveToRow } from './move-to-row.ts';
import { NewFlagDialog } from './new-flag-dialog.tsx';
import { useArchivedFlags } from './use-archived-flags.ts';
import { useSteadyRows } from './use-steady-rows.ts';

const none: LiveFlags = new Map();

/** The flags of the project: found by a word, read in a row, live. */
export function FlagsPage() {
  const project = useProject();
  const { query } = useLocation();
  const go = useGo();
  const filter = filterOf(query);
  const nowMs = useNow();
  const refusal = useRefusal('editor');
  const search = useRef<HTMLInputElement>(null);
  const [archiving, setArchiving] = useState<string | undefined>();
  const [problem, setProblem] = useState<unknown>();
  const isNew = 'new' in query;

  const archived = useArchivedFlags(filter.state === 'archived');
  const active = project.flags;
  const shown = filter.state === 'archived' ? archived : active;
  const flags = shown.state === 'ready' ? shown.flags : none;
  const matches = useMemo(() => matcher(filter, nowMs), [queryOf(filter), nowMs]);
  const { rows, comers, showComers } = useSteadyRows(flags, matches, `${shown.state} ${queryOf(filter)}`);
  const tags = useMemo(() => tagsOf(flags.values()), [flags]);

  const restore = useCallback(
    (key: string) => {
      setProblem(undefined);
      project.api.restoreFlag({ key }).catch(setProblem);
    },
    [project.api],
  );
  const show = (next: Filter) => go(`/flags${queryOf(next)}`, { replace: true });
  const closeNew = () => go(`/flags${queryOf(filter)}`, { replace: true });
  const openNew = () => !refusal && go(`/flags?new${queryOf(filter).replace('?', '&')}`, { replace: true });

  useShortcuts([
    { keys: '/', does: 'Search', run: () => search.current?.select() },
    { keys: 'j', does: 'Next row', run: () => moveToRow(1) },
    { keys: 'k', does: 'Row before', run: () => moveToRow(-1) },
    { keys: 'Enter', does: 'Open the row', run: () => moveToRow(1) },
    { keys: 'e', does: 'Edit the flag of the row', run: () => onRow((key) => go(`${flagPath(key)}?edit`)) },
    { keys: 'n', does: 'New flag', run: openNew },
    { keys: 'N', does: 'New flag in the editor', run: () => !refusal && go('/flags/new') },
  ]);

  return (
    <Page
      title="Flags"
      actions={
        <Button kind="primary" onClick={openNew} disabled={refusal !== undefined} title={refusal}>
          New flag
        </Button>
      }
    >
      <FilterBar
        search={search}
        filter={filter}
        onChange={show}
        onLeave={() => moveToRow(1)}
        tags={tags}
        count={shown.state === 'ready' ? rows.length : undefined}
        total={flags.size}
        comers={comers.length}
        onShowComers={showComers}
      />
      {problem !== undefined && <ErrorState what="The flag was not restored" error={problem} />}
      {shown.state === 'failed' ? (
        <ErrorState
          what="The flags could not be loaded"
          error={shown.error}
          onRetry={filter.state === 'archived' ? archived.reload : project.reloadFlags}
        />
      ) : shown.state === 'ready' && rows.length === 0 ? (
        <NoRows filter={filter} isEmpty={flags.size === 0} onClear={() => show(filterOf({}))} />
      ) : (
        <FlagTable
          rows={rows}
          question={queryOf(filter)}
          isLoading={shown.state === 'loading'}
          isArchive={filter.state === 'archived'}
          nowMs={nowMs}
          refusal={refusal}
          onArchive={setArchiving}
          onRestore={restore}
        />
      )}
      {archiving && <ArchiveDialog flagKey={archiving} onClose={() => setArchiving(undefined)} />}
      {isNew && (
        <NewFlagDialog
          onClose={closeNew}
          onCreated={(key) => go(flagPath(key))}
          onWhole={(key) => go(`/flags/new${key && `?${new URLSearchParams({ key }).toString()}`}`)}
        />
      )}
    </Page>
  );
}

function onRow(act: (key: string) => void) {
  const key = document.activeElement?.closest<HTMLElement>('tr[data-key]')?.dataset['key'];
  if (key) act(key);
}

function NoRows({ filter, isEmpty, onClear }: { filter: Filter; isEmpty: boolean; onClear: () => void }) {
  if (!isEmpty) {
    return (
      <EmptyState title="No flag fits">
        <Button onClick={onClear}>Clear search and filters</Button>
      </EmptyState>
    );
  }
  if (filter.state === 'archived') {
    return (
      <EmptyState title="Nothing is archived">Flags that have had their time wait here and can be restored.</EmptyState>
    );
  }
  return (
    <EmptyState title="No flags yet">
      A flag lets agents and programs ask which behaviour to use, and lets you change the answer without a release. Make
      the first with “New flag”, or <code class="font-mono text-sm">npm run seed</code> for a few to look at.
    </EmptyState>
  );
}
