import type { SearchResult } from '@whetstone/shared/contract';
import { CopyButton } from '../copy-button.tsx';
import { linesText, pagePath } from '../paths.ts';
import { Warnings } from '../warnings.tsx';
import { provenanceText } from '../words.ts';
import { Passage } from './passage.tsx';

/** One passage: where it stands, what it says, and what it is cited by. */
export function Result({ of, rank }: { of: SearchResult; rank: number }) {
  const { library, version, path, startLine, endLine, title, heading, symbol, warnings, citationId } = of;
  const lines = { from: startLine, to: endLine };
  const mark = `[ws:${citationId}]`;
  return (
    <li data-row class="border-b border-line py-4 first:pt-0">
      <h2 class="font-semibold">
        <a
          href={pagePath({ library, version, path, lines })}
          class="row-link [overflow-wrap:anywhere] text-accent hover:underline"
        >
          <bdi>{title}</bdi>
        </a>
      </h2>
      {heading !== '' && heading !== title && (
        <p class="text-sm [overflow-wrap:anywhere] text-muted">
          <bdi>{heading.split(' > ').join(' › ')}</bdi>
        </p>
      )}
      <p class="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
        <code class="font-mono [overflow-wrap:anywhere]">
          {library}@{version}
        </code>
        <code class="font-mono [overflow-wrap:anywhere]">
          {path}:{linesText(lines)}
        </code>
        <span class="tabular-nums" title="Against the best answer to this question, which has 1">
          relevance {of.relevance.toFixed(2)}
        </span>
        <span class={of.provenance === 'unofficial' ? 'text-warn' : ''}>{provenanceText(of.provenance)}</span>
        {of.stale && <span class="text-warn">! stale: the page is gone from its source</span>}
      </p>
      {warnings.length > 0 && (
        <div class="mb-2">
          <Warnings of={warnings} />
        </div>
      )}
      {symbol && (
        <p class="mb-2 font-mono text-sm [overflow-wrap:anywhere]">
          {symbol.signature}
          {symbol.deprecated !== null && (
            <span class="font-sans text-warn">
              {' '}
              ! deprecated{symbol.deprecated === '' ? '' : `: ${symbol.deprecated}`}
            </span>
          )}
        </p>
      )}
      <Passage text={of.snippet} isProgram={/\.d\.[cm]?ts$/.test(path)} />
      <p class="mt-2 flex items-center gap-1 text-sm text-muted">
        <code class="font-mono [overflow-wrap:anywhere]">{mark}</code>
        <CopyButton text={mark} label={`Copy the citation of result ${rank}`} />
      </p>
    </li>
  );
}
