import { useEffect, useState } from 'preact/hooks';
import type { Token } from './highlight.ts';
import { Visible } from './visible.tsx';

interface Props {
  label: string;
  code: string;
  language: string;
  /** Prose: its lines break where they would be too long. */
  isProse?: boolean;
}

/** What is longer is shown plain: colouring it would hold up the page. */
const longestColoured = 100_000;

/** A program, coloured as soon as what colours it is loaded. */
export const CodeBlock = ({ label, isProse = false, ...program }: Props) => (
  <pre
    role="region"
    aria-label={label}
    tabindex={0}
    class={`max-h-[60vh] overflow-auto rounded border border-line bg-surface p-3 font-mono text-sm ${isProse ? 'break-words whitespace-pre-wrap' : ''}`}
  >
    <Coloured {...program} />
  </pre>
);

/** The program alone, for a place that is made for it. */
export function Coloured({ code, language }: Pick<Props, 'code' | 'language'>) {
  const tokens = useTokens(code, language);
  return (
    <code>
      {tokens.length === 0 ? (
        <Visible text={code} isCode={language !== 'text'} />
      ) : (
        tokens.map(({ text, kind }, i) => (
          <span key={i} class={kind === undefined ? undefined : classOf[kind]}>
            <Visible text={text} isCode />
          </span>
        ))
      )}
    </code>
  );
}

/** The tokens of a program, none before what finds them is loaded. */
export function useTokens(code: string, language: string | null): readonly Token[] {
  const [found, setFound] = useState<{ code: string; tokens: readonly Token[] }>({ code, tokens: none });
  useEffect(() => {
    let isGone = false;
    setFound({ code, tokens: none });
    if (language === null || code.length > longestColoured) return;
    void import('./highlight.ts').then(
      ({ tokensOf }) => !isGone && setFound({ code, tokens: tokensOf(code, language) }),
    );
    return () => void (isGone = true);
  }, [code, language]);
  return found.code === code ? found.tokens : none;
}

const none: readonly Token[] = [];

/** Of what the highlighter tells apart, what helps reading. */
export const classOf: Record<string, string> = {
  keyword: 'text-accent',
  built_in: 'text-accent',
  literal: 'text-accent',
  string: 'text-good',
  regexp: 'text-good',
  number: 'text-warn',
  comment: 'text-muted italic',
  title: 'font-semibold',
};
