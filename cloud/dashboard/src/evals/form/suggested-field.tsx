import { useId } from 'preact/hooks';
import { TextField, type TextProps } from '../../flag/form/fields.tsx';

/** A line of text with what it mostly is to choose from. */
export function SuggestedField({
  suggestions,
  ...field
}: Omit<TextProps, 'list'> & { suggestions: readonly string[] }) {
  const list = useId();
  return (
    <>
      <TextField {...field} list={list} />
      <datalist id={list}>
        {suggestions.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </>
  );
}
