import { Table, type Column } from '../../ui/table.tsx';
import { useMemo } from 'preact/hooks';
import { versionPath } from '../paths.ts';
import { libraryText } from '../sources/source-text.ts';
import { countColumns } from './count-columns.tsx';
import type { CitationReport } from './model.ts';

type Row = CitationReport['libraries'][number];

/** Which documentation is cited, and how truly: the most served first. */
export function LibraryTable({ rows }: { rows: readonly Row[] }) {
  const sorted = useMemo(() => rows.toSorted((a, b) => b.served - a.served), [rows]);
  return <Table caption="Citations by library" rows={sorted} columns={columns} keyOf={libraryText} />;
}

const columns: Column<Row>[] = [
  {
    name: 'Library',
    cell: ({ library, version }) => (
      <a
        href={versionPath(library, version)}
        class="row-link block truncate font-mono after:absolute after:inset-0 max-md:break-all max-md:whitespace-normal"
        title={libraryText({ library, version })}
      >
        {libraryText({ library, version })}
      </a>
    ),
  },
  ...countColumns,
];
