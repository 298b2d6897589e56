import type { PortfolioSettings, TrialState } from '@whetstone/shared/contract';
import { shareText } from '../../evals/figures.ts';
import { SuggestedField } from '../../evals/form/suggested-field.tsx';
import { NumberField } from '../../flag/form/fields.tsx';
import { Action } from '../../flag/form/section.tsx';
import { rateText } from '../../ui/figures.ts';
import { wilsonInterval } from '@whetstone/shared/stats';
import type { PartProps } from './settings-form.tsx';
import { ShareField } from './share-field.tsx';

/** A trial as it is set, and how the one that is running stands. */
export function TrialEditor({ settings, onChange, models, state }: PartProps & { state: TrialState | null }) {
  const { trial } = settings;
  const set = (next: PortfolioSettings['trial']) => onChange({ ...settings, trial: next });
  if (trial === null)
    return (
      <Action
        label="Set up a trial"
        onClick={() => set({ challenger: '', incumbent: settings.incumbent ?? '', share: 0.1, maxTasks: 1_000 })}
      />
    );
  return (
    <>
      <div class="flex flex-wrap items-start gap-x-6 gap-y-3">
        {(['challenger', 'incumbent'] as const).map((arm) => (
          <SuggestedField
            key={arm}
            label={arm === 'challenger' ? 'New model' : 'Model in use'}
            path={`settings.trial.${arm}`}
            class="w-64 max-w-full"
            mono
            value={trial[arm]}
            suggestions={models}
            onInput={(model) => set({ ...trial, [arm]: model })}
          />
        ))}
        <ShareField
          label="Each gets"
          path="settings.trial.share"
          unit="% of the tasks"
          value={trial.share}
          onInput={(share) => set({ ...trial, share })}
        />
        <NumberField
          label="Undecided after"
          path="settings.trial.maxTasks"
          unit="tasks each"
          value={trial.maxTasks}
          onInput={(typed) => set({ ...trial, maxTasks: typed as number })}
        />
      </div>
      <Action label="End the trial" class="mt-2" onClick={() => set(null)} />
      {state !== null && <TrialView of={state} />}
    </>
  );
}

const verdicts: Record<TrialState['verdict'], string> = {
  running: '… running',
  challenger: '✓ the new model is better',
  incumbent: '✗ the new model is worse',
  undecided: '≈ undecided: no difference was found in as many tasks as it was given',
};

const TrialView = ({ of }: { of: TrialState }) => (
  <dl class="mt-3 grid grid-cols-[8rem_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
    <dt class="text-muted">Verdict</dt>
    <dd>{verdicts[of.verdict]}</dd>
    {(['challenger', 'incumbent'] as const).map((arm) => (
      <div key={arm} class="contents">
        <dt class="truncate font-mono text-muted" title={of[arm]}>
          {of[arm]}
        </dt>
        <dd class="tabular-nums">{armText(of.arms[arm])}</dd>
      </div>
    ))}
    <dt class="text-muted">Chances</dt>
    <dd>
      {shareText(of.chanceBetter)} that it is better by the margin, {shareText(of.chanceWorse)} that it is worse by it
    </dd>
  </dl>
);

const armText = ({ n, solved }: { n: number; solved: number }) =>
  n === 0 ? 'no outcome yet' : rateText(solved / n, wilsonInterval(solved, n, 0.1), n);
