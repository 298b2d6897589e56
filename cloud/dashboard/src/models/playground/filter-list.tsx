import type { Recommendation } from '@whetstone/shared/contract';

/** Which rules took which models out, and why. */
export const FilterList = ({ filters }: Pick<Recommendation, 'filters'>) =>
  filters.length === 0 ? (
    <p class="text-muted">None took a model out.</p>
  ) : (
    <ul class="divide-y divide-line border-y border-line text-sm">
      {filters.map(({ filter, removed, why }) => (
        <li key={filter} class="flex flex-wrap gap-x-4 gap-y-1 py-1.5">
          <span class="w-28 font-medium">{filter}</span>
          <span class="min-w-40 flex-1 break-words text-muted">{why}</span>
          <span class="min-w-0 flex-[2_1_16rem] font-mono break-words">
            {removed.length === 0 ? <span class="font-sans text-muted">took none out</span> : removed.join(', ')}
          </span>
        </li>
      ))}
    </ul>
  );
