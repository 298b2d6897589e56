import type { ProjectTx } from '../../../platform/db/database.ts';
import type { Segments } from '../segment-references.ts';
import { segmentRepository } from './repository.ts';
import { segmentDefinition, segmentView } from './segment-view.ts';

/** The segments of a project as they were written, by key. */
export const segmentsOf = async (tx: ProjectTx): Promise<Segments> =>
  new Map((await segmentRepository.all(tx)).map((row) => [row.key, segmentDefinition(segmentView(row))]));
