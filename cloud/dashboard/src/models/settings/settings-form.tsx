import type { PortfolioSettings, TrialState } from '@whetstone/shared/contract';
import { SuggestedField } from '../../evals/form/suggested-field.tsx';
import { Check, NumberField, SelectField } from '../../flag/form/fields.tsx';
import { Section } from '../../flag/form/section.tsx';
import { ValuesField } from '../../flag/form/values-field.tsx';
import { MarginDial } from './margin-dial.tsx';
import { PinsEditor } from './pins-editor.tsx';
import { PricesEditor } from './prices-editor.tsx';
import { ShareField } from './share-field.tsx';
import { TrialEditor } from './trial-editor.tsx';

export interface PartProps {
  settings: PortfolioSettings;
  onChange: (settings: PortfolioSettings) => void;
  /** Those that are known, to choose from. */
  models: readonly string[];
}

/** How models are chosen, in the order in which it is decided. */
export function SettingsForm({ trial, ...part }: PartProps & { trial: TrialState | null }) {
  const { settings, onChange, models } = part;
  const set = (change: Partial<PortfolioSettings>) => onChange({ ...settings, ...change });
  const { exploration, verifiers } = settings;
  const field = 'w-64 max-w-full';
  return (
    <div class="max-w-4xl">
      <Section title="Models" note="What is not allowed, or is denied, is never recommended, not even when pinned.">
        <div class="flex flex-col gap-3">
          <Check
            label="Only the models named here"
            checked={settings.allow !== null}
            onChange={(isChecked) => set({ allow: isChecked ? [] : null })}
          />
          {settings.allow !== null && (
            <ValuesField
              label="Allowed"
              path="settings.allow"
              values={settings.allow}
              suggestions={models}
              onChange={(allow) => set({ allow })}
            />
          )}
          <ValuesField
            label="Denied"
            path="settings.deny"
            values={settings.deny}
            suggestions={models}
            onChange={(deny) => set({ deny })}
          />
        </div>
      </Section>
      <Section title="Pins" note="The first that fits a task wins, and the answer says so.">
        <PinsEditor {...part} />
      </Section>
      <Section title="Choice" note="Among those tied with the best the cheapest is taken.">
        <div class="flex flex-wrap items-start gap-x-6 gap-y-3">
          <SuggestedField
            label="Incumbent"
            hint="What would be used without recommendations"
            path="settings.incumbent"
            class={field}
            mono
            placeholder="none"
            value={settings.incumbent ?? ''}
            suggestions={models}
            onInput={(text) => set({ incumbent: text === '' ? null : text })}
          />
          <MarginDial value={settings.margin} onInput={(margin) => set({ margin })} />
          <SelectField
            label="Goal"
            path="settings.goal"
            class={field}
            value={settings.goal}
            options={goals}
            onChange={(chosen) => set({ goal: chosen === 'solve' ? 'solve' : 'save' })}
          />
          {settings.goal === 'solve' && (
            <ShareField
              label="A task may cost"
              path="settings.solveCostShare"
              unit="% of the incumbent"
              value={settings.solveCostShare}
              onInput={(solveCostShare) => set({ solveCostShare })}
            />
          )}
          <SelectField
            label="A plan has at most"
            path="settings.planLength"
            class="w-40"
            value={String(settings.planLength)}
            options={planLengths}
            onChange={(chosen) => set({ planLength: Number(chosen) })}
          />
        </div>
      </Section>
      <Section title="Checks" note="How often they err. Above 20 % of wrong answers let pass, a plan is one model.">
        <div class="flex flex-wrap items-start gap-x-6 gap-y-3">
          {(['tests', 'review'] as const).map((verifier) =>
            (['falseAccept', 'falseReject'] as const).map((rate) => (
              <ShareField
                key={`${verifier} ${rate}`}
                label={errorLabels[verifier][rate]}
                path={`settings.verifiers.${verifier}.${rate}`}
                value={verifiers[verifier][rate]}
                onInput={(value) =>
                  set({ verifiers: { ...verifiers, [verifier]: { ...verifiers[verifier], [rate]: value } } })
                }
              />
            )),
          )}
        </div>
      </Section>
      <Section title="Exploration" note="Some tasks go to a model that is not the usual answer, to learn how it does.">
        <div class="flex flex-wrap items-end gap-x-6 gap-y-3">
          <div class="basis-full">
            <Check
              label="Explore; switched off, nothing is explored from the next answer on"
              checked={exploration.enabled}
              onChange={(enabled) => set({ exploration: { ...exploration, enabled } })}
            />
          </div>
          <ShareField
            label="Share of the tasks"
            path="settings.exploration.share"
            value={exploration.share}
            onInput={(share) => set({ exploration: { ...exploration, share } })}
          />
          <NumberField
            label="May cost above the usual answer"
            path="settings.exploration.budgetUsdPerDay"
            unit="USD a day"
            value={exploration.budgetUsdPerDay}
            onInput={(typed) => set({ exploration: { ...exploration, budgetUsdPerDay: typed as number } })}
          />
        </div>
      </Section>
      <Section title="Trial" note="A new model against the one in use, until one is known to be better.">
        <TrialEditor {...part} state={trial} />
      </Section>
      <Section
        title="Prices and context"
        note="In US dollars per million tokens, where the list price or the catalogue's context size is not yours."
      >
        <PricesEditor {...part} />
      </Section>
      <Section title="Pool" note="With whom counts are shared, both ways; never texts, repositories or people.">
        <SelectField
          label="Counts are shared with"
          path="settings.pool"
          class="w-96 max-w-full"
          value={settings.pool}
          options={pools}
          onChange={(chosen) => {
            const pool = pools.find(([each]) => each === chosen)?.[0];
            if (pool) set({ pool });
          }}
        />
      </Section>
    </div>
  );
}

const errorLabels = {
  tests: { falseAccept: 'Tests let wrong ones pass', falseReject: 'Tests refuse right ones' },
  review: { falseAccept: 'Reviews let wrong ones pass', falseReject: 'Reviews refuse right ones' },
} as const;

const goals = [
  ['save', 'equal success at least cost'],
  ['solve', 'most success within a cost'],
] as const;

const planLengths = [
  ['1', 'one model'],
  ['2', 'two models'],
  ['3', 'three models'],
] as const;

const pools = [
  ['none', 'nobody'],
  ['organisation', 'the projects of this organisation'],
  ['everyone', 'everyone, of what at least 3 organisations share'],
] as const;
