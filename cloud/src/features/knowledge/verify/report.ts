import { timeRangeMs, type knowledgeVerify, type Output } from '@whetstone/shared/contract';
import type { Ctx } from '../../../context.ts';
import type { DayCount } from '../search/day-counts.ts';
import { dayOf } from '../search/served-log.ts';
import { verifyRepository } from './repository.ts';

type Report = Output<(typeof knowledgeVerify)['getCitationReport']>;

/** By whole days: the one in which the time range begins is counted from its start. */
export async function citationReport(ctx: Ctx, timeRange: string): Promise<Report> {
  const counts = await ctx.transaction((tx) =>
    verifyRepository.counts(tx, dayOf(new Date(tx.now.getTime() - timeRangeMs(timeRange)))),
  );
  const { served, ...verdicts } = totalsOf(counts);
  const checked = Object.values(verdicts).reduce((sum, n) => sum + n, 0);
  const named = counts.filter(({ library }) => library !== '');
  return {
    timeRange,
    served,
    checked,
    verdicts,
    accuracy: checked === 0 ? null : verdicts.found / checked,
    days: grouped(counts, ({ day }) => ({ day })),
    libraries: grouped(named, ({ library, version }) => ({ library, version })),
  };
}

function grouped<K extends object>(counts: readonly DayCount[], keyOf: (count: DayCount) => K) {
  const groups = new Map<string, { key: K; counts: DayCount[] }>();
  for (const count of counts) {
    const key = keyOf(count);
    const name = JSON.stringify(key);
    const known = groups.get(name);
    if (known) known.counts.push(count);
    else groups.set(name, { key, counts: [count] });
  }
  return [...groups.values()].map((group) => ({ ...group.key, ...totalsOf(group.counts) }));
}

function totalsOf(counts: readonly DayCount[]) {
  const totals = { served: 0, found: 0, altered: 0, wrong_version: 0, stale: 0, unknown: 0 };
  for (const { outcome, n } of counts) totals[outcome] += n;
  return totals;
}
