import { deliveryMessage } from '../../src/features/webhooks/jobs.ts';
import { webhookTeller } from '../../src/features/webhooks/tell-webhooks.ts';
import type { Queue } from '../../src/platform/queue/queue.ts';

/** Tells webhooks as the slices of a server do, by its queue. */
export const tellingBy = (queue: Pick<Queue, 'send'>) =>
  webhookTeller({
    send: (tx, message, startAfter) =>
      queue.send({ ...deliveryMessage, run: async () => undefined }, message, {
        tx,
        projectId: tx.projectId,
        ...(startAfter && { startAfter }),
      }),
  });
