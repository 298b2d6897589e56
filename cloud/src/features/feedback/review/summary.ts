import type { feedbackReview, Output, Triage } from '@whetstone/shared/contract';
import { clusteredInterval } from '@whetstone/shared/stats';
import type { CorrectionCount, SessionLines } from './summary/repository.ts';

type Summary = Output<(typeof feedbackReview)['feedbackSummary']>;

/** How much was corrected, and of which part of the agents' lines that is known. */
export function summaryOf(counts: readonly CorrectionCount[], sessions: readonly SessionLines[]): Summary {
  const byTriage: Partial<Record<Triage, number>> = {};
  for (const { triage, n } of counts)
    if (triage !== null) byTriage[triage as Triage] = (byTriage[triage as Triage] ?? 0) + n;
  const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0);
  const agentLines = sumOf(sessions.map((session) => session.agentLines));
  const changedLines = sumOf(sessions.map((session) => session.changedLines));
  const clusters = sessions.map((session) => ({ n: session.agentLines, passed: session.changedLines }));
  return {
    corrections: sumOf(counts.map(({ n }) => n)),
    pending: sumOf(counts.filter(({ status }) => status === 'pending').map(({ n }) => n)),
    byTriage,
    sessions: { n: sessions.length, covered: sessions.filter(({ covered }) => covered).length },
    agentLines,
    changedLines,
    rate: agentLines === 0 ? null : changedLines / agentLines,
    interval: agentLines === 0 ? null : clusteredInterval(clusters.filter(({ n }) => n > 0)),
  };
}
