import type { ComponentChildren } from 'preact';

export const Shell = ({ children }: { children: ComponentChildren }) => (
  <div class="min-h-dvh md:pl-52">
    <main id="content">{children}</main>
  </div>
);
