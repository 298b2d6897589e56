import type { FeedbackRecord } from '@whetstone/shared/contract';
import { CodeBlock } from '../../code/code-block.tsx';

/** What was sent, where no lines of it could be set side by side. */
export const PatchView = ({ of: { originalPatch, correctedPatch } }: { of: FeedbackRecord }) => (
  <div class="mt-4 grid gap-3 md:grid-cols-2">
    {[['What the agent wrote', originalPatch] as const, ['What the person made of it', correctedPatch] as const].map(
      ([label, patch]) => (
        <section key={label} class="min-w-0">
          <h2 class="mb-1 text-sm text-muted">{label}</h2>
          <CodeBlock
            label={label}
            code={typeof patch === 'string' ? patch : JSON.stringify(patch, null, 2)}
            language="text"
          />
        </section>
      ),
    )}
  </div>
);
