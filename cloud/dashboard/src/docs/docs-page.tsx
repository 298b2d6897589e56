import type { ComponentProps } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { Page } from '../ui/page.tsx';

const docPages = [
  { href: '/knowledge', label: 'Libraries' },
  { href: '/knowledge/ingests', label: 'Ingests' },
  { href: '/knowledge/sources', label: 'Sources' },
  { href: '/knowledge/citations', label: 'Citations' },
];

/** A page about documentation, with the way to the others above its content. */
export function DocsPage({ children, ...page }: ComponentProps<typeof Page>) {
  const { path } = useLocation();
  const pages = useRef<HTMLElement>(null);
  // On narrow screens not all of them fit beside one another.
  useEffect(() => pages.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }), [path]);
  // Versions, pages and what was found are opened from the libraries.
  const here = docPages.find(({ href }) => href === path)?.href ?? '/knowledge';
  return (
    <Page {...page}>
      <nav ref={pages} aria-label="Docs" class="mb-4 flex gap-1 overflow-x-auto border-b border-line">
        {docPages.map(({ href, label }) => (
          <a
            key={href}
            href={href}
            aria-current={here === href ? 'page' : undefined}
            class="-mb-px border-b-2 border-transparent px-3 py-1.5 max-md:px-2 whitespace-nowrap text-muted hover:text-text aria-[current]:border-accent aria-[current]:font-semibold aria-[current]:text-text"
          >
            {label}
          </a>
        ))}
      </nav>
      {children}
    </Page>
  );
}
