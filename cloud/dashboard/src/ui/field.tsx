import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** Of inputs and selects; how wide they are is for the place to say. */
export const controlClass =
  'h-8 rounded border border-line-strong bg-canvas px-2 text-text aria-invalid:border-bad disabled:opacity-60';

export const inputClass = `${controlClass} w-full`;

interface Labels {
  label: string;
  /** What is wrong with it, said beside it. */
  error?: string | undefined;
  hint?: ComponentChildren;
}

interface FieldProps extends Labels {
  children: (control: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean;
  }) => ComponentChildren;
}

/** Label, control, and what is to know of it; the control is whatever `children` makes with the given attributes. */
function Field({ label, error, hint, children }: FieldProps) {
  const id = useId();
  const about = error || hint ? `${id}-about` : undefined;
  return (
    <div class="mb-3">
      <label for={id} class="mb-1 block font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': about, 'aria-invalid': Boolean(error) })}
      {about && (
        <p id={about} class={`mt-1 text-sm ${error ? 'text-bad' : 'text-muted'}`}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps extends Labels {
  value: string;
  onInput: (value: string) => void;
  type?: 'text' | 'password';
  /** Keys and code: in monospace, and no dictionary. */
  isCode?: boolean;
  placeholder?: string;
  autocomplete?: string;
  maxLength?: number;
  /** Has the focus when its dialog opens. */
  isFocused?: boolean;
}

/** A line of text. */
export function TextField({ label, error, hint, ...input }: TextFieldProps) {
  const { value, onInput, type = 'text', isCode = false } = input;
  return (
    <Field label={label} error={error} hint={hint}>
      {(control) => (
        <input
          {...control}
          type={type as 'text'}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
          placeholder={input.placeholder}
          maxLength={input.maxLength}
          autofocus={input.isFocused}
          autocomplete={input.autocomplete ?? 'off'}
          spellcheck={!isCode}
          class={`${inputClass} ${isCode ? 'font-mono text-sm' : ''}`}
        />
      )}
    </Field>
  );
}
