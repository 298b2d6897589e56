import type { RunComparison } from '@whetstone/shared/contract';

/** Problems by what came of them in both runs. */
export const PairedMatrix = ({ matrix }: Pick<RunComparison, 'matrix'>) => (
  <table class="mt-6 text-sm">
    <caption class="mb-1 text-left font-semibold">Problems</caption>
    <thead class="text-muted">
      <tr>
        <td />
        <th scope="col" class="px-4 py-1 text-right font-medium">
          B passed
        </th>
        <th scope="col" class="px-4 py-1 text-right font-medium">
          B failed
        </th>
      </tr>
    </thead>
    <tbody class="tabular-nums">
      <tr class="border-y border-line">
        <th scope="row" class="py-2 pr-4 text-left font-medium text-muted">
          A passed
        </th>
        <td class="px-4 text-right">{matrix.bothPassed}</td>
        <td class={`px-4 text-right ${matrix.onlyA > 0 ? 'bg-bad-surface text-bad' : ''}`}>{matrix.onlyA} lost</td>
      </tr>
      <tr class="border-b border-line">
        <th scope="row" class="py-2 pr-4 text-left font-medium text-muted">
          A failed
        </th>
        <td class={`px-4 text-right ${matrix.onlyB > 0 ? 'bg-good-surface text-good' : ''}`}>{matrix.onlyB} gained</td>
        <td class="px-4 text-right">{matrix.bothFailed}</td>
      </tr>
    </tbody>
  </table>
);
