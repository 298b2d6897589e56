import { EmptyState } from '../ui/states.tsx';
import { Page } from '../ui/page.tsx';

export const NotFoundPage = () => (
  <Page title="Nothing here">
    <EmptyState title="There is no page at this address">
      <a href="/flags" class="text-accent underline">
        To the flags
      </a>
    </EmptyState>
  </Page>
);
