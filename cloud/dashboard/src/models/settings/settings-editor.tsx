import { contract, type PortfolioModels, type PortfolioSettings } from '@whetstone/shared/contract';
import { diffOf } from '@whetstone/shared/flags';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ActDialog } from '../../evals/act-dialog.tsx';
import { complaintsAbout } from '../../evals/form/complaints.ts';
import { PlainForm } from '../../evals/form/plain-form.tsx';
import { StaleNote } from '../../evals/stale-note.tsx';
import { ConflictView } from '../../flag/conflict-view.tsx';
import { DiffView } from '../../flag/diff-view.tsx';
import { sameJson } from '../../flag/model/json.ts';
import { toMend, useLock } from '../../flag/use-draft-form.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { useUnsaved } from '../../shell/unsaved.tsx';
import { Button } from '../../ui/button.tsx';
import { OutdatedNote } from '../../ui/outdated-note.tsx';
import { ModelsPage } from '../models-page.tsx';
import { mergeOfSettings } from './model.ts';
import { SettingsForm } from './settings-form.tsx';

interface Props {
  stored: PortfolioModels;
  /** When the last look at what is stored failed. */
  error: unknown;
  onChanged: () => void;
}

/** The draft of the settings, and the way to save it. */
export function SettingsEditor({ stored, error, onChanged }: Props) {
  const { api } = useProject();
  const refusal = useRefusal('editor');
  const lockedBecause = useLock('the settings of models');
  const [base, setBase] = useState(stored);
  const [draft, setDraft] = useState(stored.settings);
  const [dialog, setDialog] = useState<'save' | 'conflict' | undefined>();
  const isDirty = !sameJson(draft, base.settings);
  const isOutdated = stored.version > base.version;
  useUnsaved(isDirty);
  // Nothing typed: the newest version is shown. Something typed: it stays, and the newer version is spoken of.
  useEffect(() => {
    // What was just saved is newer than what was last read.
    if (!isOutdated || isDirty) return;
    setBase(stored);
    setDraft(stored.settings);
  }, [stored, isOutdated, isDirty]);

  const complaints = useMemo(
    () => complaintsAbout(contract.putPortfolioModels, { settings: draft, version: base.version }),
    [draft, base.version],
  );
  const merge = useMemo(
    () => (isOutdated && isDirty ? mergeOfSettings(base.settings, draft, stored.settings) : undefined),
    [isOutdated, isDirty, base, draft, stored],
  );
  const cannotSave =
    lockedBecause ??
    refusal ??
    (merge ? 'Somebody else changed the settings: compare both versions first' : undefined) ??
    toMend(complaints) ??
    (isDirty ? undefined : 'Nothing is changed');
  const saveOrCompare = () => {
    if (merge) setDialog('conflict');
    else if (cannotSave === undefined) setDialog('save');
  };
  useShortcuts([{ keys: 'mod+s', does: 'Review and save', run: saveOrCompare }]);
  const take = (newest: PortfolioModels, mine: PortfolioSettings = newest.settings) => {
    setBase(newest);
    setDraft(mine);
    setDialog(undefined);
  };

  return (
    <ModelsPage
      title="Settings of models"
      actions={
        <Button
          kind="primary"
          disabled={cannotSave !== undefined}
          title={cannotSave ?? 'Ctrl+S or ⌘S'}
          onClick={saveOrCompare}
        >
          Review and save
        </Button>
      }
    >
      <p class="-mt-2 mb-3 flex gap-4 text-sm text-muted">
        <span>version {base.version}</span>
        {isDirty && (
          <span class="text-warn">
            <span aria-hidden="true">◆ </span>unsaved changes
          </span>
        )}
      </p>
      <StaleNote error={error} />
      {merge && <OutdatedNote base={base.version} theirs={stored.version} onCompare={() => setDialog('conflict')} />}
      <PlainForm complaints={complaints} lockedBecause={lockedBecause}>
        <SettingsForm
          settings={draft}
          onChange={setDraft}
          models={stored.models.map(({ model }) => model)}
          trial={stored.trial}
        />
      </PlainForm>
      {dialog === 'save' && (
        <ActDialog
          title={`Save as version ${base.version + 1}`}
          verb="Save"
          write={() => api.putPortfolioModels({ settings: draft, version: base.version })}
          // What is stored is read again; once it is the newer one, both are compared.
          onConflict={() => {
            setDialog('conflict');
            onChanged();
          }}
          onWritten={(written) => {
            take(written);
            onChanged();
          }}
          onClose={() => setDialog(undefined)}
        >
          <div class="max-h-[50vh] overflow-y-auto" tabindex={0} role="region" aria-label="What changes">
            <DiffView changes={diffOf(base.settings, draft)} before={base.settings} after={draft} />
          </div>
          <p class="mt-3 text-sm text-muted">
            Recommendations follow it within moments; clients without the server once they have the next table.
          </p>
        </ActDialog>
      )}
      {dialog === 'conflict' && merge && (
        <ConflictView
          base={base.version}
          theirs={stored.version}
          rows={merge.rows}
          onRebase={() => take(stored, merge.rebased)}
          onTakeTheirs={() => take(stored)}
          onClose={() => setDialog(undefined)}
        />
      )}
    </ModelsPage>
  );
}
