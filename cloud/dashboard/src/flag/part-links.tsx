import { useLocation } from 'preact-iso';
import { flagPath } from '../flags/flag-path.ts';

const parts = [
  ['', 'Targeting'],
  ['json', 'JSON'],
  ['rollout', 'Rollout'],
  ['usage', 'Usage'],
  ['experiment', 'Experiment'],
  ['history', 'History'],
] as const;

export type Part = (typeof parts)[number][0];

/** What is no part of the page is its first. */
export const partOf = (name: string): Part => parts.find(([known]) => known === name)?.[0] ?? '';

/** From one part of a flag's page to another, which loses nothing that is unsaved. */
export function PartLinks({ flagKey, part }: { flagKey: string; part: Part }) {
  const { route } = useLocation();
  return (
    <nav aria-label="Parts of this flag" class="mb-4 flex overflow-x-auto border-b border-line text-sm">
      {parts.map(([name, label]) => (
        <a
          key={name}
          href={flagPath(flagKey, name)}
          data-same-page
          ref={part === name ? showLink : null}
          aria-current={part === name ? 'page' : undefined}
          class="border-b-2 border-transparent px-3 py-2 max-md:px-2 whitespace-nowrap text-muted hover:text-text aria-[current]:border-accent aria-[current]:font-semibold aria-[current]:text-text"
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
            event.preventDefault();
            event.stopPropagation();
            route(event.currentTarget.getAttribute('href') ?? '/flags', true);
          }}
        >
          {label}
        </a>
      ))}
    </nav>
  );
}

/** On a narrow screen the names of the parts scroll sideways. */
const showLink = (link: HTMLAnchorElement | null) => link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
