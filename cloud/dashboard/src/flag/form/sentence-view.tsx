import type { Sentence } from '../model/sentences.ts';

/** A rule as one reads it: what is the flag's own in monospace, what is compared in a frame. */
export function SentenceView({ of }: { of: Sentence }) {
  return (
    <span class="break-words">
      {of.map(({ kind, text }, i) =>
        kind === 'text' ? (
          text
        ) : (
          <span
            key={i}
            class={`font-mono text-[0.95em] whitespace-pre-wrap ${kind === 'value' ? 'rounded bg-hover px-1' : 'font-semibold'}`}
          >
            {text}
          </span>
        ),
      )}
    </span>
  );
}
