import type { Handlers, OutcomeRecord, recordOutcomes } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';
import { storeOutcome } from './store-outcome.ts';

export const recordService = (): Handlers<typeof recordOutcomes, Ctx> => ({
  recordOutcome: (ctx, { success, outcome, ...said }) =>
    ctx.transaction((tx) =>
      storeOutcome(tx, { ...said, source: 'portfolio', outcome: outcome ?? spelledOut(success) }),
    ),
  recordOutcomes: () => {
    throw new WhetstoneError('unavailable', 'not built yet');
  },
});

const spelledOut = (success: OutcomeRecord['success']) => (success ? 'solved' : 'failed');
