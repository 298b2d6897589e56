import type { VerifiedCitation } from '@whetstone/shared/contract';
import { Word } from '../../evals/word.tsx';
import { passagePath, passageText, verdictLooks, verdictMeanings, verdicts } from './model.ts';

/** As many as one text may have; what comes behind them is not looked at. */
const most = 200;

/** Each citation with its verdict; of an altered one, what the page says and what was made of it. */
export function CheckedList({ citations }: { citations: readonly VerifiedCitation[] }) {
  if (citations.length === 0) {
    return (
      <p role="status" class="mt-3 text-warn">
        <span aria-hidden="true">! </span>No citation was found: put <code class="font-mono">[ws:ID]</code> behind each
        quote, with the <code class="font-mono">citationId</code> that came with the passage.
      </p>
    );
  }
  return (
    <>
      <p role="status" class="mt-3 mb-1">
        {summaryOf(citations)}
        {citations.length === most && <span class="text-warn"> ! Only the first {most} were looked at.</span>}
      </p>
      <ol aria-label="Checked citations" class="divide-y divide-line border-y border-line">
        {citations.map((citation, i) => (
          <li key={i} class="py-2">
            <Checked of={citation} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Checked({ of }: { of: VerifiedCitation }) {
  const { verdict, quote, detail, changes, citationId, url } = of;
  const path = passagePath(of);
  return (
    <>
      <p class="flex flex-wrap items-baseline gap-x-3">
        <span title={verdictMeanings[verdict]}>
          <Word look={verdictLooks[verdict]} />
        </span>
        {path === undefined ? (
          <code class="font-mono text-sm break-all text-muted">{citationId ?? url}</code>
        ) : (
          <a href={path} class="font-mono text-sm break-all underline" title={`Citation ${citationId ?? url}`}>
            {passageText(of)}
          </a>
        )}
      </p>
      <blockquote class="mt-1 ml-6 line-clamp-4 border-l-2 border-line pl-3 text-sm break-words whitespace-pre-wrap">
        {quote}
      </blockquote>
      {detail !== null && <p class="mt-1 ml-6 text-sm break-words text-muted">{detail}</p>}
      {changes.length > 0 && (
        <ul aria-label="What differs" class="mt-1 ml-6 text-sm">
          {changes.map(({ kind, was, is }, i) => (
            <li key={i} class="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-3 py-0.5">
              <span class="text-muted">{kind}</span>
              <span class="font-mono break-words whitespace-pre-wrap">
                <span class="block">
                  <span class="text-muted">page says </span>
                  {was === '' ? <span class="text-muted">nothing</span> : <del class="no-underline">− {was}</del>}
                </span>
                <span class="block">
                  <span class="text-muted">was cited </span>
                  {is === '' ? (
                    <span class="text-muted">nothing</span>
                  ) : (
                    <ins class="text-bad no-underline">+ {is}</ins>
                  )}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** '2 of 3 found, 1 altered'. */
function summaryOf(citations: readonly VerifiedCitation[]): string {
  const count = (wanted: string) => citations.filter(({ verdict }) => verdict === wanted).length;
  const others = verdicts
    .filter((verdict) => verdict !== 'found' && count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdictLooks[verdict].word}`);
  return [`${count('found')} of ${citations.length} found`, ...others].join(', ');
}
