import { controlClass } from '../ui/field.tsx';

interface Props {
  label: string;
  value: string;
  /** The empty one stands for all. */
  options: readonly string[];
  onChoose: (value: string) => void;
}

/** One filter of a page: a small label above its choices. */
export const Choice = ({ label, value, options, onChoose }: Props) => (
  <label class="min-w-0">
    <span class="mb-1 block text-xs text-muted">{label}</span>
    <select
      class={`${controlClass} max-w-full`}
      value={value}
      onChange={(event) => onChoose(event.currentTarget.value)}
    >
      {options.map((option) => (
        <option key={option} value={option}>
          {option === '' ? 'all' : option}
        </option>
      ))}
    </select>
  </label>
);
