import type { RolloutPlan, ScheduledChange } from '@whetstone/shared/contract';
import { isSplit, type FlagDocument } from '../model/document.ts';
import { replaced, withMember, without } from '../model/json.ts';
import { changeSentence } from '../model/sentences.ts';
import { Timeline } from '../timeline-view.tsx';
import { Action, Complaints, InstantField, NumberField, Section, SelectField } from './fields.tsx';
import { useComplaints, useDraft, useEdit } from './form-context.tsx';
import { RulesEditor } from './rules-editor.tsx';
import { SentenceView } from './sentence-view.tsx';
import { ServeEditor } from './serve-editor.tsx';

interface Props {
  nowMs: number;
}

const dayMs = 86_400_000;
const dayAfter = (ms: number) => new Date(Math.ceil((ms + 1) / dayMs) * dayMs).toISOString();

/** What changes by itself, by the clock of whoever evaluates. */
export function TimeEditor({ nowMs }: Props) {
  return (
    <>
      <Schedule nowMs={nowMs} />
      <Plan nowMs={nowMs} />
      <TimelineSection nowMs={nowMs} />
    </>
  );
}

function TimelineSection({ nowMs }: Props) {
  const { document } = useDraft();
  if (
    !document.schedule &&
    !document.rollout &&
    !document.expiresAt &&
    !document.overrides?.some((one) => one.expiresAt)
  )
    return null;
  return (
    <Section title="Timeline" note="Everything above in the order in which it comes into force.">
      <Timeline document={document} nowMs={nowMs} />
    </Section>
  );
}

function Schedule({ nowMs }: Props) {
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

function Plan({ nowMs }: Props) {
  const { document } = useDraft();
  const edit = useEdit();
  const complaints = useComplaints('rollout.steps');
  const plan = document.rollout;
  const set = (group: string, next: RolloutPlan | undefined) =>
    edit(group, (held) => withMember(held, 'rollout', next));
  const splits = document.rules
    .filter(({ serve }) => isSplit(serve))
    .map(({ id }): [string, string] => [id, `rule ${id}`]);
  const start = () => {
    const first = dayAfter(nowMs);
    const rule = isSplit(document.fallthrough) ? undefined : splits[0]?.[0];
    const steps = [10, 50, 100].map((coverage, i) => ({
      at: new Date(Date.parse(first) + i * dayMs).toISOString(),
      coverage,
    }));
    set('rollout +', { ...(rule !== undefined && { rule }), steps });
  };
  if (!plan) {
    const possible = isSplit(document.fallthrough) || splits.length > 0;
    return (
      <Section
        title="Rollout plan"
        note={
          possible
            ? 'None: the coverage of each split stays as it is.'
            : 'A plan raises the coverage of a split by dates; nothing here is a split yet.'
        }
        action={possible ? <Action label="Plan a rollout" onClick={start} /> : undefined}
      />
    );
  }
  const addStep = () => {
    const last = plan.steps.at(-1);
    const at = dayAfter(Math.max(nowMs, Date.parse(last?.at ?? '') || 0));
    set('rollout.steps +', { ...plan, steps: [...plan.steps, { at, coverage: 100 }] });
  };
  return (
    <Section
      title="Rollout plan"
      note={plan.pausedAt ? `Paused since ${plan.pausedAt}.` : 'Raises the coverage of a split by dates.'}
      action={<Action label="Remove the plan" onClick={() => set('rollout -', undefined)} />}
    >
      <SelectField
        label="Moves the split of"
        path="rollout.rule"
        class="mb-2 w-56"
        value={plan.rule ?? ''}
        options={[['', 'the default'], ...splits]}
        onChange={(rule) => set('rollout.rule', withMember(plan, 'rule', rule))}
      />
      {plan.steps.map((step, i) => (
        <div key={i} role="group" aria-label={`Step ${i + 1}`} class="flex flex-wrap items-start gap-3 py-1">
          <InstantField
            label="At"
            path={`rollout.steps.${i}.at`}
            class="w-52"
            value={step.at}
            onInput={(at) => set(`rollout.steps.${i}.at`, { ...plan, steps: replaced(plan.steps, i, { ...step, at }) })}
          />
          <NumberField
            label="Coverage"
            unit="%"
            path={`rollout.steps.${i}.coverage`}
            value={step.coverage}
            onInput={(coverage) =>
              set(`rollout.steps.${i}.coverage`, {
                ...plan,
                steps: replaced(plan.steps, i, { ...step, coverage: coverage ?? 0 }),
              })
            }
          />
          <Action
            label={`Remove step ${i + 1}`}
            class="mt-5"
            disabled={plan.steps.length === 1}
            onClick={() => set(`rollout.steps -${i}`, { ...plan, steps: without(plan.steps, i) })}
          >
            ×
          </Action>
        </div>
      ))}
      <Complaints of={complaints} />
      <Action label="Add a step" onClick={addStep} />
    </Section>
  );
}
