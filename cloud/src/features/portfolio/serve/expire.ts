import { expireRows, type ExpireOptions } from '../../../platform/retention/expire-rows.ts';

/** As outcomes: neither says much without the other. */
const keptDays = 400;

/** Deletes recommendations that were made more than so many days ago; resolves with how many rows of them. */
export async function expireRecommendations(options: ExpireOptions): Promise<number> {
  const deleted = await expireRows('portfolio_recommendation', keptDays, options);
  return deleted + (await expireRows('portfolio_told', keptDays, options));
}
