import type { ScheduledChange } from '@whetstone/shared/contract';
import type { FlagDocument } from '../model/document.ts';
import { replaced, withMember, without } from '../model/json.ts';
import { changeSentence } from '../model/sentences.ts';
import { dayAfter } from '../model/timeline.ts';
import { Complaints, SelectField } from './fields.tsx';
import { useComplaints, useDraft, useEdit } from './form-context.tsx';
import { InstantField } from './instant-field.tsx';
import { RulesEditor } from './rules-editor.tsx';
import { Action, Section } from './section.tsx';
import { SentenceView } from './sentence-view.tsx';
import { ServeEditor } from './serve-editor.tsx';

/** What changes at a time, once and for good. */
export function ScheduleEditor({ nowMs }: { nowMs: number }) {
  const { document } = useDraft();
  const edit = useEdit();
  const list = document.schedule ?? [];
  const set = (group: string, next: ScheduledChange[]) =>
    edit(group, (held) => withMember(held, 'schedule', next.length > 0 ? next : undefined));
  const add = () => {
    const lastMs = Math.max(nowMs, ...list.map(({ at }) => Date.parse(at) || 0));
    set('schedule +', [...list, { at: dayAfter(lastMs), set: { enabled: !document.enabled } }]);
  };
  return (
    <Section
      title="Schedule"
      note={list.length === 0 ? 'Nothing is scheduled.' : undefined}
      action={<Action label="Schedule a change" onClick={add} />}
    >
      {list.map((change, i) => (
        <ScheduledEditor
          key={i}
          change={change}
          path={`schedule.${i}`}
          label={`Scheduled change ${i + 1}`}
          document={document}
          onChange={(group, next) => set(group, replaced(list, i, next))}
          onRemove={() => set(`schedule -${i}`, without(list, i))}
        />
      ))}
    </Section>
  );
}

interface ScheduledProps {
  change: ScheduledChange;
  path: string;
  label: string;
  document: FlagDocument;
  onChange: (group: string, change: ScheduledChange) => void;
  onRemove: () => void;
}

function ScheduledEditor({ change, path, label, document, onChange, onRemove }: ScheduledProps) {
  const { at, set } = change;
  const put = <K extends keyof ScheduledChange['set']>(
    name: K,
    value: ScheduledChange['set'][K] | undefined,
    group = '',
  ) => onChange(group || `${path}.set.${name}`, { ...change, set: withMember(set, name, value) });
  return (
    <div role="group" aria-label={label} class="border-l-2 border-line py-1 pl-3 not-last:mb-2">
      <p class="text-sm">
        <SentenceView of={changeSentence(change, document.offVariant)} />
      </p>
      <div class="mt-1 flex flex-wrap items-start gap-3">
        <InstantField
          label="At"
          path={`${path}.at`}
          class="w-52"
          value={at}
          onInput={(next) => onChange(`${path}.at`, { ...change, at: next })}
        />
        <SelectField
          label="State"
          path={`${path}.set.enabled`}
          class="w-36"
          value={set.enabled === undefined ? '' : String(set.enabled)}
          options={[
            ['', 'stays'],
            ['true', 'turns on'],
            ['false', 'turns off'],
          ]}
          onChange={(next) => put('enabled', next === '' ? undefined : next === 'true')}
        />
        <div class="flex flex-wrap gap-1 pt-5">
          {set.rules === undefined ? (
            <Action label="Replace the rules" onClick={() => put('rules', document.rules)} />
          ) : (
            <Action label="Leave the rules" onClick={() => put('rules', undefined)} />
          )}
          {set.fallthrough === undefined ? (
            <Action label="Replace the default" onClick={() => put('fallthrough', document.fallthrough)} />
          ) : (
            <Action label="Leave the default" onClick={() => put('fallthrough', undefined)} />
          )}
          <Action label={`Remove ${label.toLowerCase()}`} onClick={onRemove}>
            ×
          </Action>
        </div>
      </div>
      <Complaints of={useComplaints(`${path}.set`)} />
      {set.rules && (
        <div class="mt-2">
          <p class="text-xs text-muted">Rules from then on</p>
          <RulesEditor
            rules={set.rules}
            path={`${path}.set.rules`}
            onChange={(group, rules) => put('rules', rules, group)}
          />
        </div>
      )}
      {set.fallthrough && (
        <div class="mt-2">
          <p class="text-xs text-muted">Default from then on</p>
          <ServeEditor
            serve={set.fallthrough}
            path={`${path}.set.fallthrough`}
            onChange={(group, serve) => put('fallthrough', serve, group)}
          />
        </div>
      )}
    </div>
  );
}
