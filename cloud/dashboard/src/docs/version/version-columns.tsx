import type { LibraryVersion } from '@whetstone/shared/contract';
import type { Column } from '../../ui/table.tsx';
import { Coverage } from '../coverage.tsx';
import { Freshness } from '../freshness.tsx';
import { ownerText } from '../libraries/held-columns.tsx';
import { versionPath } from '../paths.ts';
import { countText, provenanceText } from '../words.ts';

export const versionColumnsAt = (library: string, nowMs: number): Column<LibraryVersion>[] => [
  {
    name: 'Version',
    cell: ({ version }) => (
      <a
        href={versionPath(library, version)}
        class="row-link block truncate font-mono after:absolute after:inset-0"
        title={version}
      >
        {version}
      </a>
    ),
  },
  { name: 'Pages', class: 'w-18', isNumber: true, isSecondary: true, cell: ({ pages }) => countText(pages) },
  {
    name: 'Passages',
    class: 'w-24 max-lg:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ chunks }) => countText(chunks),
  },
  {
    name: 'Symbols',
    class: 'w-20 max-lg:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ symbols }) => countText(symbols),
  },
  {
    name: 'Coverage',
    class: 'w-24',
    isNumber: true,
    isSecondary: true,
    cell: ({ coverage }) => <Coverage of={coverage} />,
  },
  { name: 'Checked', class: 'w-42 md:pl-6', cell: (version) => <Freshness of={version} nowMs={nowMs} /> },
  {
    name: 'From',
    class: 'w-38 max-xl:hidden',
    isSecondary: true,
    cell: ({ provenance }) => (
      <span class={provenance === 'unofficial' ? 'text-warn' : ''}>{provenanceText(provenance)}</span>
    ),
  },
  {
    name: 'Seen by',
    class: 'w-24 max-lg:hidden',
    isSecondary: true,
    cell: ({ owner }) => ownerText(owner),
  },
];
