import { EmptyState } from '../../ui/states.tsx';

/** Before the first library: what these pages are for, and the one command that fills them. */
export const NothingYet = () => (
  <EmptyState title="No documentation yet">
    <p>
      Agents ask it with the tool <code class="font-mono text-sm">search_docs</code> and cite what they found. Fetch a
      library of the catalogue below, or in a terminal, with a key of the role agent:
    </p>
    <pre
      tabindex={0}
      aria-label="The command"
      class="mt-3 overflow-x-auto rounded border border-line bg-surface p-3 text-left font-mono text-xs text-text"
    >
      {`curl ${location.origin}/api/knowledge/ingest \\
  -H "authorization: Bearer $WHETSTONE_API_KEY" -H "content-type: application/json" \\
  -d '{"library":"fastify","version":"latest"}'`}
    </pre>
    <p class="mt-3">
      Documentation of your own comes from{' '}
      <a href="/knowledge/sources" class="text-accent underline">
        a source
      </a>
      .
    </p>
  </EmptyState>
);
