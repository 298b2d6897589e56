import { Field } from '../../flag/form/fields.tsx';
import { marginText } from '../texts.ts';

interface Props {
  /** A fraction of 1. */
  value: number;
  onInput: (value: number) => void;
}

const mostPoints = 20;
const stepPoints = 0.5;

/** How far below the best a model may be and still count as tied. */
export const MarginDial = ({ value, onInput }: Props) => (
  <Field
    label="Margin"
    path="settings.margin"
    class="w-64 max-w-full"
    hint="Within so much of the best counts as tied: wider saves more and risks more"
  >
    {(attributes) => (
      <span class="flex items-center gap-3">
        <input
          {...attributes}
          type="range"
          min={0}
          max={mostPoints}
          step={stepPoints}
          class="w-36 accent-accent"
          value={value * 100}
          aria-valuetext={marginText(value)}
          onInput={(event) => onInput(Number((Number(event.currentTarget.value) / 100).toPrecision(6)))}
        />
        <span class="text-sm tabular-nums">{marginText(value)}</span>
      </span>
    )}
  </Field>
);
