import { EmptyState } from '../ui/states.tsx';

/** Before the first correction: what these pages are for, and the one command that fills them. */
export const NothingCaptured = ({ purpose }: { purpose: string }) => (
  <EmptyState title="No corrections yet">
    <p>
      {purpose} Hooks in a repository see what agents write there and what people make of it; they ask first what may
      leave the machine:
    </p>
    <pre
      tabindex={0}
      aria-label="The command"
      class="mx-auto mt-3 w-fit max-w-full overflow-x-auto rounded border border-line bg-surface p-3 text-left font-mono text-xs text-text"
    >
      npx whetstone-mcp hooks install
    </pre>
  </EmptyState>
);
