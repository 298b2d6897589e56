import { mostUsageVariants, type Exposure, type exposures, type Handlers } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { KeptDays } from './kept.ts';
import { exposureRepository } from './repository.ts';
import { seen } from './times.ts';
import { unitsAreKnown, usageOf, windowOf } from './usage.ts';

interface Dependencies {
  keep: KeptDays;
  /** Hears of the exposures within their transaction. */
  keepAssignments: (tx: ProjectTx, entries: Exposure[]) => Promise<void>;
}

export const exposureService = ({ keep, keepAssignments }: Dependencies): Handlers<typeof exposures, Ctx> => ({
  recordExposures: (ctx, { exposures: entries }) =>
    ctx.transaction(async (tx) => {
      const stored = entries.map((entry) => ({ ...entry, ...seen(entry, tx.now) }));
      await exposureRepository.insert(tx, uuidv7({ msecs: tx.now.getTime() }), stored);
      await keepAssignments(tx, entries);
      return { accepted: entries.length };
    }),

  getFlagUsage: (ctx, { key, timeRange }) =>
    ctx.transaction(async (tx) => {
      const window = windowOf(timeRange, tx.now, keep);
      const counted = await exposureRepository.counts(tx, key, window, mostUsageVariants);
      if (counted.steps.length === 0 && !(await exposureRepository.isKnown(tx, key))) {
        throw new WhetstoneError('not_found', `no flag is called "${key}", and no exposure names it`);
      }
      if (!unitsAreKnown(window, counted.steps)) return usageOf(key, window, counted);
      const named = counted.steps.flatMap(({ variant }) => (variant === null ? [] : [variant]));
      const units = await exposureRepository.units(tx, key, window, [...new Set(named)]);
      return usageOf(key, window, { ...counted, units });
    }),
});
