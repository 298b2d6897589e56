import type { Handlers, portfolioModels, recommendModel } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';

const notYet = () => {
  throw new WhetstoneError('unavailable', 'not built yet');
};

export const serveService = (): Handlers<typeof recommendModel & typeof portfolioModels, Ctx> => ({
  recommendModel: notYet,
  getRoutingTable: notYet,
  logRecommendations: notYet,
  getPortfolioModels: notYet,
  putPortfolioModels: notYet,
});
