import { useMemo } from 'preact/hooks';
import { Chart, type ChartSeries } from '../../chart/chart.tsx';
import { accuracyOf, everyDay, verdictLooks, verdicts, type Day } from './model.ts';

/** Three small charts over the same days: what was served, how it came out, and how often it was what the page says. */
export function DayCharts({ days }: { days: readonly Day[] }) {
  const { times, served, checked, accuracy } = useMemo(() => chartsOf(days), [days]);
  const shared = { times, moments: none, above: nothing, timeText };
  return (
    <div class="grid gap-x-6 gap-y-4 lg:grid-cols-3">
      <Chart {...shared} label="Passages served a day; the table has the same" series={served} unit="passages a day" />
      <Chart
        {...shared}
        label="Citations checked a day, by verdict; the table has the same"
        series={checked}
        unit="citations a day"
      />
      {accuracy === undefined ? (
        <p class="self-center text-center text-muted">
          Accuracy by day is drawn here once citations were checked: by the tool{' '}
          <code class="font-mono text-sm">verify_citations</code>, or below.
        </p>
      ) : (
        <Chart
          {...shared}
          label="Accuracy by day, with its 95 % interval; the table has the same"
          series={accuracy}
          unit="found of checked, %"
          ceiling={100}
        />
      )}
    </div>
  );
}

function chartsOf(counted: readonly Day[]) {
  const days = everyDay(counted, Date.now());
  const rates = days.map(accuracyOf);
  const percent = (pick: (at: NonNullable<(typeof rates)[number]>) => number) =>
    rates.map((rate) => (rate === undefined ? null : pick(rate) * 100));
  const served: ChartSeries[] = [{ label: 'served', points: days.map((day) => day.served) }];
  const checked: ChartSeries[] = verdicts.map((verdict) => ({
    label: verdictLooks[verdict].word,
    points: days.map((day) => day[verdict]),
  }));
  const accuracy: ChartSeries[] = [
    {
      label: 'accuracy, with its 95 % interval',
      points: percent(({ rate }) => rate),
      band: { low: percent(({ interval }) => interval[0]), high: percent(({ interval }) => interval[1]) },
    },
  ];
  return {
    times: days.map(({ day }) => Date.parse(day) / 1_000),
    served,
    checked,
    accuracy: rates.some((rate) => rate !== undefined) ? accuracy : undefined,
  };
}

const none: readonly number[] = [];
const nothing = () => null;

const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', timeZone: 'UTC' });
const timeText = (seconds: number) => day.format(seconds * 1_000);
