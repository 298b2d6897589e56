import type { Database, Tx } from '../../platform/db/database.ts';
import { untilNoneIsLeft } from '../../platform/until-none-is-left.ts';
import { webhookRepository } from './repository.ts';
import type { DeliveryMessage } from './tell-webhooks.ts';

export type SendAgain = (tx: Tx, projectId: string, message: DeliveryMessage) => Promise<unknown>;

interface Dependencies {
  database: Pick<Database, 'asSystem'>;
  sendAgain: SendAgain;
}

/** Longer than a message is retried by the queue. */
const overdueMs = 6 * 3_600_000;
const atOnce = 100;

/**
 * Deliveries wait on a message each. One whose message the queue has given up, because this server's own failures lasted
 * that long, is sent another.
 */
export async function sendOverdue({ database, sendAgain }: Dependencies, signal: AbortSignal): Promise<void> {
  await untilNoneIsLeft(signal, () =>
    database.asSystem(async (tx) => {
      const overdue = await webhookRepository.overdue(tx, new Date(tx.now.getTime() - overdueMs), atOnce);
      for (const { id, projectId, attempts } of overdue) {
        await sendAgain(tx, projectId, { deliveryId: id, attempt: attempts + 1 });
      }
      if (overdue.length > 0) {
        await webhookRepository.postpone(
          tx,
          overdue.map(({ id }) => id),
          tx.now,
        );
      }
      return overdue.length;
    }),
  );
}
