/** What in a text of others looks as if it was written to a model rather than to a reader. */
export const Warnings = ({ of }: { of: readonly string[] }) =>
  of.length === 0 ? null : (
    <p class="rounded border border-warn bg-warn-surface px-2 py-1 text-sm text-warn">
      <span aria-hidden="true">▲ </span>
      Looks like an instruction to a model: {of.join('; ')}
    </p>
  );
