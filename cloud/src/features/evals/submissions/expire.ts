import { expireRows, type ExpireOptions } from '../../../platform/retention/expire-rows.ts';

/** As outcomes: neither should outlast the other. */
const keptDays = 400;

/** Deletes submissions that ended more than so many days ago. */
export const expireSubmissions = (options: ExpireOptions) => expireRows('eval_submission', keptDays, options);
