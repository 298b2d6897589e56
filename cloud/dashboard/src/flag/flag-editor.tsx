import { mayActAs, type Flag } from '@whetstone/shared/contract';
import { useLocation } from 'preact-iso';
import { useEffect, useMemo, useReducer, useState } from 'preact/hooks';
import { useProject } from '../live/project.tsx';
import { useRefusal } from '../live/rights.ts';
import { useNow } from '../live/use-now.ts';
import { useShortcuts } from '../shell/keyboard.tsx';
import { useUnsaved } from '../shell/unsaved.tsx';
import { Button } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { ConflictView } from './conflict-view.tsx';
import { Elsewhere } from './elsewhere.tsx';
import { ExperimentTab } from './experiment-tab.tsx';
import { DraftContext, FormContext } from './form/form-context.tsx';
import { FlagForm } from './form/flag-form.tsx';
import { JsonView } from './form/json-view.tsx';
import { HistoryTab } from './history-tab.tsx';
import { complaintsOf, unreadComplaints } from './model/complaints.ts';
import { documentOf, withoutRemarks } from './model/document.ts';
import { editorReducer, isDirty, openEditor } from './model/editor.ts';
import { attributesOf } from './model/preview.ts';
import { PreviewPanel } from './preview-panel.tsx';
import { RolloutTab } from './rollout-tab.tsx';
import { StateLine } from './state-line.tsx';
import { UsageTab } from './usage-tab.tsx';
import { useSegments } from './use-segments.ts';
import { WriteDialog } from './write-dialog.tsx';

const tabs = [
  ['', 'Targeting'],
  ['json', 'JSON'],
  ['rollout', 'Rollout'],
  ['usage', 'Usage'],
  ['experiment', 'Experiment'],
  ['history', 'History'],
] as const;

interface Props {
  flag: Flag;
  tab: string;
}

