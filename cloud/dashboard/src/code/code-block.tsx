import { useEffect, useState } from 'preact/hooks';
import type { Token } from './highlight.ts';

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
  const [tokens, setTokens] = useState<Token[]>([]);
  useEffect(() => {
    let isGone = false;
    setTokens([]);
    if (code.length > longestColoured) return;
    void import('./highlight.ts').then(({ tokensOf }) => !isGone && setTokens(tokensOf(code, language)));
    return () => void (isGone = true);
  }, [code, language]);
  return (
    <code>
      {tokens.length === 0
        ? code
        : tokens.map(({ text, kind }, i) =>
            kind === undefined ? (
              text
            ) : (
              <span key={i} class={classOf[kind]}>
                {text}
              </span>
            ),
          )}
    </code>
  );
}

/** Of what the highlighter tells apart, what helps reading. */
const classOf: Record<string, string> = {
  keyword: 'text-accent',
  built_in: 'text-accent',
  literal: 'text-accent',
  string: 'text-good',
  regexp: 'text-good',
  number: 'text-warn',
  comment: 'text-muted italic',
  title: 'font-semibold',
};
