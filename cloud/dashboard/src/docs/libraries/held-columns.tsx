import { Freshness } from '../freshness.tsx';
import { Coverage } from '../coverage.tsx';
import { libraryPath } from '../paths.ts';
import { countText, provenanceText } from '../words.ts';
import type { Column } from '../../ui/table.tsx';
import type { Held } from './model.ts';

export const heldColumnsAt = (nowMs: number): Column<Held>[] => [
  {
    name: 'Library',
    cell: ({ library, title }) => (
      <span class="flex min-w-0 items-baseline gap-2">
        <a
          href={libraryPath(library)}
          class="row-link min-w-0 truncate font-mono after:absolute after:inset-0"
          title={library}
        >
          {library}
        </a>
        {title.toLowerCase() !== library.toLowerCase() && (
          <bdi class="min-w-0 flex-1 truncate text-muted max-lg:hidden">{title}</bdi>
        )}
      </span>
    ),
  },
  {
    name: 'Newest',
    class: 'w-38 md:w-28',
    cell: ({ newest }) => (
      <>
        <span class="block truncate font-mono" title={newest.version}>
          {newest.version}
        </span>
        <span class="text-xs text-muted md:hidden">
          <Freshness of={newest} nowMs={nowMs} />
        </span>
      </>
    ),
  },
  {
    name: 'Versions',
    class: 'w-20 max-lg:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ versions }) => countText(versions.length),
  },
  {
    name: 'Pages',
    class: 'w-18',
    isNumber: true,
    isSecondary: true,
    cell: ({ newest }) => countText(newest.pages),
  },
  {
    name: 'Symbols',
    class: 'w-20 max-xl:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ newest }) => countText(newest.symbols),
  },
  {
    name: 'Coverage',
    class: 'w-24 max-lg:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ newest }) => <Coverage of={newest.coverage} />,
  },
  {
    name: 'Checked',
    class: 'w-42 pl-6',
    isSecondary: true,
    cell: ({ newest }) => <Freshness of={newest} nowMs={nowMs} />,
  },
  {
    name: 'From',
    class: 'w-38 max-xl:hidden',
    isSecondary: true,
    cell: ({ newest }) => (
      <span class={newest.provenance === 'unofficial' ? 'text-warn' : ''}>{provenanceText(newest.provenance)}</span>
    ),
  },
  {
    name: 'Seen by',
    class: 'w-24 max-lg:hidden',
    isSecondary: true,
    cell: ({ newest }) => ownerText(newest.owner),
  },
];

/** Who can search it. */
export const ownerText = (owner: 'public' | 'project') => (owner === 'public' ? 'everybody' : 'project');
