import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

interface Props {
  title: string;
  /** In monospace: the title is a key. */
  isCode?: boolean;
  /** The way back up: where to, and its name. */
  up?: { href: string; label: string };
  /** The one primary action, and what stands beside it. */
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** A page: its header, then its content at full width. */
export function Page({ title, isCode, up, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Whetstone`;
  }, [title]);
  return (
    <div class="px-4 py-4 md:px-6">
      <header class="mb-4 flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <div class="min-w-0">
          {up && (
            <a href={up.href} class="text-sm text-muted hover:text-text hover:underline">
              {up.label}
            </a>
          )}
          <h1 class={`text-title font-semibold break-words ${isCode ? 'font-mono' : ''}`}>{title}</h1>
        </div>
        {actions && <div class="flex gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
