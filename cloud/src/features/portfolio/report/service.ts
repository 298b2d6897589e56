import type { Handlers, portfolioReport } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';

export const reportService = (): Handlers<typeof portfolioReport, Ctx> => ({
  getPortfolioReport: () => {
    throw new WhetstoneError('unavailable', 'not built yet');
  },
});
