import { dayMs } from '../../../platform/day.ts';
import type { Database, Tx } from '../../../platform/db/database.ts';
import { untilNoneIsLeft } from '../../../platform/until-none-is-left.ts';
import { ingestRepository } from './repository.ts';

interface Options {
  database: Pick<Database, 'asSystem'>;
  signal: AbortSignal;
}

const ingestDays = 90;
/** Of texts that pages had before, and of pages that are gone: as long as a citation of them may come back to be checked. */
const historyDays = 180;
const abandonedDays = 7;
const rowsAtOnce = 1_000;

export async function expireIngests({ database, signal }: Options): Promise<number> {
  const step = stepper(database, signal);
  const asked = await database.asSystem((tx) => ingestRepository.removeAsked(tx, daysBefore(tx, abandonedDays)));
  return asked + (await step(ingestDays, ingestRepository.removeEnded));
}

export async function expireHistory({ database, signal }: Options): Promise<number> {
  const step = stepper(database, signal);
  const pages = await step(historyDays, ingestRepository.removeStalePages);
  return pages + (await step(historyDays, ingestRepository.removeReplacedTexts));
}

/** What ingests took that never came to their end, and versions that nobody ever saw. */
export const expireAbandoned = ({ database, signal }: Options): Promise<number> =>
  untilNoneIsLeft(signal, () =>
    database.asSystem(async (tx) => {
      const versions = await ingestRepository.abandoned(tx, daysBefore(tx, abandonedDays), 20);
      for (const { id, isReady } of versions)
        await (isReady ? ingestRepository.dropTaken(tx, id) : ingestRepository.removeVersion(tx, id));
      return versions.length;
    }),
  );

const daysBefore = (tx: Tx, days: number) => new Date(tx.now.getTime() - days * dayMs);

const stepper =
  (database: Options['database'], signal: AbortSignal) =>
  (days: number, remove: (tx: Tx, before: Date, limit: number) => Promise<number>) =>
    untilNoneIsLeft(signal, () => database.asSystem((tx) => remove(tx, daysBefore(tx, days), rowsAtOnce)));
