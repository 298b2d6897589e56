import type { Flag } from '@whetstone/shared/contract';
import { useLocation } from 'preact-iso';
import { useEffect, useMemo, useReducer, useState } from 'preact/hooks';
import { flagPath } from '../flags/flag-path.ts';
import { useProject } from '../live/project.tsx';
import { useRefusal } from '../live/rights.ts';
import { useNow } from '../live/use-now.ts';
import { useShortcuts } from '../shell/keyboard.tsx';
import { useUnsaved } from '../shell/unsaved.tsx';
import { Button } from '../ui/button.tsx';
import { OutdatedNote } from '../ui/outdated-note.tsx';
import { Page } from '../ui/page.tsx';
import { ConflictView } from './conflict-view.tsx';
import { DraftBody } from './draft-body.tsx';
import { ExperimentTab } from './experiment-tab.tsx';
import { DraftContext, FormContext } from './form/form-context.tsx';
import { HistoryTab } from './history-tab.tsx';
import { documentOf, withoutRemarks } from './model/document.ts';
import { editorReducer, isDirty, openEditor } from './model/editor.ts';
import { mergeOf } from './model/merge.ts';
import { PartLinks, type Part } from './part-links.tsx';
import { RolloutTab } from './rollout-tab.tsx';
import { StateLine } from './state-line.tsx';
import { UsageTab } from './usage-tab.tsx';
import { toMend, useDraftForm, useLock } from './use-draft-form.ts';
import { WriteDialog } from './write-dialog.tsx';

interface Props {
  flag: Flag;
  part: Part;
}

/** The draft lives here, above the tabs, so that looking at the history loses nothing. */
export function FlagEditor({ flag: given, part }: Props) {
  const flag = useMemo(() => withoutRemarks(given), [given]);
  const { api } = useProject();
  const { route, query } = useLocation();
  const nowMs = useNow();
  const refusal = useRefusal('editor');
  const [state, dispatch] = useReducer(editorReducer, flag, (first) => openEditor(first, documentOf(first)));
  // "e" in the list leads here with the wish to edit.
  const [focusTurn, setFocusTurn] = useState('edit' in query ? 1 : 0);
  const [dialog, setDialog] = useState<'save' | 'archive' | 'restore' | 'conflict' | undefined>();
  const { document, base = flag, theirs, unread } = state;
  const dirty = isDirty(state);
  useUnsaved(dirty);
  useEffect(() => dispatch({ kind: 'arrived', flag }), [flag]);

  const isArchived = base.archivedAt !== undefined;
  const lock = useLock('flags');
  const lockedBecause =
    lock ?? (isArchived ? 'This flag is archived: nothing evaluates it. Restore it to change it.' : undefined);
  const { form, flags, segments } = useDraftForm(state, lockedBecause);
  const merge = useMemo(
    () => (theirs ? mergeOf(documentOf(base), document, documentOf(theirs)) : undefined),
    [base, document, theirs],
  );

  const cannotSave =
    lockedBecause ??
    refusal ??
    (theirs ? 'Somebody else changed this flag: compare both versions first' : undefined) ??
    toMend(form.complaints) ??
    (dirty ? undefined : 'Nothing is changed');
  const saveOrCompare = () => {
    if (theirs) setDialog('conflict');
    else if (cannotSave === undefined) setDialog('save');
  };
  useShortcuts([
    { keys: 'mod+s', does: 'Review and save', run: saveOrCompare },
    { keys: 'u', does: 'Undo', run: () => dispatch({ kind: 'undo' }) },
    { keys: 'U', does: 'Redo', run: () => dispatch({ kind: 'redo' }) },
    {
      keys: 'e',
      does: 'Edit',
      run: () => {
        if (part !== '') route(flagPath(flag.key), true);
        setFocusTurn((turn) => turn + 1);
      },
    },
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

  const isEditing = part === '' || part === 'json';
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
          <PartLinks flagKey={flag.key} part={part} />
          {theirs && (
            <OutdatedNote base={base.version} theirs={theirs.version} onCompare={() => setDialog('conflict')} />
          )}
          {isEditing && (
            <DraftBody
              isForm={part === ''}
              base={base}
              isDirty={dirty}
              flags={flags}
              segments={segments}
              nowMs={nowMs}
              focusTurn={focusTurn}
            />
          )}
          {part === 'rollout' && <RolloutTab flag={base} isDirty={dirty} nowMs={nowMs} onWritten={written} />}
          {part === 'usage' && <UsageTab flag={base} nowMs={nowMs} />}
          {part === 'experiment' && <ExperimentTab flagKey={flag.key} variants={Object.keys(base.variants)} />}
          {part === 'history' && <HistoryTab flag={base} isDirty={dirty} nowMs={nowMs} onWritten={written} />}
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
            typedBack={flag.key}
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
        {dialog === 'conflict' && theirs && merge && (
          <ConflictView
            base={base.version}
            theirs={theirs.version}
            rows={merge.rows}
            onRebase={() => {
              dispatch({ kind: 'rebased', document: merge.rebased, onto: theirs });
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
