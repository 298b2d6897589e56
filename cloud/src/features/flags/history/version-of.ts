import { WhetstoneError } from '@whetstone/shared/errors';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { unknownFlag } from '../existing.ts';
import { historyRepository } from './repository.ts';

/** One version of a flag. Throws `not_found`, naming the versions there are. */
export async function versionOf(tx: ProjectTx, key: string, version: number) {
  const row = await historyRepository.find(tx, 'flag_version', key, version);
  if (row) return row;
  const reach = await historyRepository.reach(tx, 'flag_version', key);
  if (!reach) throw unknownFlag(key);
  const { first, last } = reach;
  throw new WhetstoneError(
    'not_found',
    `the history of the flag "${key}" has no version ${version}, it has ${first} to ${last}`,
  );
}
