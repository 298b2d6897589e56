import type { Leaderboard } from '@whetstone/shared/contract';
import { useCallback, useMemo } from 'preact/hooks';
import { Chart } from '../../chart/chart.tsx';
import { trendOf } from './model.ts';
import { TrendTable } from './trend-table.tsx';

interface Props {
  board: Leaderboard;
  asTable: boolean;
}

/** Pass rates run by run, each with the band of its interval; where a regression was found, a mark that leads to it. */
export function TrendChart({ board, asTable }: Props) {
  const { times, series, regressed } = useMemo(() => trendOf(board), [board]);
  const moments = useMemo(() => regressed.map(({ at }) => at), [regressed]);
  const above = useCallback(
    (placesPx: readonly number[]) => (
      <ul aria-label="Regressions" class="absolute inset-x-0 top-0 h-5 text-xs">
        {regressed.map(({ id, label }, i) => (
          <li key={id} class="absolute -translate-x-1/2" style={{ left: `${placesPx[i] ?? 0}px` }}>
            <a
              href={`/regressions/${id}`}
              title={`A regression of ${label}`}
              class="rounded border border-bad bg-canvas px-1 text-bad hover:underline"
            >
              ↓
            </a>
          </li>
        ))}
      </ul>
    ),
    [regressed],
  );
  return (
    <section aria-labelledby="trend">
      <h2 id="trend" class="mb-2 font-semibold">
        Over time
      </h2>
      {asTable ? (
        <TrendTable items={board.items} />
      ) : series.length > 0 ? (
        <Chart
          label="Pass rate of each run, with its interval"
          times={times}
          series={series}
          moments={moments}
          above={above}
          unit="pass rate, %"
          ceiling={100}
          timeText={timeText(times)}
        />
      ) : (
        <p class="text-muted">This fills when a subject has run a second time.</p>
      )}
    </section>
  );
}

const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });
const minute = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const second = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Days, or within two of them the time of day, to the second within an hour. */
const timeText = (times: readonly number[]) => {
  const seconds = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return seconds < 3_600 ? secondText : seconds < 2 * 86_400 ? clockText : dayText;
};
const dayText = (seconds: number) => day.format(seconds * 1_000);
const clockText = (seconds: number) => minute.format(seconds * 1_000);
const secondText = (seconds: number) => second.format(seconds * 1_000);
