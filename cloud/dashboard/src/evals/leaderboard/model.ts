import type { Leaderboard, LeaderboardRow } from '@whetstone/shared/contract';
import type { Dot } from '../../chart/dot.ts';

export const ranges = ['7d', '30d', '90d', '365d'] as const;
export type Range = (typeof ranges)[number];
const kinds = ['model', 'samples', 'command', 'reference', 'agent'] as const;
export type Kind = (typeof kinds)[number];

/** What the address says one looks at. */
export interface Filters {
  dataset: string | undefined;
  range: Range;
  kind: Kind | undefined;
  taskType: string | undefined;
}

const oneOf = <T extends string>(known: readonly T[], text: string | null): T | undefined =>
  known.find((each) => each === text);

export function filtersOf(search: URLSearchParams): Filters {
  return {
    dataset: search.get('dataset') ?? undefined,
    range: oneOf(ranges, search.get('range')) ?? '30d',
    kind: oneOf(kinds, search.get('kind')),
    taskType: search.get('taskType') ?? undefined,
  };
}

export function addressOf({ dataset, range, kind, taskType }: Filters): string {
  const query = new URLSearchParams();
  if (dataset !== undefined) query.set('dataset', dataset);
  if (range !== '30d') query.set('range', range);
  if (kind !== undefined) query.set('kind', kind);
  if (taskType !== undefined) query.set('taskType', taskType);
  const text = query.toString();
  return text === '' ? '/leaderboard' : `/leaderboard?${text}`;
}

/** Those whose cost is known, the cheapest first. */
export const withKnownCost = (rows: readonly LeaderboardRow[]) =>
  rows
    .flatMap(({ costPerSolvedUsd, ...row }) =>
      costPerSolvedUsd === null || costPerSolvedUsd <= 0 ? [] : [{ ...row, costPerSolvedUsd }],
    )
    .sort((a, b) => a.costPerSolvedUsd - b.costPerSolvedUsd);

/** As the scatter shows them; in per cent. */
export const dotsOf = (rows: readonly LeaderboardRow[]): Dot[] =>
  withKnownCost(rows).map(({ subject, costPerSolvedUsd, passRate, interval: [low, high], tieGroup, isOnFront }) => ({
    label: subject.label,
    x: costPerSolvedUsd,
    y: passRate * 100,
    interval: [low * 100, high * 100] as const,
    isRinged: tieGroup === 1,
    isOnFront,
  }));

export interface Regressed {
  /** Seconds since 1970. */
  at: number;
  id: string;
  label: string;
}

/** As many lines as can be told apart; the best ones. */
const maxLines = 6;

/** Lines over time of the best subjects, on the times that any of them has a point at; in per cent. */
export function trendOf({ items }: Pick<Leaderboard, 'items'>) {
  const shown = items.filter(({ trend }) => trend.length > 1).slice(0, maxLines);
  const seconds = (at: string) => Date.parse(at) / 1_000;
  const times = [...new Set(shown.flatMap(({ trend }) => trend.map(({ at }) => seconds(at))))].sort((a, b) => a - b);
  const placeOf = new Map(times.map((time, i) => [time, i]));
  const series = shown.map(({ subject, trend }) => {
    const blank = () => Array<number | null>(times.length).fill(null);
    const [points, low, high] = [blank(), blank(), blank()];
    for (const { at, passRate, interval } of trend) {
      const place = placeOf.get(seconds(at))!;
      points[place] = passRate * 100;
      low[place] = interval[0] * 100;
      high[place] = interval[1] * 100;
    }
    return { label: subject.label, points, band: { low, high } };
  });
  const regressed: Regressed[] = shown
    .flatMap(({ subject, trend }) =>
      trend.flatMap(({ at, regressionId }) =>
        regressionId === undefined ? [] : [{ at: seconds(at), id: regressionId, label: subject.label }],
      ),
    )
    .sort((a, b) => a.at - b.at);
  return { times, series, regressed };
}
