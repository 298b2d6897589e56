import type { FeedbackItem } from '@whetstone/shared/contract';
import { useRef, useState } from 'preact/hooks';
import { Choice } from '../../evals/choice.tsx';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { Button } from '../../ui/button.tsx';
import { controlClass } from '../../ui/field.tsx';
import { choicesOf, statuses, triages, type QueueFilter } from './filter.ts';

interface Props {
  filter: QueueFilter;
  /** Corrections of late, by which there is something to choose from. */
  known: readonly FeedbackItem[];
  onChange: (change: Partial<QueueFilter>) => void;
}

/** What the queue is filtered by. */
export function FilterBar({ filter, known, onChange }: Props) {
  const search = useRef<HTMLInputElement>(null);
  useShortcuts([{ keys: '/', does: 'Search', run: () => search.current?.focus() }]);
  const choices = choicesOf(known, filter);
  const [isWhole, setWhole] = useState(false);
  const isAnyChosen = facets.some(([name]) => filter[name] !== '');
  return (
    <div role="search" class="mb-3 flex flex-wrap items-end gap-x-3 gap-y-2">
      <label class="max-md:basis-full">
        <span class="mb-1 block text-xs text-muted">In comment, file names and text</span>
        <input
          ref={search}
          type="search"
          aria-keyshortcuts="/"
          placeholder="Search"
          spellcheck={false}
          autocomplete="off"
          maxLength={200}
          class={`${controlClass} w-56 max-md:w-full`}
          value={filter.query}
          onInput={(event) => onChange({ query: event.currentTarget.value })}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        />
      </label>
      <Status value={filter.status} onChoose={(status) => onChange({ status })} />
      <Choice
        label="About"
        value={filter.triage}
        options={['', ...triages]}
        onChoose={(triage) => onChange({ triage })}
      />
      <div class={`contents ${isWhole || isAnyChosen ? '' : 'max-md:hidden'}`}>
        {facets.map(
          ([name, label]) =>
            choices[name].length > 1 && (
              <Choice
                key={name}
                label={label}
                value={filter[name]}
                options={choices[name]}
                onChoose={(value) => onChange({ [name]: value })}
              />
            ),
        )}
      </div>
      {!isWhole && !isAnyChosen && (
        <Button class="md:hidden" onClick={() => setWhole(true)}>
          More
        </Button>
      )}
      {filter.pattern !== '' && (
        <button
          type="button"
          class="h-8 cursor-pointer rounded border border-line px-2 text-sm hover:bg-hover"
          onClick={() => onChange({ pattern: '' })}
        >
          counted in one pattern <span aria-hidden="true">✕</span>
          <span class="sr-only">: show all</span>
        </button>
      )}
    </div>
  );
}

const facets = [
  ['taskType', 'Task type'],
  ['language', 'Language'],
  ['model', 'Model'],
  ['label', 'Label'],
  ['assignee', 'Assigned to'],
] as const;

const Status = ({
  value,
  onChoose,
}: {
  value: QueueFilter['status'];
  onChoose: (value: QueueFilter['status']) => void;
}) => (
  <label>
    <span class="mb-1 block text-xs text-muted">Status</span>
    <select
      class={controlClass}
      value={value}
      onChange={(event) => onChoose(event.currentTarget.value as QueueFilter['status'])}
    >
      {statuses.map((status) => (
        <option key={status} value={status}>
          {status === 'pending' ? 'to decide' : status}
        </option>
      ))}
    </select>
  </label>
);
