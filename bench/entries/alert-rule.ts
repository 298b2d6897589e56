import { simulateComparisons, simulateSeries } from '../evals/alert-rule-simulation.ts';
import { referenceNs } from '../harness/reference.ts';
import type { Bar, Entry } from '../harness/report.ts';

const draws = 20_000;
const seriesDraws = 5_000;
const problems = 164;

/** How often the rule cries wolf and how often it is right, by the functions that the server decides with. */
export const alertRule: Entry = {
  title: `The alert rule, simulated: ${problems} flaky problems, ${draws} comparisons and ${seriesDraws} series each`,
  lasts: 'two minutes',
  async run() {
    const reference = [referenceNs()];
    const comparisons = [0, 3, 5, 7.5, 10].map((points) => ({
      points,
      ...simulateComparisons({ problems, points, draws, seed: 1 }),
    }));
    const series = [3, 5, 10].map((points) => ({
      points,
      ...simulateSeries({ problems, points, draws: seriesDraws, seed: 2 }),
    }));
    const percent = (share: number) => [100 * share];
    const at = <T extends { points: number }>(rows: T[], points: number): T =>
      rows.find((row) => row.points === points)!;
    const name = (points: number) => (points === 0 ? 'no drop' : `${points} points`);
    const perComparison = (what: 'suspected' | 'alert' | 'critical', title: string) => ({
      title,
      unit: '%',
      better: 'less' as const,
      base: name(10),
      rows: comparisons.map((row) => ({ name: name(row.points), samples: percent(row[what]) })),
    });
    const atMost = (what: string, actual: number, limit: number, unit: string): Bar => ({
      what,
      actual,
      kind: 'at most',
      limit,
      unit,
    });
    return {
      referenceNs: reference,
      tables: [
        perComparison('suspected', 'Comparisons that ask for reruns'),
        perComparison('alert', 'Comparisons that end in an alert'),
        perComparison('critical', 'Comparisons that end in a rollback'),
        {
          title: 'Series with an alarm in 16 quiet nights',
          unit: '%',
          better: 'less',
          base: 'alarms',
          rows: [
            { name: 'alarms', samples: series.map(({ alarmed }) => 100 * alarmed) },
            { name: 'alarms that reruns agreed with', samples: series.map(({ alerted }) => 100 * alerted) },
          ],
        },
        {
          title: 'Drops that a series finds within 16 nights',
          unit: '%',
          better: 'more',
          base: name(10),
          rows: series.map((row) => ({ name: name(row.points), samples: percent(row.found) })),
        },
        {
          title: 'Nights until a series finds a drop, median',
          unit: 'nights',
          better: 'less',
          base: name(10),
          rows: series.map((row) => ({ name: name(row.points), samples: [row.medianNights] })),
        },
      ],
      notes: [
        'Chances of problems to pass are Beta(.49, .21); a drop scales them all, so that their mean is lower by exactly so much.',
        'Of a series the first 14 nights are the reference; "found" leaves out those that were alarmed before the drop.',
      ],
      bars: [
        atMost('false alarms per comparison', 100 * at(comparisons, 0).alert, 1, '%'),
        {
          what: 'power at 10 points',
          actual: 100 * at(comparisons, 10).alert,
          kind: 'at least',
          limit: 95,
          unit: '%',
        },
        atMost('false alarms per 16 nights', 100 * Math.max(...series.map(({ alarmed }) => alarmed)), 5, '%'),
        atMost('false alerts per 16 nights', 100 * Math.max(...series.map(({ alerted }) => alerted)), 5, '%'),
        atMost('nights at 5 points', at(series, 5).medianNights, 3, 'nights'),
        atMost('nights at 10 points', at(series, 10).medianNights, 3, 'nights'),
      ],
    };
  },
};
