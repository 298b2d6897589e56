import type { Recommendation } from '@whetstone/shared/contract';
import { shareText } from '../../evals/figures.ts';
import { Part } from '../../evals/facts.tsx';
import { durationText, usdText } from '../../ui/figures.ts';
import { modelPath } from '../texts.ts';
import { AlternativesTable } from './alternatives-table.tsx';
import { EvidenceFacts } from './evidence-facts.tsx';
import { FilterList } from './filter-list.tsx';
import { PlanTable } from './plan-table.tsx';
import { ProvenanceFacts } from './provenance-facts.tsx';

/** A recommendation with everything that it rests on. */
export const Receipt = ({ of }: { of: Recommendation }) => (
  <>
    <section aria-label="Recommendation" class="border-l-2 border-accent pl-4">
      {of.model === null ? (
        <p class="text-title text-warn">
          <span aria-hidden="true">! </span>No model is left
        </p>
      ) : (
        <p class="flex flex-wrap items-baseline gap-x-3">
          <a href={modelPath(of.model)} class="text-title min-w-0 font-mono font-semibold break-words hover:underline">
            {of.model}
          </a>
          {of.pinned && <Mark>◆ pinned</Mark>}
          {of.explored && <Mark>◇ explored: chosen to learn</Mark>}
          {of.tieSet.length > 1 && <Mark>≈ tied with {of.tieSet.length - 1}</Mark>}
        </p>
      )}
      <p class="mt-1 max-w-prose break-words">{of.reason}</p>
      {of.advice !== null && (
        <p role="note" class="mt-2 max-w-prose text-warn">
          <span aria-hidden="true">! </span>
          {of.advice}
        </p>
      )}
      {of.model !== null && <p class="mt-2 text-sm text-muted">{expectation(of)}</p>}
    </section>
    {of.model !== null && (
      <Part title={of.plan.length > 1 ? `Plan: up to ${of.plan.length} attempts` : 'Plan: one attempt'}>
        {of.plan.length > 0 ? (
          <PlanTable plan={of.plan} odds={of.planOdds} />
        ) : (
          <p class="text-muted">No further attempt is planned: the answer is this model alone.</p>
        )}
      </Part>
    )}
    {of.model !== null && (
      <Part title="Evidence">
        <EvidenceFacts of={of} />
      </Part>
    )}
    <Part title="Alternatives">
      {of.alternatives.length === 0 ? (
        <p class="text-muted">There is no other model to choose.</p>
      ) : (
        <AlternativesTable alternatives={of.alternatives} runnerUp={of.runnerUp} margin={of.margin} />
      )}
    </Part>
    <Part title="Filters">
      <FilterList filters={of.filters} />
    </Part>
    <Part title="Where it comes from">
      <ProvenanceFacts of={of} />
    </Part>
  </>
);

const Mark = ({ children }: { children: preact.ComponentChildren }) => (
  <span class="text-sm whitespace-nowrap text-muted">{children}</span>
);

/** What to expect of the answer as a whole, each figure with its unit; what is not known is said to be. */
function expectation({ plan, estimatedSuccessRate, estimatedCost, estimatedTimeMs, costPerSolvedUsd }: Recommendation) {
  const what = plan.length > 1 ? 'The whole plan' : 'An attempt';
  const parts = [
    estimatedSuccessRate === null ? undefined : `solves ${shareText(estimatedSuccessRate)} of such tasks`,
    estimatedCost === null ? 'at a cost that is not known' : `costs ${usdText(estimatedCost)}`,
    estimatedTimeMs === null ? undefined : `takes ${durationText(estimatedTimeMs)}`,
    costPerSolvedUsd === null ? undefined : `${usdText(costPerSolvedUsd)} per solved task`,
  ];
  return `${what} ${parts.filter((part) => part !== undefined).join(', ')}.`;
}
