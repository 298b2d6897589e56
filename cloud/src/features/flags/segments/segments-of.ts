import type { SegmentDefinition } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { Segments } from '../segment-references.ts';
import { segmentRepository } from './repository.ts';
import { segmentView } from './segment-view.ts';

/** The segments of a project as they were written, by key. */
export const segmentsOf = async (tx: ProjectTx): Promise<Segments> =>
  new Map((await segmentRepository.all(tx)).map((row) => [row.key, segmentDefinition(segmentView(row))]));

export function segmentDefinition<T extends SegmentDefinition>(segment: T): SegmentDefinition {
  const { version: _1, createdAt: _2, updatedAt: _3, ...definition } = segment as T & Record<string, unknown>;
  return definition;
}
