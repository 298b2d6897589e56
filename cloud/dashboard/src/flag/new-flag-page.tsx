import { useLocation } from 'preact-iso';
import { useEffect, useReducer, useState } from 'preact/hooks';
import { flagPath } from '../flags/flag-path.ts';
import { useProject } from '../live/project.tsx';
import { useRefusal } from '../live/rights.ts';
import { useNow } from '../live/use-now.ts';
import { useShortcuts } from '../shell/keyboard.tsx';
import { useGo, useUnsaved } from '../shell/unsaved.tsx';
import { Button } from '../ui/button.tsx';
import { Page } from '../ui/page.tsx';
import { DraftBody } from './draft-body.tsx';
import { DraftContext, FormContext } from './form/form-context.tsx';
import { newDocument } from './model/document.ts';
import { editorReducer, isDraftChanged, openEditor } from './model/editor.ts';
import { toMend, useDraftForm, useLock } from './use-draft-form.ts';
import { WriteDialog } from './write-dialog.tsx';

const views = [
  ['form', 'Targeting'],
  ['json', 'JSON'],
] as const;

/** A flag that is not stored yet, in the editor that it has later: nothing is made before its dry run was seen. */
export function NewFlagPage() {
  const { api } = useProject();
  const { query } = useLocation();
  const go = useGo();
  const nowMs = useNow();
  const refusal = useRefusal('editor');
  const lockedBecause = useLock('flags');
  const [first] = useState(() => newDocument(query['key'] ?? ''));
  const [state, dispatch] = useReducer(editorReducer, first, (document) => openEditor(undefined, document));
  const [view, setView] = useState<(typeof views)[number][0]>('form');
  const [isAsking, setAsking] = useState(false);
  const [made, setMade] = useState<string | undefined>();
  const [focusTurn, setFocusTurn] = useState(1);
  const { document, unread } = state;
  const { form, flags, segments } = useDraftForm(state, lockedBecause);

  useUnsaved(made === undefined && isDraftChanged(state, first));
  useEffect(() => {
    if (made !== undefined) go(flagPath(made), { replace: true });
  }, [made]);

  const cannotCreate = lockedBecause ?? refusal ?? toMend(form.complaints);
  const ask = () => cannotCreate === undefined && setAsking(true);
  useShortcuts([
    { keys: 'mod+s', does: 'Review and create', run: ask },
    { keys: 'u', does: 'Undo', run: () => dispatch({ kind: 'undo' }) },
    { keys: 'U', does: 'Redo', run: () => dispatch({ kind: 'redo' }) },
    {
      keys: 'e',
      does: 'Edit',
      run: () => {
        setView('form');
        setFocusTurn((turn) => turn + 1);
      },
    },
  ]);

  return (
    <DraftContext.Provider value={{ document, dispatch, unread }}>
      <FormContext.Provider value={form}>
        <Page
          title="New flag"
          up={{ href: '/flags', label: 'Flags' }}
          actions={
            <>
              <Button
                kind="quiet"
                disabled={state.past.length === 0}
                title="u"
                onClick={() => dispatch({ kind: 'undo' })}
              >
                Undo
              </Button>
              <Button
                kind="primary"
                disabled={cannotCreate !== undefined}
                title={cannotCreate ?? 'Ctrl+S or ⌘S'}
                onClick={ask}
              >
                Review and create
              </Button>
            </>
          }
        >
          <div class="mb-4 flex gap-1" role="group" aria-label="How to write it">
            {views.map(([name, label]) => (
              <Button
                key={name}
                kind={view === name ? 'plain' : 'quiet'}
                aria-pressed={view === name}
                onClick={() => setView(name)}
              >
                {label}
              </Button>
            ))}
          </div>
          <DraftBody
            isForm={view === 'form'}
            base={undefined}
            isDirty
            flags={flags}
            segments={segments}
            nowMs={nowMs}
            focusTurn={focusTurn}
          />
        </Page>
        {isAsking && (
          <WriteDialog
            title={`Create ${document.key}`}
            verb="Create"
            before={undefined}
            rehearse={(signal) => api.createFlag({ ...document, dryRun: true }, { signal })}
            write={(reason) => api.createFlag({ ...document, ...(reason !== undefined && { reason }) })}
            onWritten={({ key }) => setMade(key)}
            onClose={() => setAsking(false)}
          />
        )}
      </FormContext.Provider>
    </DraftContext.Provider>
  );
}
