import { NumberField } from '../../flag/form/fields.tsx';

interface Props {
  label: string;
  path: string;
  value: number;
  onInput: (value: number) => void;
  unit?: string;
}

/** A share, typed and shown in per cent. */
export const ShareField = ({ value, onInput, unit = '%', ...labelled }: Props) => (
  <NumberField
    {...labelled}
    class="w-56 max-w-full"
    unit={unit}
    value={scaled(value, 100)}
    onInput={(typed) => onInput(scaled(typed as number, 0.01))}
  />
);

/** What is typed and is no number stays what it is: the schema complains of it. */
const scaled = (value: number, by: number): number =>
  typeof value === 'number' ? Number((value * by).toPrecision(12)) : value;
