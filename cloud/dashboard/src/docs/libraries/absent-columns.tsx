import type { Ingest, Library } from '@whetstone/shared/contract';
import { Button } from '../../ui/button.tsx';
import type { Column } from '../../ui/table.tsx';
import { libraryPath } from '../paths.ts';
import { sourceText } from '../words.ts';
import { progressText } from './model.ts';

interface How {
  /** Why nothing may be fetched. */
  refusal: string | undefined;
  underWay: ReadonlyMap<string, Ingest>;
  onFetch: (library: string) => void;
}

export const absentColumnsOf = ({ refusal, underWay, onFetch }: How): Column<Library>[] => [
  {
    name: 'Library',
    class: 'md:w-[24%]',
    cell: ({ library, title, catalogue }) => (
      <>
        <span class="flex min-w-0 items-baseline gap-2">
          <a
            href={libraryPath(library)}
            class="row-link min-w-0 truncate font-mono after:absolute after:inset-0"
            title={library}
          >
            {library}
          </a>
          {title.toLowerCase() !== library.toLowerCase() && (
            <span class="min-w-0 flex-1 truncate text-muted max-xl:hidden">{title}</span>
          )}
        </span>
        <span class="block truncate text-xs text-muted md:hidden">
          <Why reason={catalogue?.reason ?? null} ingest={underWay.get(library)} />
        </span>
      </>
    ),
  },
  {
    name: 'Would come from',
    class: 'w-[30%] max-lg:hidden',
    isSecondary: true,
    cell: ({ library, catalogue }) => {
      if (!catalogue) return null;
      const text = sourceText(catalogue.source, library);
      return (
        <span class="block truncate text-muted" title={text}>
          {text}
        </span>
      );
    },
  },
  {
    name: 'Why it is not here',
    isSecondary: true,
    cell: ({ library, catalogue }) => <Why reason={catalogue?.reason ?? null} ingest={underWay.get(library)} />,
  },
  {
    name: 'Fetch',
    class: 'w-24',
    isNumber: true,
    cell: ({ library }) => (
      <Button
        kind="quiet"
        class="relative -mr-3 h-7"
        aria-label={`Fetch ${library}`}
        disabled={refusal !== undefined || underWay.has(library)}
        title={refusal ?? (underWay.has(library) ? 'It is being fetched' : undefined)}
        onClick={() => onFetch(library)}
      >
        Fetch
      </Button>
    ),
  },
];

const Why = ({ reason, ingest }: { reason: string | null; ingest: Ingest | undefined }) => {
  if (ingest)
    return (
      <span class="block truncate text-accent">
        <span aria-hidden="true">◐ </span>
        {progressText(ingest)}
      </span>
    );
  if (reason === null) return <span class="text-muted">nobody asked for it yet</span>;
  return (
    <span class="block truncate text-warn" title={reason}>
      <span aria-hidden="true">! </span>
      {reason}
    </span>
  );
};
