import type { ComponentProps } from 'preact';
import { NotThere as Anywhere } from '../ui/not-there.tsx';

type Props = Omit<ComponentProps<typeof Anywhere>, 'up' | 'why'>;

export const NotThere = (props: Props) => (
  <Anywhere {...props} up={{ href: '/knowledge', label: 'To the libraries' }} />
);
