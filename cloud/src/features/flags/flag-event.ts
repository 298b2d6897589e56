import type { Flag, Segment } from '@whetstone/shared/contract';

/** What the project's log keeps of a change: a flag or segment as it is from then on, or the key of one that is gone. */
export type FlagEvent = { flag: Flag } | { archived: string } | { segment: Segment } | { segmentRemoved: string };

export const flagEvent = (flag: Flag): FlagEvent => (flag.archivedAt ? { archived: flag.key } : { flag });
