import { useMemo } from 'preact/hooks';
import { Coloured } from '../../code/code-block.tsx';
import { blocksOf } from './blocks.ts';

interface Props {
  text: string;
  /** The page is a program: all of it is code. */
  isProgram: boolean;
}

/** What others wrote, as text and nothing else: no link of it leads anywhere, no picture of it is loaded. */
export function Passage({ text, isProgram }: Props) {
  const blocks = useMemo(
    () => (isProgram ? [{ kind: 'code' as const, text, language: 'typescript' }] : blocksOf(text)),
    [text, isProgram],
  );
  return (
    <div class="max-w-prose space-y-2 2xl:max-w-[52rem]" dir="auto">
      {blocks.map(({ kind, text: part, language }, i) =>
        kind === 'code' ? (
          <pre
            key={i}
            dir="ltr"
            class="rounded border border-line bg-surface p-2 font-mono text-sm [overflow-wrap:anywhere] whitespace-pre-wrap"
          >
            <Coloured code={part} language={language} />
          </pre>
        ) : (
          <p
            key={i}
            class={`[overflow-wrap:anywhere] whitespace-pre-wrap ${kind === 'heading' ? 'font-semibold' : ''}`}
          >
            {part}
          </p>
        ),
      )}
    </div>
  );
}
