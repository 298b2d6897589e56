import { expireRows, type ExpireOptions } from '../../../platform/retention/expire-rows.ts';

/** As outcomes: neither says much without the other. */
const keptDays = 400;

/** Deletes recommendations that were made more than so many days ago. */
export const expireRecommendations = (options: ExpireOptions) =>
  expireRows('portfolio_recommendation', keptDays, options);
