import type { PublishedResult } from '@whetstone/shared/contract';
import { Table, type Column } from '../../ui/table.tsx';
import { Unknown } from '../rate-cell.tsx';

/** What publishers claim, each with its source; nothing of it was measured here. */
export const PublishedTable = ({ results }: { results: readonly PublishedResult[] }) => (
  <section class="mt-8" aria-labelledby="published">
    <h2 id="published" class="mb-1 font-semibold">
      Published elsewhere
    </h2>
    <p class="mb-2 text-sm text-muted">
      As their publishers state it, under their conditions; not measured here and not comparable with the table above.
    </p>
    <Table caption="Published results" rows={results} columns={columns} keyOf={({ id }) => id} />
  </section>
);

const percent = (rate: number) => `${(rate * 100).toFixed(1)} %`;

const columns: Column<PublishedResult>[] = [
  { name: 'Model', cell: ({ model }) => <span class="block truncate font-mono">{model}</span> },
  { name: 'Rate', class: 'w-24', isNumber: true, cell: ({ rate }) => percent(rate) },
  {
    name: 'Recomputed',
    class: 'w-28',
    isNumber: true,
    isSecondary: true,
    cell: ({ recomputedRate }) =>
      recomputedRate === null ? <Unknown why="The publisher gives no verdicts per problem" /> : percent(recomputedRate),
  },
  { name: 'Metric', class: 'w-40', isSecondary: true, cell: ({ metric }) => metric },
  { name: 'n', class: 'w-16', isNumber: true, isSecondary: true, cell: ({ n }) => n ?? <Unknown why="Not stated" /> },
  {
    name: 'Source',
    class: 'w-44',
    cell: ({ source, sourceUrl, licence }) => (
      <span title={licence === null ? undefined : `Licence: ${licence}`}>
        {sourceUrl === null ? (
          source
        ) : (
          <a href={sourceUrl} rel="noreferrer" class="underline">
            {source}
          </a>
        )}
        {licence !== null && <span class="ml-1 text-xs text-muted">{licence}</span>}
      </span>
    ),
  },
  { name: 'Date', class: 'w-28', isSecondary: true, cell: ({ date }) => date ?? <Unknown why="Not stated" /> },
];
