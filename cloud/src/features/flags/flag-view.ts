import { Flag } from '@whetstone/shared/contract';
import type { FlagRow } from './repository.ts';

/** A stored flag as callers see it; the row's own members win over whatever the definition might hold. */
export const flagView = ({ key, version, definition, createdAt, updatedAt, archivedAt }: FlagRow): Flag =>
  ({
    ...(definition as object),
    key,
    version,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    ...(archivedAt ? { archivedAt: archivedAt.toISOString() } : {}),
    // Definitions are parsed before they are stored; see flagRepository's callers.
  }) as Flag;
