import type { Exposure, exposures, Handlers } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { exposureRepository } from './repository.ts';
import { seen } from './times.ts';
import { usageOf, windowOf } from './usage.ts';

interface Dependencies {
  /** Hears of the exposures within their transaction. */
  keepAssignments: (tx: ProjectTx, entries: Exposure[]) => Promise<void>;
}

export const exposureService = ({ keepAssignments }: Dependencies): Handlers<typeof exposures, Ctx> => ({
  recordExposures: (ctx, { exposures: entries }) =>
    ctx.transaction(async (tx) => {
      const stored = entries.map((entry) => ({ ...entry, ...seen(entry, tx.now) }));
      await exposureRepository.insert(tx, uuidv7({ msecs: tx.now.getTime() }), stored);
      await keepAssignments(tx, entries);
      return { accepted: entries.length };
    }),

  getFlagUsage: (ctx, { key, timeRange }) =>
    ctx.transaction(async (tx) => {
      const window = windowOf(timeRange, tx.now);
      const counts = await exposureRepository.counts(tx, key, window);
      if (counts.length === 0 && !(await exposureRepository.isKnown(tx, key))) {
        throw new WhetstoneError('not_found', `no flag is called "${key}", and no exposure names it`);
      }
      return usageOf(key, window, counts, await exposureRepository.units(tx, key, window));
    }),
});
