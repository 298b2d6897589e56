import type { WebhookEvent } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { EndedRun, OnRunEnded } from './ended-run.ts';

type Tell = (tx: ProjectTx, event: WebhookEvent, data: Record<string, unknown>) => Promise<void>;

const events: { [status in EndedRun['status']]?: WebhookEvent } = {
  completed: 'eval.run.completed',
  failed: 'eval.run.failed',
};

/** Tells webhooks what runs came to; not of those that a regression or a bisect has started for itself. */
export const tellOfRun =
  (tell: Tell): OnRunEnded =>
  async (tx, run) => {
    const event = events[run.status];
    if (!event || run.parentId !== undefined) return;
    const { id, dataset, commit, flag, summary } = run;
    await tell(tx, event, {
      runId: id,
      dataset,
      subject: summary?.subject.label,
      commit,
      flag,
      passRate: summary?.passRate,
      interval: summary?.interval,
      counts: summary?.counts,
      finishedAt: run.finishedAt.toISOString(),
    });
  };
