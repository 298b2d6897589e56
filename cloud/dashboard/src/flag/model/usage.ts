import type { FlagUsage } from '@whetstone/shared/contract';

export interface UsageTable {
  /** Seconds since 1970, as the chart wants them. */
  times: number[];
  series: { variant: string; points: number[] }[];
}

/** One column per variant over the times that any of them has; the many that are not named make one more. */
export function usageTable({ variants, other }: Pick<FlagUsage, 'variants' | 'other'>): UsageTable {
  const columns = [
    ...variants.map(({ variant, series }) => ({ variant, series })),
    ...(other ? [{ variant: `${other.variants} others`, series: other.series }] : []),
  ];
  const times = [...new Set(columns.flatMap(({ series }) => series.map(({ at }) => Date.parse(at))))].sort(
    (a, b) => a - b,
  );
  const series = columns.map(({ variant, series: points }) => {
    const byTime = new Map(points.map(({ at, exposures }) => [Date.parse(at), exposures]));
    return { variant, points: times.map((time) => byTime.get(time) ?? 0) };
  });
  return { times: times.map((ms) => ms / 1_000), series };
}
