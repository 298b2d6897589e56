import type { Segment, SegmentDefinition } from '@whetstone/shared/contract';
import type { SegmentRow } from '../segment-row.ts';

/** A stored segment as callers see it; the row's own members win over whatever the definition might hold. */
export const segmentView = ({ key, version, definition, createdAt, updatedAt }: SegmentRow): Segment =>
  ({
    ...(definition as object),
    key,
    version,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    // Definitions are parsed before they are stored; see segmentRepository's callers.
  }) as Segment;

/** What a person wrote of it: all but what the server sets. */
export function segmentDefinition<T extends SegmentDefinition>(segment: T): SegmentDefinition {
  const { version: _1, createdAt: _2, updatedAt: _3, ...definition } = segment as T & Record<string, unknown>;
  return definition;
}
