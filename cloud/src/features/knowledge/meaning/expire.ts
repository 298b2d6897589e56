import { dayMs } from '../../../platform/day.ts';
import type { Database } from '../../../platform/db/database.ts';
import { untilNoneIsLeft } from '../../../platform/until-none-is-left.ts';
import { vectorsRepository } from './repository.ts';

const keptDays = 60;
const rowsAtOnce = 1_000;

/** Embeddings that no version asked for lately: one that comes back pays for them again. */
export const expireEmbeddings = ({
  database,
  signal,
}: {
  database: Pick<Database, 'asSystem'>;
  signal: AbortSignal;
}): Promise<number> =>
  untilNoneIsLeft(signal, () =>
    database.asSystem((tx) =>
      vectorsRepository.removeUnused(tx, new Date(tx.now.getTime() - keptDays * dayMs), rowsAtOnce),
    ),
  );
