import type { ComponentProps } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { Page } from '../ui/page.tsx';

/** The pages about evals, which share one place in the rail. */
const evalPages = [
  { href: '/leaderboard', label: 'Leaderboard' },
  { href: '/runs', label: 'Runs' },
  { href: '/regressions', label: 'Regressions' },
  { href: '/schedules', label: 'Schedules' },
  { href: '/bisects', label: 'Bisects' },
];

export const isEvalPath = (path: string) => evalPages.some(({ href }) => path === href || path.startsWith(`${href}/`));

/** A page about evals, with the way to the others above its content. */
export function EvalsPage({ children, ...page }: ComponentProps<typeof Page>) {
  const { path } = useLocation();
  const pages = useRef<HTMLElement>(null);
  // On narrow screens not all of them fit beside one another.
  useEffect(() => pages.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }), [path]);
  return (
    <Page {...page}>
      <nav ref={pages} aria-label="Evals" class="mb-4 flex gap-1 overflow-x-auto border-b border-line">
        {evalPages.map(({ href, label }) => (
          <a
            key={href}
            href={href}
            aria-current={path === href || path.startsWith(`${href}/`) ? 'page' : undefined}
            class="-mb-px border-b-2 border-transparent px-3 py-1.5 text-muted hover:text-text aria-[current]:border-accent aria-[current]:font-semibold aria-[current]:text-text"
          >
            {label}
          </a>
        ))}
      </nav>
      {children}
    </Page>
  );
}
