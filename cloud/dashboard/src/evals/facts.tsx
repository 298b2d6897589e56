import type { ComponentChildren } from 'preact';

/** Names and what they stand for, side by side. */
export const Facts = ({ children, class: extra = '' }: { children: ComponentChildren; class?: string }) => (
  <dl class={`grid grid-cols-[8rem_minmax(0,1fr)] gap-x-4 gap-y-1 ${extra}`}>{children}</dl>
);

export const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <>
    <dt class="text-muted">{name}</dt>
    <dd class="min-w-0 break-words">{children}</dd>
  </>
);

export const Part = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <section class="mt-6">
    <h2 class="mb-2 font-semibold">{title}</h2>
    {children}
  </section>
);
