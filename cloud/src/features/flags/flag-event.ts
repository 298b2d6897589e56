import type { Flag } from '@whetstone/shared/contract';

/** What the project's log keeps of a change: the flag as it is from then on, or the key of one that is not served any more. */
export type FlagEvent = { flag: Flag } | { archived: string };

export const flagEvent = (flag: Flag): FlagEvent => (flag.archivedAt ? { archived: flag.key } : { flag });
