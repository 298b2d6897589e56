import type { EvalGate, RolloutPlan } from '@whetstone/shared/contract';
import { isSplit } from '../model/document.ts';
import { replaced, withMember, without } from '../model/json.ts';
import { dayAfter, dayMs } from '../model/timeline.ts';
import { Complaints, NumberField, SelectField } from './fields.tsx';
import { useComplaints, useDraft, useEdit } from './form-context.tsx';
import { GateEditor } from './gate-editor.tsx';
import { InstantField } from './instant-field.tsx';
import { Action, Section } from './section.tsx';

/** The coverage of a split, raised step by step by dates. */
export function PlanEditor({ nowMs }: { nowMs: number }) {
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
  const setGate = (i: number, member: string, gate: EvalGate | undefined) =>
    set(`rollout.steps.${i}.gate ${member}`, {
      ...plan,
      steps: plan.steps.map((step, at) => (at === i ? withMember(step, 'gate', gate) : step)),
    });
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
          {step.gate ? (
            <GateEditor
              step={i + 1}
              path={`rollout.steps.${i}.gate`}
              gate={step.gate}
              onChange={(member, gate) => setGate(i, member, gate)}
              onRemove={() => setGate(i, '-', undefined)}
            />
          ) : (
            <Action
              label={`Add an eval gate to step ${i + 1}`}
              class="mt-5"
              onClick={() => setGate(i, '+', { dataset: '' })}
            >
              + eval gate
            </Action>
          )}
        </div>
      ))}
      <Complaints of={complaints} />
      <Action label="Add a step" onClick={addStep} />
    </Section>
  );
}
