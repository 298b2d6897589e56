import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { isEvalPath } from '../evals/evals-page.tsx';
import { useProject } from '../live/project.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Health } from './health.tsx';
import { KeyboardHelp } from './keyboard-help.tsx';
import { useShortcuts } from './keyboard.tsx';
import { ProjectSwitch } from './project-switch.tsx';
import { SignOutButton } from './sign-out-button.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import { useGo } from './unsaved.tsx';

/** Pages there are, with the key that follows `g`. */
const pages: { href: string; label: string; key: string; isInMenu?: true }[] = [
  { href: '/flags', label: 'Flags', key: 'f' },
  { href: '/segments', label: 'Segments', key: 's', isInMenu: true },
  { href: '/leaderboard', label: 'Leaderboard', key: 'l' },
  { href: '/models', label: 'Models', key: 'm' },
  { href: '/feedback', label: 'Feedback', key: 'b' },
  { href: '/knowledge', label: 'Docs', key: 'd' },
];

/** What is around every page: where one is, which project, how the server does. */
export function Shell({ children }: { children: ComponentChildren }) {
  const go = useGo();
  const { isConnected } = useProject();
  const [isHelping, setHelping] = useState(false);
  const [isMenuOpen, setMenuOpen] = useState(false);

  useShortcuts([
    { keys: '?', does: 'These shortcuts', run: () => setHelping(true) },
    ...pages.map(({ href, label, key }) => ({ keys: `g ${key}`, does: `Go to ${label}`, run: () => go(href) })),
  ]);

  return (
    <>
      <a
        href="#content"
        class="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-30 focus:bg-canvas focus:px-3 focus:py-2"
      >
        Skip to content
      </a>
      <aside class="fixed inset-y-0 left-0 z-20 flex w-52 flex-col gap-4 border-r border-line bg-surface p-3 max-md:hidden">
        <ProjectSwitch />
        <nav aria-label="Pages">
          <Links class="flex h-8 items-center rounded px-2" />
          <Reference class="flex h-8 items-center rounded px-2" />
        </nav>
        <div class="mt-auto flex flex-col gap-2">
          <Health />
          <ThemeSwitch />
          <div class="flex items-center justify-between">
            <button
              type="button"
              class="cursor-pointer rounded px-2 py-1 text-sm text-muted hover:bg-hover hover:text-text"
              onClick={() => setHelping(true)}
            >
              Shortcuts <kbd class="font-mono">?</kbd>
            </button>
            <SignOutButton />
          </div>
        </div>
      </aside>

      <div class="min-h-dvh max-md:pb-14 md:pl-52">
        <main id="content" tabindex={-1} class="outline-none">
          {children}
        </main>
      </div>

      {!isConnected && (
        <p
          role="status"
          class="fixed right-0 bottom-0 left-0 z-20 border-t border-warn bg-warn-surface px-4 py-2 text-sm text-warn max-md:bottom-14 md:left-52"
        >
          Connection lost. What you see may be out of date and cannot be changed; it comes up to date by itself when the
          server answers again.
        </p>
      )}

      <nav aria-label="Pages" class="fixed inset-x-0 bottom-0 z-20 flex h-14 border-t border-line bg-surface md:hidden">
        <Links class="flex flex-auto items-center justify-center px-1 text-sm" isNarrow />
        <button type="button" class="flex-auto px-1 text-sm" aria-haspopup="dialog" onClick={() => setMenuOpen(true)}>
          Menu
        </button>
      </nav>
      {isMenuOpen && (
        <Dialog title="Whetstone" onClose={() => setMenuOpen(false)}>
          <div class="flex flex-col gap-4">
            <ProjectSwitch />
            <Health />
            <ThemeSwitch />
            {pages.map(
              ({ href, label, isInMenu }) =>
                isInMenu && (
                  <a
                    key={href}
                    href={href}
                    class="rounded px-2 py-1 text-sm hover:bg-hover"
                    onClick={() => setMenuOpen(false)}
                  >
                    {label}
                  </a>
                ),
            )}
            <Reference class="px-2 py-1 text-sm" />
            <SignOutButton />
          </div>
        </Dialog>
      )}
      {isHelping && <KeyboardHelp onClose={() => setHelping(false)} />}
    </>
  );
}

/** On narrow screens those that fit beside one another; the others stand in the menu. */
function Links({ class: look, isNarrow = false }: { class: string; isNarrow?: boolean }) {
  const { path } = useLocation();
  const isHere = (href: string) =>
    href === '/leaderboard'
      ? isEvalPath(path)
      : path === href || path.startsWith(`${href}/`) || (path === '/' && href === '/flags');
  return (
    <>
      {pages.map(
        ({ href, label, isInMenu }) =>
          (!isNarrow || !isInMenu) && (
            <a
              key={href}
              href={href}
              aria-current={isHere(href) ? 'page' : undefined}
              class={`${look} hover:bg-hover aria-[current]:font-semibold md:aria-[current]:bg-hover max-md:aria-[current]:border-t-2 max-md:aria-[current]:border-accent`}
            >
              {label}
            </a>
          ),
      )}
    </>
  );
}

/** Of a server, not of a project: it leaves the dashboard. */
const Reference = ({ class: look }: { class: string }) => (
  <a href="/docs" class={`${look} hover:bg-hover`}>
    API reference
  </a>
);
