import { countTask, epochAt, noCounts, type Attempt, type Counts, type Epoch } from '@whetstone/shared/portfolio';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Logger } from 'pino';
import { setImmediate } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import type { Events } from '../../../platform/events/events.ts';
import { cellRepository } from './cells/repository.ts';
import { countedBefore } from './counted-attempts.ts';
import { pendingRepository, type OutcomeRow, type TaskPlace, type TimePlace } from './pending/repository.ts';
import { stateRepository } from './state/repository.ts';

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  events: Pick<Events, 'append'>;
  log: Pick<Logger, 'warn'>;
}

interface Options {
  projectId: string;
  signal: AbortSignal;
  /** Rows of a transaction: the embedded engine answers nobody else meanwhile. */
  rowsAtOnce?: number;
}

/** How long nobody else writes cells after the last sign of life of a rebuild; a page takes a fraction of it. */
const claimMs = 60_000;

/**
 * Makes a project's cells and rescues again from its outcomes, where that is wanted. Meanwhile nothing is folded, so that what
 * has been counted stays the same however long the reading takes and whatever is recorded; it is read in short transactions
 * and replaced in one, and until then everybody reads the cells as they were. One that has died is taken over.
 *
 * False: nothing was wanted, or somebody else is at it.
 */
export async function rebuildCells({ database, events, log }: Dependencies, options: Options): Promise<boolean> {
  const { projectId, signal, rowsAtOnce = 5_000 } = options;
  const claim = await database.asProject(projectId, begin);
  if (!claim) return false;
  const counting = countOf(claim.epochs, log);
  const inPage = <T>(read: (tx: ProjectTx) => Promise<T>) => {
    signal.throwIfAborted();
    return database.asProject(projectId, async (tx) => {
      await keep(tx, claim.owner);
      return read(tx);
    });
  };
  try {
    await eachPage({
      read: (after: TaskPlace | undefined) => inPage((tx) => pendingRepository.pageOfTasks(tx, after, rowsAtOnce)),
      placeOf: ({ taskId, id }) => ({ taskId: taskId!, id }),
      take: counting.add,
      rowsAtOnce,
    });
    await eachPage({
      read: (after: TimePlace | undefined) => inPage((tx) => pendingRepository.pageWithoutTask(tx, after, rowsAtOnce)),
      placeOf: ({ atText, id }) => ({ at: atText, id }),
      take: counting.add,
      rowsAtOnce,
    });
    const counted = counting.end();
    signal.throwIfAborted();
    await database.asProject(projectId, async (tx) => {
      await stateRepository.lock(tx);
      await keep(tx, claim.owner);
      await cellRepository.clear(tx);
      await cellRepository.put(tx, [...counted.counts.cells.values()]);
      await cellRepository.putRescues(tx, [...counted.counts.rescues.values()]);
      await stateRepository.rebuilt(tx, claim.wantedAt, counted.dataAt);
      const version = await stateRepository.change(tx, {});
      await events.append(tx, 'portfolio', { version });
    });
    return true;
  } catch (error) {
    // Where that fails, too, the claim runs out.
    await database.asProject(projectId, (tx) => stateRepository.release(tx, claim.owner)).catch(() => undefined);
    throw error;
  }
}

interface Pages<Row, Place> {
  read: (after: Place | undefined) => Promise<Row[]>;
  placeOf: (row: Row) => Place;
  take: (row: Row) => void;
  rowsAtOnce: number;
}

/** The database reads a page while the one before is taken. */
async function eachPage<Row, Place>({ read, placeOf, take, rowsAtOnce }: Pages<Row, Place>) {
  let reading: Promise<Row[]> | undefined = read(undefined);
  while (reading) {
    const rows: Row[] = await reading;
    const last = rows.at(-1);
    reading = last && rows.length === rowsAtOnce ? read(placeOf(last)) : undefined;
    // Whoever waits for it hears of its failure.
    reading?.catch(() => undefined);
    // Lets the query go out first.
    await setImmediate();
    rows.forEach(take);
  }
}

async function begin(tx: ProjectTx) {
  const { rebuildWantedAt: wantedAt, rebuildUntil, epochs } = await stateRepository.lock(tx);
  if (wantedAt === null || (rebuildUntil !== null && rebuildUntil > tx.now)) return undefined;
  const owner = uuidv7({ msecs: tx.now.getTime() });
  await stateRepository.claim(tx, owner, new Date(tx.now.getTime() + claimMs));
  return { owner, wantedAt, epochs };
}

async function keep(tx: ProjectTx, owner: string) {
  if (await stateRepository.keepClaim(tx, owner, new Date(tx.now.getTime() + claimMs))) return;
  throw new WhetstoneError('unavailable', 'the cells were changed while they were made again; it begins anew');
}

/** Counts rows that come task by task. */
function countOf(epochs: readonly Epoch[], log: Pick<Logger, 'warn'>) {
  const counts: Counts = noCounts();
  const epochOf = epochAt(epochs);
  let dataAt: Date | null = null;
  let taskId: string | null = null;
  let attempts: Attempt[] = [];
  const flush = () => {
    if (attempts.length > 0) countTask(counts, attempts, 1);
    attempts = [];
  };
  return {
    add(row: OutcomeRow) {
      if (row.taskId === null || row.taskId !== taskId) flush();
      ({ taskId } = row);
      try {
        const attempt = countedBefore(row, epochOf);
        if (!attempt) return;
        attempts.push(attempt);
        if (dataAt === null || row.at > dataAt) dataAt = row.at;
      } catch (error) {
        log.warn({ err: error, outcome: row.id }, 'what was counted of an outcome cannot be read; it is left out');
      }
    },
    end() {
      flush();
      return { counts, dataAt };
    },
  };
}
