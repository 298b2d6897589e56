import type { Handlers, OutcomeRecord, portfolio } from '@whetstone/shared/contract';
import type { Ctx } from '../../context.ts';
import { storeOutcome } from './store-outcome.ts';

export const portfolioService = (): Handlers<typeof portfolio, Ctx> => ({
  recordOutcome: (ctx, { success, outcome, ...said }) =>
    ctx.transaction((tx) =>
      storeOutcome(tx, { ...said, source: 'portfolio', outcome: outcome ?? spelledOut(success) }),
    ),
});

const spelledOut = (success: OutcomeRecord['success']) => (success ? 'solved' : 'failed');
