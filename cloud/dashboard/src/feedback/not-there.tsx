import type { ComponentProps } from 'preact';
import { mayBeElsewhere, NotThere as Anywhere } from '../ui/not-there.tsx';

export const NotThere = (props: Omit<ComponentProps<typeof Anywhere>, 'why'>) => (
  <Anywhere {...props} why={mayBeElsewhere} />
);
