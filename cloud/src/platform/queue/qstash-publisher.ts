import type { Client } from '@upstash/qstash';
import type { Logger } from 'pino';
import { withinTime } from '../within-time.ts';
import type { JobDefinition } from './job.ts';
import type { MessageRows, Unpublished } from './qstash-messages.ts';
import type { QStashRequests } from './qstash-requests.ts';
import { complainOnce, repeatedly } from './repeatedly.ts';

interface Options {
  client: Client;
  requests: QStashRequests;
  rows: MessageRows;
  jobs: ReadonlyMap<string, JobDefinition>;
  sweepMs: number;
  backoffMs: number;
  log: Pick<Logger, 'warn'>;
}

/** In one request of the service. */
const batchSize = 100;
const publishTimeoutMs = 15_000;
const longestPauseMs = 60_000;

/**
 * Publishes what was committed: at once when this process sent it, else when the sweep finds it, after a crash between
 * commit and publishing, or when the service was away.
 */
export function qstashPublisher({ client, requests, rows, jobs, sweepMs, backoffMs, log }: Options) {
  const state = { failures: 0 };

  async function publishDue() {
    for (;;) {
      const due = await rows.takeUnpublished([...jobs.keys()], batchSize);
      if (due.length === 0) return;
      await publish(due);
      if (due.length < batchSize) return;
    }
  }

  async function publish(due: Unpublished[]) {
    const ids = due.map(({ id }) => id);
    try {
      const batch = due.map((each) => requests.publish(jobs.get(each.name)!, each));
      await withinTime(client.batch(batch), publishTimeoutMs);
    } catch (error) {
      const pauseMs = Math.min(longestPauseMs, backoffMs * 2 ** Math.min(state.failures++, 16));
      await rows.putBack(ids, pauseMs * (0.5 + Math.random() / 2));
      throw error;
    }
    state.failures = 0;
    await rows.published(due);
  }

  const complain = complainOnce(log, 'cannot publish to QStash; messages wait in the database and are tried again');
  const publishing = repeatedly(publishDue, sweepMs, complain);
  return {
    wake: publishing.wake,
    isAway: () => state.failures > 0,
    stop: publishing.stop,
  };
}
