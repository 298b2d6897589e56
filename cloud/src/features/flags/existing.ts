import { WhetstoneError } from '@whetstone/shared/errors';
import type { ProjectTx } from '../../platform/db/database.ts';
import { flagRepository, type FlagRow } from './repository.ts';

/** A flag, archived or not. Throws `not_found`. */
export async function existing(tx: ProjectTx, key: string): Promise<FlagRow> {
  const row = await flagRepository.find(tx, key);
  if (!row) throw unknownFlag(key);
  return row;
}

export const unknownFlag = (key: string) => new WhetstoneError('not_found', `no flag is called "${key}"`);
