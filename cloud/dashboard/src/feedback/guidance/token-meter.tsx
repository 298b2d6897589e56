import { usualBudget } from './draft.ts';

/** What the rules take of what they may take. */
export function TokenMeter({ tokens, budget = usualBudget }: { tokens: number; budget: number | undefined }) {
  const isOver = tokens > budget;
  return (
    <div class="w-56 pb-1">
      <p class={`text-xs tabular-nums ${isOver ? 'text-bad' : 'text-muted'}`}>
        {isOver && <span aria-hidden="true">! </span>}
        {tokens.toLocaleString('en')} of {budget.toLocaleString('en')} tokens{isOver && ': too many'}
      </p>
      <div
        role="meter"
        aria-label="Tokens"
        aria-valuemin={0}
        aria-valuemax={budget}
        aria-valuenow={Math.min(tokens, budget)}
        aria-valuetext={`${tokens} of ${budget}`}
        class="mt-1 h-1.5 rounded bg-line"
      >
        <div
          class={`h-full rounded ${isOver ? 'bg-bad' : 'bg-accent'}`}
          style={{ width: `${Math.min(100, (tokens / Math.max(1, budget)) * 100)}%` }}
        />
      </div>
    </div>
  );
}
