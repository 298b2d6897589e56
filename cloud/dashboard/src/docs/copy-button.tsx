import { useEffect, useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';

interface Props {
  text: string;
  /** What is copied, for those who do not see where the button stands. */
  label: string;
}

const shownForMs = 2_000;

/** Puts a text on the clipboard and says whether that worked: a page that came without TLS has none. */
export function CopyButton({ text, label }: Props) {
  const [outcome, setOutcome] = useState<'copied' | 'not copied' | undefined>();
  useEffect(() => {
    if (outcome === undefined) return undefined;
    const timer = setTimeout(() => setOutcome(undefined), shownForMs);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      setOutcome('not copied');
    }
  };
  return (
    <Button
      kind="quiet"
      class="relative h-6 px-1.5 text-xs"
      aria-label={outcome === undefined ? label : `${label}: ${outcome}`}
      title={outcome === 'not copied' ? 'The browser refused: select the text and copy it by hand' : label}
      onClick={() => void copy()}
    >
      {outcome === 'copied' ? '✓ copied' : outcome === 'not copied' ? '! not copied' : 'copy'}
    </Button>
  );
}
