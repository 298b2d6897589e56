import type { WebhookDelivery } from '@whetstone/shared/contract';
import { v7 as uuidv7 } from 'uuid';
import type { ProjectTx } from '../../platform/db/database.ts';
import { eventBody } from './event-body.ts';
import { webhookRepository } from './repository.ts';
import type { TellWebhooks } from './tell.ts';

/** Which attempt of which delivery is due. */
export interface DeliveryMessage {
  deliveryId: string;
  attempt: number;
}

/** Sends the message exactly when the transaction commits. */
export type SendDelivery = (tx: ProjectTx, message: DeliveryMessage, startAfter?: Date) => Promise<unknown>;

interface Dependencies {
  send: SendDelivery;
}

/** A delivery for each webhook that is on and wants the event, and a message for each delivery. */
export const webhookTeller =
  ({ send }: Dependencies): TellWebhooks =>
  async (tx, event, data) => {
    const webhooks = (await webhookRepository.enabled(tx)).filter(
      ({ events }) => events.length === 0 || events.includes(event),
    );
    await deliverTo(
      tx,
      webhooks.map(({ id }) => id),
      { event, data },
      send,
    );
  };

/** Resolves with the ids of the deliveries. */
export async function deliverTo(
  tx: ProjectTx,
  webhookIds: string[],
  { event, data }: { event: WebhookDelivery['event']; data: Record<string, unknown> },
  send: SendDelivery,
): Promise<string[]> {
  if (webhookIds.length === 0) return [];
  const body = eventBody({ type: event, at: tx.now, data });
  const deliveries = webhookIds.map((webhookId) => ({
    id: uuidv7({ msecs: tx.now.getTime() }),
    webhookId,
    event,
    body,
  }));
  await webhookRepository.insertDeliveries(tx, deliveries);
  for (const { id } of deliveries) await send(tx, { deliveryId: id, attempt: 1 });
  return deliveries.map(({ id }) => id);
}
