import { useState } from 'preact/hooks';
import { replaced, without } from '../model/json.ts';
import { AreaField, Field } from './fields.tsx';
import { Action } from './section.tsx';
import { useForm } from './form-context.tsx';

type Scalar = string | number | boolean;

interface Props<T extends Scalar> {
  label: string;
  path: string;
  values: readonly T[];
  onChange: (values: T[]) => void;
  suggestions?: readonly string[];
  placeholder?: string;
}

/** Beyond this many, lines of a text are easier to handle than chips. */
const mostChips = 60;

/** A list of values: Enter or leaving the field adds what is typed, several lines at once when they are pasted. */
export function ValuesField<T extends Scalar>(props: Props<T>) {
  const { values } = props;
  const canBeLines = values.every((value) => typeof value === 'string' && !value.includes('\n'));
  return values.length > mostChips && canBeLines ? <Lines {...props} /> : <Chips {...props} />;
}

/** What is typed is text; the cast holds because each list that takes other scalars takes text as well. */
const asValues = <T extends Scalar>(texts: string[]): T[] => texts as unknown as T[];

function Lines<T extends Scalar>({ label, path, values, onChange }: Props<T>) {
  return (
    <AreaField
      label={`${label}, one on each line (${values.length.toLocaleString('en')})`}
      path={path}
      mono
      value={values.join('\n')}
      onInput={(text) => onChange(asValues(text.split('\n').filter((line) => line !== '')))}
    />
  );
}

function Chips<T extends Scalar>({ label, path, values, onChange, suggestions, placeholder }: Props<T>) {
  const { lockedBecause } = useForm();
  const [typed, setTyped] = useState('');
  const add = (text: string) => {
    setTyped('');
    const fresh = asValues<T>(text.split(/\r?\n/).filter((line) => line !== '')).filter(
      (value) => !values.includes(value),
    );
    if (fresh.length > 0) onChange([...values, ...fresh]);
  };
  return (
    <Field label={label} path={path} below class="min-w-36 flex-1">
      {(attributes) => (
        <div class="flex flex-wrap items-center gap-1 rounded border border-line-strong bg-canvas p-px focus-within:outline-2 focus-within:outline-accent">
          {values.map((value, i) => (
            <Chip
              key={`${typeof value} ${String(value)}`}
              value={value}
              locked={lockedBecause !== undefined}
              onRemove={() => onChange(without(values, i))}
              onEdit={(text) => onChange(replaced(values, i, asValues<T>([text])[0]!))}
            />
          ))}
          <input
            {...attributes}
            type="text"
            class="h-6.5 min-w-16 flex-1 bg-transparent px-1 font-mono text-sm outline-none"
            value={typed}
            placeholder={values.length === 0 ? (placeholder ?? 'type a value, Enter adds it') : ''}
            autocomplete="off"
            spellcheck={false}
            {...(suggestions && { list: `${attributes.id}-list` })}
            onInput={(event) => setTyped(event.currentTarget.value)}
            onBlur={() => add(typed)}
            onPaste={(event) => {
              const text = event.clipboardData?.getData('text') ?? '';
              if (!text.includes('\n')) return;
              event.preventDefault();
              add(typed + text);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && typed !== '') {
                event.preventDefault();
                add(typed);
              } else if (event.key === 'Backspace' && typed === '' && values.length > 0) {
                onChange(values.slice(0, -1));
              }
            }}
          />
          {suggestions && (
            <datalist id={`${attributes.id}-list`}>
              {suggestions.map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          )}
        </div>
      )}
    </Field>
  );
}

interface ChipProps {
  value: Scalar;
  locked: boolean;
  onRemove: () => void;
  onEdit: (text: string) => void;
}

function Chip({ value, locked, onRemove, onEdit }: ChipProps) {
  const [edited, setEdited] = useState<string | undefined>();
  const text = String(value);
  const keep = () => {
    if (edited !== undefined && edited !== text && edited !== '') onEdit(edited);
    setEdited(undefined);
  };
  if (edited !== undefined) {
    return (
      <input
        type="text"
        class="rounded border border-line-strong bg-canvas px-1 font-mono text-sm"
        aria-label={`Value ${text}`}
        value={edited}
        size={Math.max(4, edited.length)}
        ref={(input) => input?.focus()}
        onInput={(event) => setEdited(event.currentTarget.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === 'Enter') keep();
          else if (event.key === 'Escape') setEdited(undefined);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
    );
  }
  return (
    <span class="inline-flex max-w-full items-center rounded border border-line bg-surface font-mono text-sm">
      <button
        type="button"
        class="min-h-6 truncate px-1.5 text-left whitespace-pre"
        disabled={locked}
        aria-label={`Edit value ${text}`}
        onClick={() => setEdited(text)}
      >
        {text === '' ? '""' : text}
      </button>
      {typeof value !== 'string' && <span class="pr-1 font-sans text-xs text-muted">{typeof value}</span>}
      <Action label={`Remove value ${text}`} onClick={onRemove} class="!h-6 !min-w-6">
        ×
      </Action>
    </span>
  );
}
