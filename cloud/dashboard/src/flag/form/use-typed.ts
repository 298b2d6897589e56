import { useState } from 'preact/hooks';

/**
 * The text somebody types for a value, kept as typed for as long as it means that value ("1.", JSON with spaces of one's
 * own); once the value is another, its canonical text.
 */
export function useTyped(canonical: string, means: (text: string) => boolean): [string, (text: string) => void] {
  const [typed, setTyped] = useState<string | undefined>();
  return [typed !== undefined && means(typed) ? typed : canonical, setTyped];
}
