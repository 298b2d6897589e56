import type { WebhookDelivery, WebhookEvent } from '@whetstone/shared/contract';
import type { Selectable } from 'kysely';
import type { ProjectTx, Tx } from '../../platform/db/database.ts';
import type { Schema } from '../../platform/db/schema.ts';
import type { Silence } from './rest.ts';

/** Without its secret, which only the creation and a delivery know. */
export type WebhookRow = Omit<
  Selectable<Schema['webhook']>,
  'secret' | 'project_id' | 'failures_in_row' | 'silent_in_row' | 'resting_until'
>;

export type DeliveryRow = Pick<
  Selectable<Schema['webhook_delivery']>,
  'id' | 'event' | 'state' | 'attempts' | 'status' | 'problem' | 'created_at' | 'delivered_at'
>;

/** A delivery with what it takes to make it. */
export interface DueDelivery extends Silence {
  webhookId: string;
  url: string;
  secret: string;
  enabled: boolean;
  event: WebhookDelivery['event'];
  body: string | null;
}

const webhookColumns = [
  'id',
  'url',
  'events',
  'description',
  'enabled',
  'disabled_reason',
  'last_at',
  'last_status',
  'last_problem',
  'created_at',
] as const;

export const webhookRepository = {
  async count(tx: ProjectTx): Promise<number> {
    const { n } = await tx.sql
      .selectFrom('webhook')
      .select((row) => row.fn.countAll<string>().as('n'))
      .where('project_id', '=', tx.projectId)
      .executeTakeFirstOrThrow();
    return Number(n);
  },

  insert: (
    tx: ProjectTx,
    webhook: { id: string; url: string; events: WebhookEvent[]; description: string | undefined; secret: string },
  ): Promise<WebhookRow> =>
    tx.sql
      .insertInto('webhook')
      .values({
        id: webhook.id,
        project_id: tx.projectId,
        url: webhook.url,
        events: JSON.stringify(webhook.events),
        description: webhook.description ?? null,
        secret: webhook.secret,
        created_at: tx.now,
      })
      .returning(webhookColumns)
      .executeTakeFirstOrThrow(),

  /** Oldest first, behind an id. */
  list: (tx: ProjectTx, after: string | undefined, limit: number): Promise<WebhookRow[]> =>
    tx.sql
      .selectFrom('webhook')
      .select(webhookColumns)
      .where('project_id', '=', tx.projectId)
      .$if(after !== undefined, (query) => query.where('id', '>', after!))
      .orderBy('id')
      .limit(limit)
      .execute(),

  find: (tx: ProjectTx, id: string): Promise<WebhookRow | undefined> =>
    tx.sql
      .selectFrom('webhook')
      .select(webhookColumns)
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .executeTakeFirst(),

  /** Turned on again, it begins with a clean slate. */
  update: (
    tx: ProjectTx,
    id: string,
    { enabled, events }: { enabled: boolean | undefined; events: WebhookEvent[] | undefined },
  ): Promise<WebhookRow | undefined> =>
    tx.sql
      .updateTable('webhook')
      .set({
        id,
        ...(enabled === undefined
          ? {}
          : { enabled, disabled_reason: null, failures_in_row: 0, silent_in_row: 0, resting_until: null }),
        ...(events === undefined ? {} : { events: JSON.stringify(events) }),
      })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .returning(webhookColumns)
      .executeTakeFirst(),

  /** Its deliveries go with it. */
  async remove(tx: ProjectTx, id: string): Promise<boolean> {
    const { numDeletedRows } = await tx.sql
      .deleteFrom('webhook')
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  },

  /** Ids of the webhooks that are on, with the events they want. */
  enabled: (tx: ProjectTx) =>
    tx.sql
      .selectFrom('webhook')
      .select(['id', 'events'])
      .where('project_id', '=', tx.projectId)
      .where('enabled', '=', true)
      .execute(),

  insertDeliveries: (
    tx: ProjectTx,
    deliveries: { id: string; webhookId: string; event: WebhookDelivery['event']; body: string }[],
  ) =>
    tx.sql
      .insertInto('webhook_delivery')
      .values(
        deliveries.map(({ id, webhookId, event, body }) => ({
          id,
          project_id: tx.projectId,
          webhook_id: webhookId,
          event,
          body,
          next_at: tx.now,
          created_at: tx.now,
        })),
      )
      .execute(),

  /** Newest first, below an id. */
  listDeliveries: (
    tx: ProjectTx,
    { webhookId, before, limit }: { webhookId: string; before: string | undefined; limit: number },
  ): Promise<DeliveryRow[]> =>
    tx.sql
      .selectFrom('webhook_delivery')
      .select(['id', 'event', 'state', 'attempts', 'status', 'problem', 'created_at', 'delivered_at'])
      .where('project_id', '=', tx.projectId)
      .where('webhook_id', '=', webhookId)
      .$if(before !== undefined, (query) => query.where('id', '<', before!))
      .orderBy('id', 'desc')
      .limit(limit)
      .execute(),

  /** The delivery, if this attempt is the one it waits for. */
  due: (tx: ProjectTx, id: string, attempt: number): Promise<DueDelivery | undefined> =>
    tx.sql
      .selectFrom('webhook_delivery as delivery')
      .innerJoin('webhook', 'webhook.id', 'delivery.webhook_id')
      .select(['webhook_id as webhookId', 'url', 'secret', 'enabled', 'body'])
      .select(['silent_in_row as silentInRow', 'resting_until as restingUntil'])
      .select((row) => row.ref('delivery.event').$castTo<WebhookDelivery['event']>().as('event'))
      .where('delivery.project_id', '=', tx.projectId)
      .where('delivery.id', '=', id)
      .where('state', '=', 'waiting')
      .where('attempts', '=', attempt - 1)
      .executeTakeFirst(),

  /** Lets one attempt try whether the receiver answers again, and has the others wait until then; false for those others. */
  async tryAgain(tx: ProjectTx, id: string, until: Date): Promise<boolean> {
    const { numUpdatedRows } = await tx.sql
      .updateTable('webhook')
      .set({ resting_until: until })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .where((row) => row.or([row('resting_until', 'is', null), row('resting_until', '<=', tx.now)]))
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  /** How it stands; locks it, so that deliveries that end together count one by one. */
  lock: (tx: ProjectTx, id: string): Promise<(Silence & { failuresInRow: number }) | undefined> =>
    tx.sql
      .selectFrom('webhook')
      .select(['failures_in_row as failuresInRow', 'silent_in_row as silentInRow', 'resting_until as restingUntil'])
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst(),

  /** Writes down what came of an attempt; false when somebody has before. */
  async settle(
    tx: ProjectTx,
    { id, attempt, ...settled }: { id: string; attempt: number } & Settled,
  ): Promise<boolean> {
    const isDelivered = settled.state === 'delivered';
    const { numUpdatedRows } = await tx.sql
      .updateTable('webhook_delivery')
      .set({
        state: settled.state,
        attempts: settled.attempts,
        status: settled.status ?? null,
        problem: settled.problem ?? null,
        delivered_at: isDelivered ? tx.now : null,
        ...(isDelivered ? { body: null } : {}),
        ...(settled.nextAt ? { next_at: settled.nextAt } : {}),
      })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .where('state', '=', 'waiting')
      .where('attempts', '=', attempt - 1)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  /** What people see of the last call, if there was one, and whether it goes on. */
  noteAttempt: (tx: ProjectTx, id: string, { failuresInRow, turnOff, seen }: WebhookStanding) =>
    tx.sql
      .updateTable('webhook')
      .set({
        failures_in_row: failuresInRow,
        ...(seen && {
          last_at: tx.now,
          last_status: seen.status ?? null,
          last_problem: seen.problem ?? null,
          silent_in_row: seen.silentInRow,
          resting_until: seen.restingUntil,
        }),
        ...(turnOff === undefined ? {} : { enabled: false, disabled_reason: turnOff }),
      })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .execute(),

  /** Deliveries of all projects whose next attempt was due before a time, and whose message must have been lost. */
  overdue: (tx: Tx, before: Date, limit: number) =>
    tx.sql
      .selectFrom('webhook_delivery')
      .select(['id', 'project_id as projectId', 'attempts'])
      .where('state', '=', 'waiting')
      .where('next_at', '<', before)
      .orderBy('next_at')
      .limit(limit)
      .execute(),

  postpone: (tx: Tx, ids: string[], to: Date) =>
    tx.sql.updateTable('webhook_delivery').set({ next_at: to }).where('id', 'in', ids).execute(),
};

interface Settled {
  state: WebhookDelivery['state'];
  /** That were made. */
  attempts: number;
  status: number | undefined;
  problem: string | undefined;
  nextAt?: Date | undefined;
}

interface WebhookStanding {
  failuresInRow: number;
  turnOff: string | undefined;
  seen?: Pick<Settled, 'status' | 'problem'> & Silence;
}
