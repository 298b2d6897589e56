import { dayMs } from '../../../platform/day.ts';
import { floorTo } from './steps.ts';

/** For how many days a server is set to keep counts by hour, and entries with their units. */
export interface KeptDays {
  usageDays: number;
  exposureDays: number;
}

/** From when on something is whole; what is older is removed, or about to be. */
export interface KeptFrom {
  counts: Date;
  units: Date;
}

/**
 * Entries go by whole UTC days, and counts by whole weeks: so every step of a usage answer is kept whole or not at all.
 * What reads and what removes go by this, so that an answer does not depend on when the daily removal ran.
 */
export const keptFrom = ({ usageDays, exposureDays }: KeptDays, now: Date): KeptFrom => ({
  counts: new Date(floorTo('week', now.getTime() - usageDays * dayMs)),
  units: new Date(floorTo('day', now.getTime() - exposureDays * dayMs)),
});
