import { useState } from 'preact/hooks';
import { SuggestedField } from '../../evals/form/suggested-field.tsx';
import { NumberField } from '../../flag/form/fields.tsx';
import { useForm } from '../../flag/form/form-context.tsx';
import { Action } from '../../flag/form/section.tsx';
import { withContext, withPrice } from './model.ts';
import type { PartProps } from './settings-form.tsx';

const prices = [
  ['inputUsdPerMillion', 'Input'],
  ['outputUsdPerMillion', 'Output'],
  ['cacheUsdPerMillion', 'Cached'],
] as const;

/** What this project pays for its models and what they hold; an empty field is left to the catalogue. */
export function PricesEditor({ settings, onChange, models }: PartProps) {
  const { lockedBecause } = useForm();
  const [added, setAdded] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState('');
  const named = [
    ...new Set([...Object.keys(settings.prices), ...Object.keys(settings.contextTokens), ...added]),
  ].sort();
  const add = () => {
    if (typed.trim() === '') return;
    setAdded([...added, typed.trim()]);
    setTyped('');
  };
  const remove = (model: string) => {
    setAdded(added.filter((each) => each !== model));
    const without = <T,>(entries: Record<string, T>) =>
      Object.fromEntries(Object.entries(entries).filter(([name]) => name !== model));
    onChange({ ...settings, prices: without(settings.prices), contextTokens: without(settings.contextTokens) });
  };
  return (
    <>
      {named.map((model) => (
        <div key={model} role="group" aria-label={`Price of ${model}`} class="mb-3 border-l-2 border-line pl-3">
          <p class="flex items-center gap-1 font-mono text-sm">
            <span class="min-w-0 break-words">{model}</span>
            <Action label={`Remove the price of ${model}`} onClick={() => remove(model)} class="font-sans">
              ×
            </Action>
          </p>
          <div class="mt-1 flex flex-wrap items-start gap-4">
            {prices.map(([name, label]) => (
              <NumberField
                key={name}
                label={label}
                path={`settings.prices.${model}.${name}`}
                optional
                value={settings.prices[model]?.[name]}
                onInput={(value) => onChange(withPrice(settings, model, name, value))}
              />
            ))}
            <NumberField
              label="Context"
              path={`settings.contextTokens.${model}`}
              optional
              unit="tokens"
              value={settings.contextTokens[model]}
              onInput={(value) => onChange(withContext(settings, model, value))}
            />
          </div>
        </div>
      ))}
      {lockedBecause === undefined && (
        <form
          class="flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <SuggestedField
            label="Model to state a price of"
            path="settings.prices"
            class="w-64 max-w-full"
            mono
            value={typed}
            suggestions={models}
            onInput={setTyped}
          />
          <Action label="Add a price" onClick={add} />
        </form>
      )}
      {lockedBecause !== undefined && named.length === 0 && (
        <p class="text-sm text-muted">None: the catalogue’s prices are taken.</p>
      )}
    </>
  );
}
