import { WhetstoneError } from '@whetstone/shared/errors';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { takenNames } from '../datasets/published.ts';
import { taskSetRepository } from '../datasets/repository.ts';
import { publishedRepository } from './published/repository.ts';
import { standingRepository } from './repository.ts';

const mostNamed = 30;

/** Throws `not_found` for a name that nothing stands behind: neither a data set, nor runs, nor what a publisher claims. */
export async function refuseUnknown(tx: ProjectTx, dataset: string): Promise<void> {
  if (takenNames.has(dataset)) return;
  const own = (await taskSetRepository.current(tx)).map(({ name }) => name);
  const claimed = (await publishedRepository.sources(tx)).map((row) => row.dataset);
  const names = [...new Set([...takenNames, ...own, ...claimed, ...(await standingRepository.datasetNames(tx))])];
  if (names.includes(dataset)) return;
  throw new WhetstoneError('not_found', `no data set is called "${dataset}"; there are ${listed(names.toSorted())}`);
}

const listed = (names: readonly string[]) =>
  names.length > mostNamed
    ? `${names.slice(0, mostNamed).join(', ')} and ${names.length - mostNamed} more`
    : names.join(', ');
