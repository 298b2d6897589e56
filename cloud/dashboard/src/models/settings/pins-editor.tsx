import type { PortfolioSettings } from '@whetstone/shared/contract';
import { SuggestedField } from '../../evals/form/suggested-field.tsx';
import { TextField } from '../../flag/form/fields.tsx';
import { moved, replaced, without, withMember } from '../../flag/model/json.ts';
import { Action } from '../../flag/form/section.tsx';
import type { PartProps } from './settings-form.tsx';

type Pin = PortfolioSettings['pins'][number];

const conditions = [
  ['taskType', 'Task type'],
  ['language', 'Language'],
  ['repoId', 'Repository'],
] as const;

/** Which model is taken whatever the counts say, in the order in which they are tried. */
export function PinsEditor({ settings, onChange, models }: PartProps) {
  const { pins } = settings;
  const set = (next: Pin[]) => onChange({ ...settings, pins: next });
  return (
    <>
      {pins.map((pin, i) => (
        <div key={i} role="group" aria-label={`Pin ${i + 1}`} class="mb-3 border-l-2 border-line pl-3">
          <p class="flex flex-wrap items-center gap-1 text-sm">
            <span class="mr-2 break-words">{sentenceOf(pin)}</span>
            <Action label={`Pin ${i + 1} earlier`} disabled={i === 0} onClick={() => set(moved(pins, i, -1))}>
              ↑
            </Action>
            <Action
              label={`Pin ${i + 1} later`}
              disabled={i === pins.length - 1}
              onClick={() => set(moved(pins, i, 1))}
            >
              ↓
            </Action>
            <Action label={`Remove pin ${i + 1}`} onClick={() => set(without(pins, i))}>
              ×
            </Action>
          </p>
          <div class="mt-1 flex flex-wrap items-start gap-3">
            <SuggestedField
              label={`Model of pin ${i + 1}`}
              path={`settings.pins.${i}.model`}
              class="w-56 max-w-full"
              mono
              value={pin.model}
              suggestions={models}
              onInput={(model) => set(replaced(pins, i, { ...pin, model }))}
            />
            {conditions.map(([name, label]) => (
              <TextField
                key={name}
                label={label}
                path={`settings.pins.${i}.${name}`}
                class="w-36 max-w-full"
                placeholder="any"
                value={pin[name]}
                onInput={(text) => set(replaced(pins, i, withMember(pin, name, text)))}
              />
            ))}
          </div>
        </div>
      ))}
      <Action label="Add a pin" onClick={() => set([...pins, { model: '' }])} />
    </>
  );
}

function sentenceOf({ model, taskType, language, repoId }: Pin): string {
  const when = [
    taskType !== undefined && `the task is ${taskType}`,
    language !== undefined && `the language is ${language}`,
    repoId !== undefined && `the repository is ${repoId}`,
  ].filter((part) => part !== false);
  const what = `use ${model === '' ? '…' : model}`;
  return when.length === 0 ? `always ${what}` : `if ${when.join(' and ')}, ${what}`;
}
