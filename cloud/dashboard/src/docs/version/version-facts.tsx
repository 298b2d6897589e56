import type { LibraryVersion } from '@whetstone/shared/contract';
import { Fact, Facts } from '../../evals/facts.tsx';
import { Unknown } from '../../evals/rate-cell.tsx';
import { Time } from '../../ui/time.tsx';
import { nobodyCounted } from '../coverage.tsx';
import { Freshness } from '../freshness.tsx';
import { ownerText } from '../libraries/held-columns.tsx';
import { OutwardLink } from '../outward-link.tsx';
import { counted, countText, provenanceText, sourceText } from '../words.ts';

/** What is known of a version besides its pages. */
export const VersionFacts = ({ of, library, nowMs }: { of: LibraryVersion; library: string; nowMs: number }) => (
  <Facts class="mb-4 lg:grid-cols-[8rem_minmax(0,1fr)_8rem_minmax(0,1fr)]">
    <Fact name="From">
      {provenanceText(of.provenance)}, seen by {of.owner === 'public' ? ownerText(of.owner) : 'this project alone'}
    </Fact>
    <Fact name="Source">
      <Source of={of} library={library} />
    </Fact>
    <Fact name="Pages">
      {countText(of.pages)}
      {of.stalePages > 0 && (
        <span class="text-warn"> ! {countText(of.stalePages)} stale: gone from the source since</span>
      )}
    </Fact>
    <Fact name="Passages">
      {countText(of.chunks)}, {counted(of.symbols, 'symbol')}
    </Fact>
    <Fact name="Coverage">
      <CoverageFact of={of.coverage} />
    </Fact>
    <Fact name="Checked">
      <span class="flex flex-wrap gap-x-4">
        <Freshness of={{ ...of, stalePages: 0 }} nowMs={nowMs} />
        <span class="text-muted">
          here since <Time at={of.readyAt} nowMs={nowMs} />
        </span>
      </span>
    </Fact>
  </Facts>
);

const Source = ({ of: { source }, library }: { of: LibraryVersion; library: string }) => {
  if (source.kind === 'web' || source.kind === 'llms-txt') return <OutwardLink url={source.url} />;
  return <>{sourceText(source, library)}</>;
};

function CoverageFact({ of }: { of: LibraryVersion['coverage'] }) {
  if (of === null) return <Unknown why={nobodyCounted} />;
  const { found, expected, missing } = of;
  const text = `${countText(found)} of ${countText(expected)} expected pages`;
  if (missing.length === 0) return <span class={found < expected ? 'text-warn' : ''}>{text}</span>;
  return (
    <details>
      <summary class="cursor-pointer text-warn">
        {text}, {missing.length} missing by name
      </summary>
      <ul class="mt-1 font-mono text-sm">
        {missing.map((path) => (
          <li key={path} class="[overflow-wrap:anywhere]">
            {path}
          </li>
        ))}
      </ul>
    </details>
  );
}
