import type { Handlers, Webhook, WebhookDelivery, webhooks } from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Ctx } from '../../context.ts';
import { lockProject } from '../../platform/db/lock-project.ts';
import type { Outbound } from '../../platform/outbound/outbound.ts';
import { pageAfter, readCursor } from '../../platform/page.ts';
import { webhookRepository, type DeliveryRow, type WebhookRow } from './repository.ts';
import { newSecret } from './signature.ts';
import { deliverTo, type SendDelivery } from './tell-webhooks.ts';

interface Dependencies {
  outbound: Pick<Outbound, 'check'>;
  send: SendDelivery;
}

const mostWebhooks = 20;

export const webhookService = ({ outbound, send }: Dependencies): Handlers<typeof webhooks, Ctx> => ({
  async createWebhook(ctx, { url, events, description }) {
    await checkAddress(outbound, url);
    const secret = newSecret();
    return ctx.transaction(async (tx) => {
      await lockProject(tx);
      if ((await webhookRepository.count(tx)) >= mostWebhooks) {
        throw new WhetstoneError('conflict', `a project has at most ${mostWebhooks} webhooks; delete one first`);
      }
      const id = uuidv7({ msecs: tx.now.getTime() });
      const row = await webhookRepository.insert(tx, { id, url, events: unique(events), description, secret });
      return { ...webhookView(row), secret };
    });
  },

  async listWebhooks(ctx, { limit, cursor }) {
    const after = readCursor(cursor, isId);
    const rows = await ctx.transaction((tx) => webhookRepository.list(tx, after, limit + 1));
    return pageAfter(rows.map(webhookView), limit, ({ id }) => id);
  },

  updateWebhook: (ctx, { id, enabled, events }) =>
    ctx.transaction(async (tx) => {
      const row = await webhookRepository.update(tx, id, { enabled, events: events && unique(events) });
      return webhookView(row ?? unknownWebhook(id));
    }),

  deleteWebhook: (ctx, { id }) =>
    ctx.transaction(async (tx) => {
      if (!(await webhookRepository.remove(tx, id))) unknownWebhook(id);
      return { id };
    }),

  pingWebhook: (ctx, { id }) =>
    ctx.transaction(async (tx) => {
      if (!(await webhookRepository.find(tx, id))) unknownWebhook(id);
      const [deliveryId] = await deliverTo(tx, [id], { event: 'ping', data: { webhookId: id } }, send);
      return { deliveryId: deliveryId! };
    }),

  async listWebhookDeliveries(ctx, { id, limit, cursor }) {
    const before = readCursor(cursor, isId);
    const rows = await ctx.transaction(async (tx) => {
      if (!(await webhookRepository.find(tx, id))) unknownWebhook(id);
      return webhookRepository.listDeliveries(tx, { webhookId: id, before, limit: limit + 1 });
    });
    return pageAfter(rows.map(deliveryView), limit, (delivery) => delivery.id);
  },
});

/** Outside any transaction: names are looked up. Each delivery looks again. */
async function checkAddress(outbound: Dependencies['outbound'], url: string) {
  try {
    await outbound.check(url);
  } catch (error) {
    throw error instanceof WhetstoneError ? invalidField('url', error.message) : error;
  }
}

const unique = <T>(items: T[]) => [...new Set(items)];

const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

function unknownWebhook(id: string): never {
  throw new WhetstoneError('not_found', `no webhook has the id "${id}"`);
}

const webhookView = (row: WebhookRow): Webhook => ({
  id: row.id,
  url: row.url,
  // Written by this service, from the list of the contract.
  events: row.events as Webhook['events'],
  enabled: row.enabled,
  disabledReason: row.disabled_reason,
  description: row.description,
  createdAt: row.created_at.toISOString(),
  lastDelivery: row.last_at && {
    at: row.last_at.toISOString(),
    status: row.last_status,
    problem: row.last_problem,
  },
});

const deliveryView = (row: DeliveryRow): WebhookDelivery => ({
  id: row.id,
  event: row.event as WebhookDelivery['event'],
  state: row.state as WebhookDelivery['state'],
  attempts: row.attempts,
  status: row.status,
  problem: row.problem,
  createdAt: row.created_at.toISOString(),
  deliveredAt: row.delivered_at?.toISOString() ?? null,
});
