import { EmptyState } from '../ui/states.tsx';

/** Before the first outcome: what these pages are for, and the one command that fills them. */
export const NothingYet = ({ purpose }: { purpose: string }) => (
  <EmptyState title="No outcomes yet">
    <p>
      {purpose} Agents tell what became of each attempt with the tool{' '}
      <code class="font-mono text-sm">record_outcome</code>; runs of evals count as well. The first by hand, with a key
      of the role agent:
    </p>
    <pre
      tabindex={0}
      aria-label="The command"
      class="mt-3 overflow-x-auto rounded border border-line bg-surface p-3 text-left font-mono text-xs text-text"
    >
      {commandFor(location.origin)}
    </pre>
  </EmptyState>
);

const commandFor = (server: string) =>
  `curl ${server}/api/portfolio/record \\
  -H "authorization: Bearer $WHETSTONE_API_KEY" -H "content-type: application/json" \\
  -d '{"taskId":"first","attempt":1,"taskType":"refactor","model":"my-model","outcome":"solved","timeMs":42000,"costUsd":0.03}'`;
