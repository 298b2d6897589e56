import type { LeaderboardRow } from '@whetstone/shared/contract';
import { rateText, usdText } from '../../ui/figures.ts';
import { withKnownCost } from './model.ts';

/** The points of the chart as text, the cheapest first. */
export const CostTable = ({ rows }: { rows: readonly LeaderboardRow[] }) => (
  <div class="max-h-[60vh] overflow-auto" tabindex={0} role="region" aria-label="Cost and quality as a table">
    <table class="w-full text-sm">
      <caption class="sr-only">Pass rate against cost per solved problem</caption>
      <thead class="sticky top-0 bg-canvas text-left text-xs text-muted">
        <tr class="border-b border-line">
          <th scope="col" class="py-1 pr-4 font-medium">
            Subject
          </th>
          <th scope="col" class="py-1 pr-4 text-right font-medium">
            $ / solved
          </th>
          <th scope="col" class="py-1 pr-4 font-medium">
            Pass rate
          </th>
          <th scope="col" class="py-1 font-medium">
            Front
          </th>
        </tr>
      </thead>
      <tbody>
        {withKnownCost(rows).map(({ subject: { id, label }, costPerSolvedUsd, passRate, interval, n, isOnFront }) => (
          <tr key={id} class="border-b border-line">
            <td class="py-1 pr-4 font-mono break-words">{label}</td>
            <td class="py-1 pr-4 text-right tabular-nums">{usdText(costPerSolvedUsd)}</td>
            <td class="py-1 pr-4 tabular-nums">{rateText(passRate, interval, n)}</td>
            <td class="py-1">{isOnFront ? '◆ on it' : ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