/** The draft lives here, above the tabs, so that looking at the history loses nothing. */
export function FlagEditor({ flag: given, tab }: Props) {
  const flag = useMemo(() => withoutRemarks(given), [given]);
  const { api, me, flags: live } = useProject();
  const { route } = useLocation();
  const nowMs = useNow();
  const refusal = useRefusal('editor');
  const segmentQuery = useSegments();
  const [state, dispatch] = useReducer(editorReducer, flag, (first) => openEditor(first, documentOf(first)));
  const [dialog, setDialog] = useState<'save' | 'archive' | 'restore' | 'conflict' | undefined>();
  const { document, base = flag, theirs, unread } = state;
  const dirty = isDirty(state);
  useUnsaved(dirty);
  useEffect(() => dispatch({ kind: 'arrived', flag }), [flag]);

  const isArchived = base.archivedAt !== undefined;
  const flags = useMemo(() => (live.state === 'ready' ? [...live.flags.values()].map(withoutRemarks) : []), [live]);
  const segments = segmentQuery.query.state === 'ready' ? segmentQuery.query.data : none;
  const complaints = useMemo(
    () => [...complaintsOf(document, base.version), ...unreadComplaints(unread)],
    [document, base.version, unread],
  );
  const lockedBecause = !mayActAs(me.key.role, 'editor')
    ? `Your key has the role ${me.key.role}: it may read flags, not change them. Sign in with an editor key to change this one.`
    : isArchived
      ? 'This flag is archived: nothing evaluates it. Restore it to change it.'
      : undefined;
  const form = useMemo(
    () => ({
      complaints,
      lockedBecause,
      flags: new Map(
        flags.filter(({ key }) => key !== flag.key).map(({ key, variants }) => [key, Object.keys(variants)]),
      ),
      segments: segments.map(({ key }) => key),
      attributes: [...new Set([...firstClassNames, ...flags.flatMap((each) => attributesOf(documentOf(each)))])],
    }),
    [complaints, lockedBecause, flags, segments, flag.key],
  );

  const cannotSave =
    lockedBecause ??
    refusal ??
    (theirs
      ? 'Somebody else changed this flag: compare both versions first'
      : complaints.length > 0
        ? `${complaints.length === 1 ? 'One thing is' : `${complaints.length} things are`} to mend first`
        : dirty
          ? undefined
          : 'Nothing is changed');
  const saveOrCompare = () => {
    if (theirs) setDialog('conflict');
    else if (cannotSave === undefined) setDialog('save');
  };
  useShortcuts([
    { keys: 'mod+s', does: 'Review and save', run: saveOrCompare },
    { keys: 'u', does: 'Undo', run: () => dispatch({ kind: 'undo' }) },
    { keys: 'U', does: 'Redo', run: () => dispatch({ kind: 'redo' }) },
  ]);

  const written = (saved: Flag) => {
    setDialog(undefined);
    dispatch({ kind: 'saved', flag: withoutRemarks(saved) });
  };
  const fetchTheirs = () => {
    setDialog('conflict');
    api.getFlag({ key: flag.key }).then(
      (newest) => dispatch({ kind: 'arrived', flag: newest }),
      () => setDialog('save'),
    );
  };

  const isEditing = tab === '' || tab === 'json';
  return (
    <DraftContext.Provider value={{ document, dispatch, unread }}>
      <FormContext.Provider value={form}>
        <Page
          title={flag.key}
          isCode
          up={{ href: '/flags', label: 'Flags' }}
          actions={
            <>
              {isArchived ? (
                <Button
                  kind="primary"
                  disabled={refusal !== undefined}
                  title={refusal}
                  onClick={() => setDialog('restore')}
                >
                  Restore
                </Button>
              ) : (
                <>
                  <Button
                    kind="quiet"
                    disabled={state.past.length === 0 || lockedBecause !== undefined}
                    title="u"
                    onClick={() => dispatch({ kind: 'undo' })}
                  >
                    Undo
                  </Button>
                  <Button
                    kind="quiet"
                    class="max-md:hidden"
                    disabled={state.future.length === 0}
                    title="U"
                    onClick={() => dispatch({ kind: 'redo' })}
                  >
                    Redo
                  </Button>
                  <Button
                    kind="quiet"
                    disabled={refusal !== undefined || dirty}
                    title={refusal ?? (dirty ? 'Save or undo your draft first' : undefined)}
                    onClick={() => setDialog('archive')}
                  >
                    Archive
                  </Button>
                  <Button
                    kind="primary"
                    disabled={cannotSave !== undefined}
                    title={cannotSave ?? 'Ctrl+S or ⌘S'}
                    onClick={saveOrCompare}
                  >
                    Review and save
                  </Button>
                </>
              )}
            </>
          }
        >
          <StateLine flag={base} nowMs={nowMs} isDirty={dirty} />
          <nav aria-label="Parts of this flag" class="mb-4 flex overflow-x-auto border-b border-line text-sm">
            {tabs.map(([name, label]) => (
              <a
                key={name}
                href={`/flags/${flag.key}${name === '' ? '' : `/${name}`}`}
                data-same-page
                aria-current={tab === name ? 'page' : undefined}
                class="border-b-2 border-transparent px-3 py-2 whitespace-nowrap text-muted hover:text-text aria-[current]:border-accent aria-[current]:font-semibold aria-[current]:text-text"
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
                  event.preventDefault();
                  event.stopPropagation();
                  route(event.currentTarget.getAttribute('href') ?? '/flags', true);
                }}
              >
                {label}
              </a>
            ))}
          </nav>
          {theirs && (
            <div
              role="alert"
              class="mb-4 flex flex-wrap items-center gap-3 rounded border border-warn bg-warn-surface px-4 py-2"
            >
              <p class="text-warn">
                <span aria-hidden="true">! </span>
                Version {theirs.version} by somebody else came while you were editing version {base.version}. Your draft
                is as it was.
              </p>
              <Button onClick={() => setDialog('conflict')}>Compare</Button>
            </div>
          )}
          {isEditing && lockedBecause !== undefined && (
            <p role="note" class="mb-4 rounded border border-line bg-surface px-4 py-2 text-sm">
              {lockedBecause}
            </p>
          )}
          {isEditing && (
            <div class="grid gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,1fr)_22rem]">
              <div class="min-w-0">
                {tab === '' ? <FlagForm nowMs={nowMs} /> : <JsonView />}
                <Elsewhere isForm={tab === ''} />
              </div>
              <div class="max-xl:border-t max-xl:border-line max-xl:pt-4 xl:border-l xl:border-line xl:pl-6">
                <div class="xl:sticky xl:top-4 xl:max-h-[calc(100dvh-2rem)] xl:overflow-y-auto">
                  <PreviewPanel
                    document={document}
                    base={base}
                    isDirty={dirty}
                    flags={flags}
                    segments={segments}
                    nowMs={nowMs}
                  />
                </div>
              </div>
            </div>
          )}
          {tab === 'rollout' && <RolloutTab flag={base} nowMs={nowMs} onWritten={written} />}
          {tab === 'usage' && <UsageTab flagKey={flag.key} nowMs={nowMs} />}
          {tab === 'experiment' && <ExperimentTab flagKey={flag.key} variants={Object.keys(base.variants)} />}
          {tab === 'history' && <HistoryTab flag={base} isDirty={dirty} nowMs={nowMs} onWritten={written} />}
        </Page>
        {dialog === 'save' && (
          <WriteDialog
            title={`Save as version ${base.version + 1}`}
            verb="Save"
            before={base}
            rehearse={(signal) => api.updateFlag({ ...document, version: base.version, dryRun: true }, { signal })}
            write={(reason) =>
              api.updateFlag({ ...document, version: base.version, ...(reason !== undefined && { reason }) })
            }
            onConflict={fetchTheirs}
            onWritten={written}
            onClose={() => setDialog(undefined)}
          />
        )}
        {dialog === 'archive' && (
          <WriteDialog
            title={`Archive ${flag.key}`}
            verb="Archive"
            before={base}
            rehearse={(signal) => api.archiveFlag({ key: flag.key, dryRun: true }, { signal })}
            write={(reason) => api.archiveFlag({ key: flag.key, ...(reason !== undefined && { reason }) })}
            onWritten={written}
            onClose={() => setDialog(undefined)}
          />
        )}
        {dialog === 'restore' && (
          <WriteDialog
            title={`Restore ${flag.key}`}
            verb="Restore"
            before={base}
            rehearse={(signal) => api.restoreFlag({ key: flag.key, dryRun: true }, { signal })}
            write={(reason) => api.restoreFlag({ key: flag.key, ...(reason !== undefined && { reason }) })}
            onWritten={written}
            onClose={() => setDialog(undefined)}
          />
        )}
        {dialog === 'conflict' && theirs && (
          <ConflictView
            base={base}
            mine={document}
            theirs={theirs}
            onRebase={(rebased) => {
              dispatch({ kind: 'rebased', document: rebased, onto: theirs });
              setDialog(undefined);
            }}
            onTakeTheirs={() => {
              dispatch({ kind: 'discarded', to: theirs });
              setDialog(undefined);
            }}
            onClose={() => setDialog(undefined)}
          />
        )}
      </FormContext.Provider>
    </DraftContext.Provider>
  );
}

const none: readonly never[] = [];
const firstClassNames = ['userId', 'repoId', 'branch', 'agent', 'model', 'taskType', 'taskId', 'orgId', 'targetingKey'];
