import type { ComponentProps } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { Page } from '../ui/page.tsx';

const modelPages = [
  { href: '/models', label: 'Cells' },
  { href: '/models/playground', label: 'Playground' },
  { href: '/models/rescues', label: 'Rescues' },
  { href: '/models/cost', label: 'Cost and quality' },
  { href: '/models/savings', label: 'Savings' },
  { href: '/models/settings', label: 'Settings' },
];

/** A page about models, with the way to the others above its content. */
export function ModelsPage({ children, ...page }: ComponentProps<typeof Page>) {
  const { path } = useLocation();
  const pages = useRef<HTMLElement>(null);
  // On narrow screens not all of them fit beside one another.
  useEffect(() => pages.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }), [path]);
  // A model is opened from its cells.
  const here = path === '/models/model' ? '/models' : path;
  return (
    <Page {...page}>
      <nav ref={pages} aria-label="Models" class="mb-4 flex gap-1 overflow-x-auto border-b border-line">
        {modelPages.map(({ href, label }) => (
          <a
            key={href}
            href={href}
            aria-current={here === href ? 'page' : undefined}
            class="-mb-px border-b-2 border-transparent px-3 py-1.5 whitespace-nowrap text-muted hover:text-text aria-[current]:border-accent aria-[current]:font-semibold aria-[current]:text-text"
          >
            {label}
          </a>
        ))}
      </nav>
      {children}
    </Page>
  );
}
