import type { ComponentChildren } from 'preact';
import { Word } from '../../evals/word.tsx';
import { rateParts } from '../../ui/figures.ts';
import { IntervalBar } from '../../ui/interval-bar.tsx';
import { accuracyOf, verdictLooks, verdictMeanings, verdicts, type CitationReport, type Verdict } from './model.ts';

/** How many of those that were checked are what the page says, and how the others came out. */
export function AccuracyFigure({ of }: { of: CitationReport }) {
  const accuracy = accuracyOf(of.verdicts);
  return (
    <section aria-label="Accuracy" class="max-w-4xl">
      {accuracy === undefined ? (
        <p class="text-title">
          <span class="text-muted">-</span>{' '}
          <span class="text-base text-muted">accuracy is not known: nothing was checked in this time</span>
        </p>
      ) : (
        <>
          <p class="flex flex-wrap items-center gap-x-4 text-title tabular-nums">
            <span>
              {rateParts(accuracy.rate, accuracy.interval, accuracy.n).map((part) => [
                <span key={part} class="whitespace-nowrap">
                  {part}
                </span>,
                ' ',
              ])}
            </span>
            <span class="w-40">
              <IntervalBar interval={accuracy.interval} at={accuracy.rate} extent={[0, 1]} />
            </span>
          </p>
          <p class="text-muted">of the citations that were checked are what the page says, with the 95 % interval</p>
        </>
      )}
      <dl class="mt-3 flex flex-wrap gap-x-6 gap-y-1">
        <Count name={<>served</>} title="Passages that searches handed out" n={of.served} />
        {verdicts.map((verdict) => (
          <Count
            key={verdict}
            name={<Word look={of.verdicts[verdict] === 0 ? quiet(verdict) : verdictLooks[verdict]} />}
            title={verdictMeanings[verdict]}
            n={of.verdicts[verdict]}
          />
        ))}
      </dl>
    </section>
  );
}

const quiet = (verdict: Verdict) => ({ ...verdictLooks[verdict], class: 'text-muted' });

const Count = ({ name, title, n }: { name: ComponentChildren; title: string; n: number }) => (
  <div class="flex items-baseline gap-2" title={title}>
    <dt>{name}</dt>
    <dd class="tabular-nums">{n.toLocaleString('en')}</dd>
  </div>
);
