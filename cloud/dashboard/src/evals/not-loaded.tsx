import type { ComponentProps } from 'preact';
import { mayBeElsewhere, NotThere } from '../ui/not-there.tsx';

type Props = Omit<ComponentProps<typeof NotThere>, 'up' | 'why'>;

export const NotLoaded = (props: Props) => (
  <NotThere {...props} up={{ href: '/runs', label: 'To the runs' }} why={mayBeElsewhere} />
);
