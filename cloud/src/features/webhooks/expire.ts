import { expireRows, type ExpireOptions } from '../../platform/retention/expire-rows.ts';

const keptDays = 30;

/** Deletes deliveries that began more than 30 days ago, whatever became of them. */
export const expireDeliveries = (options: ExpireOptions) => expireRows('webhook_delivery', keptDays, options);
