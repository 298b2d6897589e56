import type { Moves } from '@whetstone/shared/contract';
import { moveRows, movesSentence } from './model/moves.ts';
import { percent } from './model/sentences.ts';

/** Known contexts first, then units that were made up; who does not move is counted, not listed. */
export function MovesView({ moves }: { moves: Moves }) {
  const rows = moveRows(moves);
  return (
    <>
      <p class="text-sm">{movesSentence(moves)}</p>
      {rows.length > 0 && (
        <table class="mt-1 w-full text-sm">
          <caption class="sr-only">Changes of variant</caption>
          <thead class="text-left text-xs text-muted">
            <tr class="border-b border-line">
              <th class="py-1 font-normal">From → to</th>
              <th class="py-1 text-right font-normal">Known</th>
              <th class="py-1 text-right font-normal">Made up</th>
              <th class="py-1 pl-4 font-normal max-md:hidden">For example</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ from, to, seen, examples, simulated }) => (
              <tr key={`${from} ${to}`} class="border-b border-line">
                <td class="py-1 font-mono break-words">
                  {from} → {to}
                </td>
                <td
                  class="py-1 text-right tabular-nums"
                  title={seen === undefined ? 'Nobody known makes this move' : undefined}
                >
                  {seen === undefined ? '-' : seen.toLocaleString('en')}
                </td>
                <td
                  class="py-1 text-right tabular-nums"
                  title={
                    simulated === undefined ? 'Made-up units carry no attributes: none makes this move' : undefined
                  }
                >
                  {simulated === undefined ? '-' : percent(simulated * 100)}
                </td>
                <td class="max-w-60 truncate py-1 pl-4 font-mono text-muted max-md:hidden">{examples.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
