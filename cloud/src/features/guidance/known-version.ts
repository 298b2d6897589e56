import { WhetstoneError } from '@whetstone/shared/errors';
import type { ProjectTx } from '../../platform/db/database.ts';
import { numberOf, type GuidanceRow } from './guidance-row.ts';
import { guidanceRepository } from './repository.ts';

/** Throws `not_found`. */
export async function knownVersion(tx: ProjectTx, version: string): Promise<GuidanceRow> {
  const row = await guidanceRepository.find(tx, numberOf(version));
  if (row) return row;
  throw new WhetstoneError('not_found', `there is no guidance "${version}"`);
}
