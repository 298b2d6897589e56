import type { contract, GateResult, Guidance, Input } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { FormDialog } from '../../docs/form-dialog.tsx';
import { DatasetField } from '../../evals/form/dataset-field.tsx';
import { NumberField, TextField } from '../../flag/form/fields.tsx';
import { useProject } from '../../live/project.tsx';
import { PlanLine } from './plan-line.tsx';
import { usePlan } from './use-plan.ts';

interface Props {
  of: Guidance;
  onStarted: (gate: GateResult) => void;
  onClose: () => void;
}

const shownPaths = [
  'dataset',
  'model',
  'effectPoints',
  'samplesPerProblem',
  'rolloutPercentage',
  'holdoutPercentage',
  'budgetUsd',
];

type Asked = Input<(typeof contract)['releaseGuidance']>;
/** A field may be empty, or hold what is no number; the schema complains of it. */
type Fields = { [Name in keyof Omit<Asked, 'version'>]: Asked[Name] | undefined };

/** What the gate measures, and how many users get the version once it passes. */
export function ReleaseDialog({ of, onStarted, onClose }: Props) {
  const { api } = useProject();
  const last = of.gate;
  const [asked, setAsked] = useState<Fields>({
    dataset: last?.plan.dataset ?? 'corrections',
    model: last?.plan.model,
    effectPoints: last?.plan.effectPoints ?? 10,
    rolloutPercentage: 10,
    holdoutPercentage: 5,
  });
  const [isServedAtOnce, setServedAtOnce] = useState(false);
  const set = (change: Partial<Fields>) => setAsked((held) => ({ ...held, ...change }));
  const said = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined && value !== ''));
  const planned = usePlan(isServedAtOnce ? undefined : { version: of.version, ...said });
  const send = () =>
    api.releaseGuidance({ version: of.version, ...said, ...(isServedAtOnce && last && { gateId: last.id }) });
  return (
    <FormDialog
      title={`Release ${of.version}`}
      verb={isServedAtOnce ? 'Serve it' : 'Run the gate'}
      failed="It was not released"
      shownPaths={shownPaths}
      send={send}
      onSent={onStarted}
      onClose={onClose}
    >
      <p class="text-sm">
        The gate runs the data set with and without it. It is served once that shows a gain at a cost of at most +10 %,
        or the same quality for less; too few tasks decide nothing.
      </p>
      {last?.decision === 'accepted' && (
        <label class="flex items-start gap-2 text-sm">
          <input
            type="checkbox"
            class="mt-0.5 size-4 shrink-0 accent-accent"
            checked={isServedAtOnce}
            onChange={(event) => setServedAtOnce(event.currentTarget.checked)}
          />
          <span>Serve it on the gate that accepted it, without another.</span>
        </label>
      )}
      {!isServedAtOnce && (
        <>
          <div>
            <DatasetField path="dataset" value={String(asked.dataset ?? '')} onInput={(dataset) => set({ dataset })} />
          </div>
          <TextField
            label="Model"
            path="model"
            mono
            value={asked.model}
            placeholder="of the last gate, or the one in use"
            onInput={(model) => set({ model })}
          />
          <div class="flex flex-wrap gap-3">
            <NumberField
              label="Gain to be found"
              unit="points"
              path="effectPoints"
              optional
              value={asked.effectPoints}
              onInput={(effectPoints) => set({ effectPoints })}
            />
            <NumberField
              label="Answers per task"
              path="samplesPerProblem"
              placeholder="plan"
              optional
              value={asked.samplesPerProblem}
              onInput={(samplesPerProblem) => set({ samplesPerProblem })}
            />
            <NumberField
              label="Budget of both runs"
              unit="USD"
              path="budgetUsd"
              placeholder="none"
              optional
              value={asked.budgetUsd}
              onInput={(budgetUsd) => set({ budgetUsd })}
            />
          </div>
        </>
      )}
      <div class="flex flex-wrap gap-3">
        <NumberField
          label="Rollout"
          unit="% of users"
          path="rolloutPercentage"
          optional
          value={asked.rolloutPercentage}
          onInput={(rolloutPercentage) => set({ rolloutPercentage })}
        />
        <NumberField
          label="Hold-out, never any guidance"
          unit="% of users"
          path="holdoutPercentage"
          optional
          value={asked.holdoutPercentage}
          onInput={(holdoutPercentage) => set({ holdoutPercentage })}
        />
      </div>
      {!isServedAtOnce && <PlanLine {...planned} />}
    </FormDialog>
  );
}
