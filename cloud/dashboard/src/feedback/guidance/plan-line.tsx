import { isShort, planText } from './gate.ts';
import type { Planned } from './use-plan.ts';

/** What a release would take, before it is asked for; or why there is no saying. */
export function PlanLine({ gate, error, isAsking }: Planned) {
  if (gate) {
    const isTooFew = isShort(gate);
    return (
      <p role="status" class={`text-sm ${isTooFew ? 'text-warn' : ''} ${isAsking ? 'text-muted' : ''}`}>
        {isTooFew && <span aria-hidden="true">! </span>}
        {planText(gate)}
        {isTooFew ? ': such a gate would end at once, inconclusive.' : `, with ${gate.plan.model}.`}
        <span class="block text-muted">
          Compared with {gate.baseline ?? 'no guidance'}
          {gate.plan.candidates > 1 && `, by Holm over ${gate.plan.candidates} candidates`}; of those tasks{' '}
          {Math.round(gate.plan.discordance * 100)} % are taken to come out differently.
        </span>
      </p>
    );
  }
  return (
    <p role="status" class="text-sm text-muted">
      {error === undefined || isAsking ? 'Planning…' : `There is no plan yet: ${reasonOf(error)}`}
    </p>
  );
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : 'the server did not say why');
