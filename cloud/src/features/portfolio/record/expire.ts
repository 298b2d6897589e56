import { expireRows, type ExpireOptions } from '../../../platform/retention/expire-rows.ts';

/** What a comparison with last year still needs stays. */
const keptDays = 400;

/** Deletes outcomes that ended more than so many days ago. */
export const expireOutcomes = (options: ExpireOptions) => expireRows('outcome', keptDays, options);
