import type { ComponentProps } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { Page } from '../ui/page.tsx';

const feedbackPages = [
  { href: '/feedback', label: 'Queue' },
  { href: '/feedback/patterns', label: 'Patterns' },
  { href: '/feedback/examples', label: 'Examples' },
  { href: '/feedback/guidance', label: 'Guidance' },
];

/** A page about feedback, with the way to the others above its content. */
export function FeedbackPage({ children, ...page }: ComponentProps<typeof Page>) {
  const { path } = useLocation();
  const pages = useRef<HTMLElement>(null);
  // On narrow screens not all of them fit beside one another.
  useEffect(() => pages.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }), [path]);
  // Corrections are opened from the queue.
  const here = feedbackPages.findLast(({ href }) => path === href || path.startsWith(`${href}/`))?.href;
  return (
    <Page {...page}>
      <nav ref={pages} aria-label="Feedback" class="mb-4 flex gap-1 overflow-x-auto border-b border-line">
        {feedbackPages.map(({ href, label }) => (
          <a
            key={href}
            href={href}
            aria-current={here === href ? 'page' : undefined}
            class="-mb-px border-b-2 border-transparent px-3 py-1.5 whitespace-nowrap text-muted hover:text-text aria-[current]:border-accent aria-[current]:font-semibold aria-[current]:text-text max-md:px-2"
          >
            {label}
          </a>
        ))}
      </nav>
      {children}
    </Page>
  );
}
