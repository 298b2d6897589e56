import { WhetstoneError } from '@whetstone/shared/errors';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { flagView } from '../flag-view.ts';
import { historyRepository } from './repository.ts';
import { versionOf } from './version-of.ts';

interface Wanted {
  flag: string;
  variant: string;
  from: number;
  to: number;
}

interface VariantValue {
  version: number;
  value: unknown;
  /** What was done in this version, and why if that was said. */
  change: string;
}

/**
 * What a variant was worth in each version of its flag from one to another, those left out in which there was none. Throws
 * `not_found` for a version the history does not have, `invalid` where one of the two ends lacks the variant.
 */
export async function variantValues(tx: ProjectTx, { flag, variant, from, to }: Wanted): Promise<VariantValue[]> {
  const values: VariantValue[] = [];
  for (let version = from; version <= to; version++) {
    const isEnd = version === from || version === to;
    const row = isEnd
      ? await versionOf(tx, flag, version)
      : await historyRepository.find(tx, 'flag_version', flag, version);
    if (!row) continue;
    const { variants } = flagView(row);
    if (Object.hasOwn(variants, variant)) {
      const { action, reason } = await historyRepository.changeOf(tx, flag, version);
      const change = [action.replaceAll('_', ' '), ...(reason ? [reason] : [])].join(': ');
      values.push({ version, value: variants[variant], change });
    } else if (isEnd)
      throw new WhetstoneError('invalid', `version ${version} of the flag "${flag}" has no variant "${variant}"`);
  }
  return values;
}
