import type { Leaderboard } from '@whetstone/shared/contract';
import { rateText } from '../../ui/figures.ts';

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** The points of the chart as text, the latest first; each leads to its run, where it stands for one. */
export function TrendTable({ items }: Pick<Leaderboard, 'items'>) {
  const points = items
    .flatMap(({ subject, trend }) => trend.map((point) => ({ subject, ...point })))
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return (
    <div class="max-h-[60vh] overflow-auto" tabindex={0} role="region" aria-label="Runs over time as a table">
      <table class="w-full text-sm">
        <caption class="sr-only">Pass rate of each run, with its interval</caption>
        <thead class="sticky top-0 bg-canvas text-left text-xs text-muted">
          <tr class="border-b border-line">
            {['When', 'Subject', 'Pass rate', 'Regression'].map((name) => (
              <th key={name} scope="col" class="py-1 pr-4 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map(({ at, subject, runId, runs, passRate, interval, n, regressionId }) => (
            <tr key={`${subject.id} ${at}`} class="border-b border-line">
              <td class="py-1 pr-4 md:whitespace-nowrap">
                {runId === undefined ? (
                  <>
                    {moment.format(new Date(at))}
                    {runs > 1 && <span class="text-muted"> ({runs} runs)</span>}
                  </>
                ) : (
                  <a href={`/runs/${runId}`} class="underline">
                    {moment.format(new Date(at))}
                  </a>
                )}
              </td>
              <td class="py-1 pr-4 font-mono break-words">{subject.label}</td>
              <td class="py-1 pr-4 tabular-nums md:whitespace-nowrap">{rateText(passRate, interval, n)}</td>
              <td class="py-1">
                {regressionId !== undefined && (
                  <a href={`/regressions/${regressionId}`} class="text-bad underline">
                    ↓ found
                  </a>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
