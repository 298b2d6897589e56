import { z } from 'zod';
import { operation } from './operation.ts';
import { pageInput, pageOf } from './page.ts';

/** What a webhook can be told of. */
const webhookEvents = [
  'eval.run.completed',
  'eval.run.failed',
  'regression.suspected',
  'regression.alert',
  'regression.cleared',
  'regression.recovered',
  'rollback.done',
  'rollback.refused',
  'rollback.dry_run',
  'bisect.ended',
] as const;
export const WebhookEvent = z.enum(webhookEvents);
export type WebhookEvent = z.infer<typeof WebhookEvent>;
const Events = z.array(WebhookEvent).max(webhookEvents.length);

const Webhook = z.object({
  id: z.uuid(),
  url: z.string(),
  events: z.array(WebhookEvent).describe('Empty: all'),
  enabled: z.boolean(),
  disabledReason: z.string().nullable().describe('Why the server turned it off'),
  description: z.string().nullable(),
  createdAt: z.iso.datetime(),
  lastDelivery: z
    .object({ at: z.iso.datetime(), status: z.int().nullable(), problem: z.string().nullable() })
    .nullable(),
});
export type Webhook = z.infer<typeof Webhook>;

const Delivery = z.object({
  id: z.uuid(),
  event: WebhookEvent.or(z.literal('ping')),
  state: z.enum(['waiting', 'delivered', 'failed']),
  attempts: z.int(),
  status: z.int().nullable().describe('HTTP status of the last answer'),
  problem: z.string().nullable(),
  createdAt: z.iso.datetime(),
  deliveredAt: z.iso.datetime().nullable(),
});
export type WebhookDelivery = z.infer<typeof Delivery>;

const tag = 'webhooks';
const byId = z.strictObject({ id: z.uuid() });

export const webhooks = {
  createWebhook: operation({
    method: 'POST',
    path: '/api/webhooks',
    summary: 'Have events posted to a URL, signed as Standard Webhooks prescribes; the secret is shown once',
    tag,
    role: 'admin',
    status: 201,
    input: z.strictObject({
      url: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).max(2_048),
      events: Events.default([]).describe('Empty: all'),
      description: z.string().min(1).max(256).optional(),
    }),
    output: Webhook.extend({ secret: z.string().describe('whsec_…; verifies the signature') }),
    errors: ['conflict'],
  }),
  listWebhooks: operation({
    method: 'GET',
    path: '/api/webhooks',
    summary: 'Webhooks of the project',
    tag,
    role: 'editor',
    input: z.object(pageInput),
    output: pageOf(Webhook),
  }),
  updateWebhook: operation({
    method: 'PATCH',
    path: '/api/webhooks/:id',
    summary: 'Change what it is told, or turn it off and on',
    tag,
    role: 'admin',
    input: byId.extend({ enabled: z.boolean().optional(), events: Events.optional() }),
    output: Webhook,
    errors: ['not_found'],
  }),
  deleteWebhook: operation({
    method: 'DELETE',
    path: '/api/webhooks/:id',
    summary: 'Delete a webhook and what waits for it',
    tag,
    role: 'admin',
    input: z.object({ id: z.uuid() }),
    output: byId,
    errors: ['not_found'],
  }),
  pingWebhook: operation({
    method: 'POST',
    path: '/api/webhooks/:id/ping',
    summary: 'Send it an event "ping", once and even while it is off',
    tag,
    role: 'admin',
    status: 202,
    input: byId,
    output: z.object({ deliveryId: z.uuid() }),
    errors: ['not_found'],
  }),
  listWebhookDeliveries: operation({
    method: 'GET',
    path: '/api/webhooks/:id/deliveries',
    summary: 'What was sent to it and what came of that, newest first; kept for 30 days',
    tag,
    role: 'editor',
    input: z.object({ id: z.uuid(), ...pageInput }),
    output: pageOf(Delivery),
    errors: ['not_found'],
  }),
};
