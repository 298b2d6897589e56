import type { EvalRunRequest } from '@whetstone/shared/contract';
import { Check, NumberField, SelectField, TextField } from '../../flag/form/fields.tsx';
import { Section } from '../../flag/form/section.tsx';
import { withMember } from '../../flag/model/json.ts';
import { useProject } from '../../live/project.tsx';
import { DatasetField } from '../form/dataset-field.tsx';
import { SubjectFields } from '../form/subject-fields.tsx';
import { SuggestedField } from '../form/suggested-field.tsx';
import { cronText, cronWords, membersKept, type ScheduleDraft } from './model.ts';

interface Props {
  draft: ScheduleDraft;
  onChange: (draft: ScheduleDraft) => void;
}

/** When, whom and on what; what a run asks for beyond that is kept and named. */
export function ScheduleForm({ draft, onChange }: Props) {
  const { run } = draft;
  const setRun = (next: EvalRunRequest) => onChange({ ...draft, run: next });
  const kept = membersKept(run);
  return (
    <div class="max-w-4xl">
      <Section title="About">
        <div class="flex flex-wrap items-end gap-4">
          <TextField
            label="Name"
            path="name"
            class="w-72 max-w-full"
            value={draft.name}
            onInput={(name) => onChange({ ...draft, name })}
          />
          <Check
            label="Comes by itself"
            checked={draft.enabled}
            onChange={(enabled) => onChange({ ...draft, enabled })}
          />
        </div>
      </Section>
      <Section
        title="When"
        note="A local time that the clock leaps over comes as much later; one that comes twice counts once."
      >
        <div class="flex flex-wrap gap-3">
          <SuggestedField
            label="Times"
            path="cron"
            class="w-56"
            mono
            value={draft.cron}
            suggestions={cronWords}
            hint={cronText(draft.cron) ?? 'nightly, weekly, hourly, or minute hour day month weekday'}
            onInput={(cron) => onChange({ ...draft, cron })}
          />
          <SuggestedField
            label="Time zone"
            path="timeZone"
            class="w-56"
            value={draft.timeZone}
            suggestions={zones}
            onInput={(timeZone) => onChange({ ...draft, timeZone })}
          />
        </div>
      </Section>
      <Section title="What">
        <div class="mb-3 flex flex-wrap gap-3">
          <DatasetField
            path="run.dataset"
            class="w-56"
            value={run.dataset}
            onInput={(dataset) => setRun({ ...run, dataset })}
          />
          <NumberField
            label="Samples of each problem"
            path="run.samplesPerProblem"
            optional
            placeholder="1"
            value={run.samplesPerProblem}
            onInput={(count) => setRun(withMember(run, 'samplesPerProblem', count))}
          />
          <NumberField
            label="Budget of a run"
            unit="USD"
            path="run.budgetUsd"
            optional
            placeholder="none"
            value={run.budgetUsd}
            onInput={(budgetUsd) => setRun(withMember(run, 'budgetUsd', budgetUsd))}
          />
          {(run.subject.kind === 'command' || run.commit !== undefined) && (
            <TextField
              label="Commit"
              path="run.commit"
              class="w-56"
              mono
              value={run.commit}
              onInput={(commit) => setRun(withMember(run, 'commit', commit))}
            />
          )}
        </div>
        <SubjectFields subject={run.subject} path="run.subject" onChange={(subject) => setRun({ ...run, subject })} />
      </Section>
      <FlagSection run={run} onChange={setRun} />
      {kept.length > 0 && (
        <Section title="Besides" note="Said over the API; stays as it is.">
          <ul class="text-sm">
            {kept.map(([name, value]) => (
              <li key={name} class="break-words">
                <code class="font-mono">
                  {name}: {value.length > 200 ? `${value.slice(0, 200)}…` : value}
                </code>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}

function FlagSection({ run, onChange }: { run: EvalRunRequest; onChange: (run: EvalRunRequest) => void }) {
  const { flags: held } = useProject();
  const flags = held.state === 'ready' ? [...held.flags.values()] : [];
  const variants = Object.keys(flags.find(({ key }) => key === run.flag?.key)?.variants ?? {});
  return (
    <Section title="The flag that carries it" note="Rolled back when a run regresses badly.">
      <div class="flex flex-wrap gap-3">
        <SelectField
          label="Flag"
          path="run.flag.key"
          class="w-72 max-w-full"
          mono
          value={run.flag?.key ?? ''}
          options={[['', 'none'], ...flags.map(({ key }): [string, string] => [key, key])]}
          onChange={(key) => {
            const first = Object.keys(flags.find((flag) => flag.key === key)?.variants ?? {})[0] ?? '';
            onChange(withMember(run, 'flag', key === '' ? undefined : { key, variant: first }));
          }}
        />
        {run.flag && (
          <SelectField
            label="Variant"
            path="run.flag.variant"
            class="w-48"
            mono
            value={run.flag.variant}
            options={variants.map((name): [string, string] => [name, name])}
            onChange={(variant) => onChange({ ...run, flag: { key: run.flag!.key, variant } })}
          />
        )}
      </div>
    </Section>
  );
}

const zones: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')];
