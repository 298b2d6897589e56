import { Field, fieldClass, TextField, type TextProps } from './fields.tsx';

/** A time, typed in the viewer's zone and kept in UTC; what is no time is shown as the text it is. */
export function InstantField({ value, onInput, ...labelled }: TextProps) {
  const local = localOf(value);
  if (value !== undefined && value !== '' && local === undefined) {
    return <TextField {...labelled} value={value} onInput={onInput} mono />;
  }
  return (
    <Field {...labelled} hint={value ? <span class="font-mono">{value}</span> : labelled.hint}>
      {(attributes) => (
        <input
          {...attributes}
          type="datetime-local"
          step="1"
          class={`${fieldClass} w-full`}
          value={local ?? ''}
          onChange={(event) => onInput(utcOf(event.currentTarget.value))}
        />
      )}
    </Field>
  );
}

function localOf(instant: string | undefined): string | undefined {
  const ms = Date.parse(instant ?? '');
  if (!Number.isFinite(ms)) return undefined;
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 19);
}

const utcOf = (local: string): string => (local === '' ? '' : new Date(local).toISOString());
