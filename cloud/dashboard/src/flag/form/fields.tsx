import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { numberOrText } from '../model/values.ts';
import { useComplaints, useDraft, useForm } from './form-context.tsx';
import { useTyped } from './use-typed.ts';

export const fieldClass =
  'min-h-7.5 rounded border border-line-strong bg-canvas px-2 py-1 text-sm text-text aria-invalid:border-bad disabled:bg-surface disabled:text-muted';

interface Labelled {
  label: string;
  /** The dotted path of the field in the document, by which complaints find it. */
  path: string;
  /** The label is for screen readers only: a table's header says it to the others. */
  bare?: boolean;
  class?: string;
}

interface FieldProps extends Labelled {
  below?: boolean;
  hint?: ComponentChildren;
  children: (attributes: {
    id: string;
    disabled: boolean;
    'aria-invalid': boolean;
    'aria-describedby': string;
  }) => JSX.Element;
}

/** A label, its control, and what is wrong with it. */
export function Field({ label, path, bare, below, hint, class: extra = '', children }: FieldProps) {
  const id = useId();
  const { lockedBecause } = useForm();
  const complaints = useComplaints(path, below);
  const attributes = {
    id,
    disabled: lockedBecause !== undefined,
    'aria-invalid': complaints.length > 0,
    'aria-describedby': `${id}-note`,
  };
  return (
    <div class={`min-w-0 ${extra}`}>
      <label for={id} class={bare ? 'sr-only' : 'mb-1 block text-xs text-muted'}>
        {label}
      </label>
      {children(attributes)}
      <div id={`${id}-note`}>
        {hint !== undefined && <p class="mt-1 text-xs text-muted">{hint}</p>}
        <Complaints of={complaints} />
      </div>
    </div>
  );
}

export const Complaints = ({ of }: { of: readonly string[] }) => (
  <>
    {of.map((complaint) => (
      <p key={complaint} class="mt-1 text-xs break-words text-bad">
        <span aria-hidden="true">! </span>
        {complaint}
      </p>
    ))}
  </>
);

export interface TextProps extends Labelled {
  value: string | undefined;
  onInput: (value: string) => void;
  mono?: boolean;
  list?: string;
  placeholder?: string;
  hint?: ComponentChildren;
  autoFocus?: boolean;
}

export function TextField({ value = '', onInput, mono, list, placeholder, autoFocus, ...labelled }: TextProps) {
  return (
    <Field {...labelled}>
      {(attributes) => (
        <input
          {...attributes}
          type="text"
          class={`${fieldClass} w-full ${mono ? 'font-mono' : ''}`}
          value={value}
          spellcheck={!mono}
          autocomplete="off"
          autofocus={autoFocus}
          {...(list && { list })}
          {...(placeholder && { placeholder })}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function AreaField({ value = '', onInput, mono, placeholder, ...labelled }: TextProps) {
  return (
    <Field {...labelled}>
      {(attributes) => (
        <textarea
          {...attributes}
          class={`${fieldClass} block w-full resize-y ${mono ? 'font-mono' : ''}`}
          rows={Math.min(16, value.split('\n').length)}
          value={value}
          spellcheck={!mono}
          {...(placeholder && { placeholder })}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface NumberProps extends Labelled {
  value: number | undefined;
  onInput: (value: number | undefined) => void;
  unit?: string;
  placeholder?: string;
  /** An empty field means that the member is absent. */
  optional?: boolean;
}

/** Takes any text: what is no number stays as it was typed, with the complaint beside it. */
export function NumberField({ value, onInput, unit, placeholder, optional, ...labelled }: NumberProps) {
  const read = (text: string) => (optional && text.trim() === '' ? undefined : numberOrText(text));
  const [shown, setTyped] = useTyped(value === undefined ? '' : String(value), (text) => read(text) === value);
  return (
    <Field {...labelled}>
      {(attributes) => (
        <span class="flex items-center gap-1">
          <input
            {...attributes}
            type="text"
            inputmode="decimal"
            class={`${fieldClass} w-20 text-right tabular-nums`}
            value={shown}
            {...(placeholder && { placeholder })}
            onInput={({ currentTarget: { value: text } }) => {
              setTyped(text);
              onInput(read(text));
            }}
          />
          {unit && <span class="text-xs text-muted">{unit}</span>}
        </span>
      )}
    </Field>
  );
}

interface SelectProps extends Labelled {
  value: string;
  onChange: (value: string) => void;
  options: readonly (readonly [value: string, label: string])[];
  mono?: boolean;
}

/** A value that none of the options has is shown as one more, never silently as another. */
export function SelectField({ value, onChange, options, mono, ...labelled }: SelectProps) {
  const isKnown = options.some(([option]) => option === value);
  return (
    <Field {...labelled}>
      {(attributes) => (
        <select
          {...attributes}
          class={`${fieldClass} w-full ${mono ? 'font-mono' : ''}`}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {!isKnown && <option value={value}>{value === '' ? '(none)' : `${value} (unknown)`}</option>}
          {options.map(([option, label]) => (
            <option key={option} value={option}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function VariantField({ optional, ...props }: Omit<SelectProps, 'options'> & { optional?: string }) {
  const { document } = useDraft();
  const names = Object.keys(document.variants).map((name): [string, string] => [name, name]);
  return <SelectField {...props} mono options={optional === undefined ? names : [['', optional], ...names]} />;
}

interface CheckProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function Check({ label, checked, onChange }: CheckProps) {
  const { lockedBecause } = useForm();
  return (
    <label class="inline-flex min-h-6 items-center gap-2 text-sm">
      <input
        type="checkbox"
        class="size-4 accent-accent"
        checked={checked}
        disabled={lockedBecause !== undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}
