import { contract, type EvalSettings } from '@whetstone/shared/contract';
import { useMemo, useState } from 'preact/hooks';
import { useQuery } from '../../api/use-query.ts';
import { NumberField, SelectField } from '../../flag/form/fields.tsx';
import { Section } from '../../flag/form/section.tsx';
import { sameJson } from '../../flag/model/json.ts';
import { toMend } from '../../flag/use-draft-form.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { useUnsaved } from '../../shell/unsaved.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { ActDialog } from '../act-dialog.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { complaintsAbout } from '../form/complaints.ts';
import { PlainForm } from '../form/plain-form.tsx';
import { changesOf, choiceLabels, settingGroups, settingText } from './settings.ts';

/** From when on a drop is suspected, proven and acted upon, and what all that may cost. */
export function EvalSettingsPage() {
  const { api } = useProject();
  const { query, reload } = useQuery((signal) => api.getEvalSettings({}, { signal }), [api]);
  if (query.state === 'ready')
    return <SettingsForm key={JSON.stringify(query.data)} stored={query.data} onSaved={reload} />;
  return (
    <EvalsPage title="Settings of evals" up={{ href: '/regressions', label: 'Regressions' }}>
      {query.state === 'failed' ? (
        <ErrorState what="The settings could not be loaded" error={query.error} onRetry={reload} />
      ) : (
        <SkeletonLines widths={[50, 50, 50, 30]} />
      )}
    </EvalsPage>
  );
}

function SettingsForm({ stored, onSaved }: { stored: EvalSettings; onSaved: () => void }) {
  const { api } = useProject();
  const refusal = useRefusal('admin');
  const [draft, setDraft] = useState(stored);
  const [isAsking, setAsking] = useState(false);
  const isDirty = !sameJson(draft, stored);
  useUnsaved(isDirty);
  const complaints = useMemo(() => complaintsAbout(contract.putEvalSettings, draft), [draft]);
  const cannotSave = refusal ?? toMend(complaints) ?? (isDirty ? undefined : 'Nothing is changed');
  const ask = () => cannotSave === undefined && setAsking(true);
  useShortcuts([{ keys: 'mod+s', does: 'Review and save', run: ask }]);
  const changes = changesOf(stored, draft);
  return (
    <EvalsPage
      title="Settings of evals"
      up={{ href: '/regressions', label: 'Regressions' }}
      actions={
        <Button kind="primary" disabled={cannotSave !== undefined} title={cannotSave ?? 'Ctrl+S or ⌘S'} onClick={ask}>
          Review and save
        </Button>
      }
    >
      <PlainForm complaints={complaints} lockedBecause={refusal}>
        <div class="max-w-4xl">
          {settingGroups.map(({ title, note, settings }) => (
            <Section key={title} title={title} note={note}>
              <div class="flex flex-wrap items-start gap-x-6 gap-y-3">
                {settings.map(({ name, label, unit, scale = 1, emptyText }) => {
                  const value = draft[name];
                  return (
                    <NumberField
                      key={name}
                      label={label}
                      path={name}
                      class="w-64 max-w-full"
                      {...(unit !== undefined && { unit })}
                      {...(emptyText !== undefined && { optional: true, placeholder: emptyText })}
                      value={value === null ? undefined : scaled(value, scale)}
                      onInput={(typed) =>
                        setDraft({ ...draft, [name]: typed === undefined ? null : scaled(typed, 1 / scale) })
                      }
                    />
                  );
                })}
                {title === 'Rollback' && (
                  <SelectField
                    label={choiceLabels.rollback}
                    path="rollback"
                    class="w-64 max-w-full"
                    value={draft.rollback}
                    options={rollbackOptions}
                    onChange={(chosen) => {
                      const rollback = rollbackOptions.find(([each]) => each === chosen)?.[0];
                      if (rollback) setDraft({ ...draft, rollback });
                    }}
                  />
                )}
                {title === 'Rollback' && (
                  <SelectField
                    label={choiceLabels.agentRuns}
                    path="agentRuns"
                    class="w-64 max-w-full"
                    value={draft.agentRuns}
                    options={agentRunsOptions}
                    onChange={(chosen) => {
                      const agentRuns = agentRunsOptions.find(([each]) => each === chosen)?.[0];
                      if (agentRuns) setDraft({ ...draft, agentRuns });
                    }}
                  />
                )}
              </div>
            </Section>
          ))}
        </div>
      </PlainForm>
      {isAsking && (
        <ActDialog
          title="Save the settings of evals"
          verb="Save"
          write={() => api.putEvalSettings(draft)}
          onWritten={onSaved}
          onClose={() => setAsking(false)}
        >
          <ul class="text-sm">
            {changes.map(({ label, before, after }) => (
              <li key={label} class="py-0.5">
                {label}: <del class="text-muted">{settingText(before)}</del> → <strong>{settingText(after)}</strong>
              </li>
            ))}
          </ul>
        </ActDialog>
      )}
    </EvalsPage>
  );
}

/** What is typed and is no number stays what it is: the schema complains of it. */
const scaled = (value: number, by: number): number =>
  typeof value === 'number' ? Number((value * by).toPrecision(12)) : value;

const rollbackOptions = [
  ['on', 'is rolled back'],
  ['dry_run', 'stays: a dry run says what would be done'],
  ['off', 'stays'],
] as const;

const agentRunsOptions = [
  ['told', 'change no flag: what they find is told'],
  ['trusted', 'may have flags rolled back and gates opened'],
] as const;
