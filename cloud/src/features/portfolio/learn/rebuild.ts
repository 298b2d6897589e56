import {
  cellCounts,
  countTask,
  epochAt,
  noCounts,
  type Attempt,
  type Counts,
  type Epoch,
} from '@whetstone/shared/portfolio';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Logger } from 'pino';
import { setImmediate } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import type { Events } from '../../../platform/events/events.ts';
import { attemptOf, countedAs, type Counted } from '../counted.ts';
import { cellRepository } from './cells/repository.ts';
import { pageRepository, type Page, type PageEnd } from './pages/repository.ts';
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
    for (const read of [pageRepository.ofTasks, pageRepository.withoutTask])
      await eachPage({ read: (after) => inPage((tx) => read(tx, after, rowsAtOnce)), take: counting.add, rowsAtOnce });
    const counted = counting.end();
    signal.throwIfAborted();
    await database.asProject(projectId, async (tx) => {
      await stateRepository.lock(tx);
      await keep(tx, claim.owner);
      await cellRepository.clear(tx);
      await cellRepository.put(tx, cellCounts(counted.counts));
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

interface Pages {
  read: (after: PageEnd | undefined) => Promise<Page | undefined>;
  take: (page: Page) => Promise<void>;
  rowsAtOnce: number;
}

/** The database reads a page while the one before is taken. */
async function eachPage({ read, take, rowsAtOnce }: Pages) {
  for (let page = await read(undefined); page;) {
    const next = page.size === rowsAtOnce ? read(page.last) : undefined;
    // Whoever waits for it hears of its failure.
    next?.catch(() => undefined);
    await take(page);
    page = await next;
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

/** Of outcomes in a row; in between the transaction of the next page goes on, and who else asks something is answered. */
const countedAtOnce = 50;

/** Counts pages that come task by task. */
function countOf(epochs: readonly Epoch[], log: Pick<Logger, 'warn'>) {
  const counts: Counts = noCounts();
  const epochOf = epochAt(epochs);
  let dataAtMs = -Infinity;
  let taskId: string | null = null;
  let attempts: Attempt[] = [];
  const flush = () => {
    if (attempts.length > 0) countTask(counts, attempts, 1);
    attempts = [];
  };
  return {
    async add(page: Page) {
      for (let place = 0; place < page.size; place++) {
        if (place % countedAtOnce === 0) await setImmediate();
        const belongsTo = page.columns.taskId[place]!;
        if (belongsTo === null || belongsTo !== taskId) flush();
        taskId = belongsTo;
        try {
          const counted = countedAt(page, place);
          if (!counted) continue;
          attempts.push(attemptOf(counted, epochOf));
          dataAtMs = Math.max(dataAtMs, counted.at.getTime());
        } catch (error) {
          const outcome = page.columns.pending[place]?.id;
          log.warn({ err: error, outcome }, 'what was counted of an outcome cannot be read; it is left out');
        }
      }
    },
    end() {
      flush();
      return { counts, dataAt: dataAtMs === -Infinity ? null : new Date(dataAtMs) };
    },
  };
}

/** As what an outcome has been counted; undefined for nothing yet. Throws when that cannot be told any more. */
function countedAt({ columns }: Page, place: number): Counted | undefined {
  const pending = columns.pending[place];
  if (pending) return countedAs(pending.was);
  return {
    source: columns.source[place]!,
    model: columns.model[place]!,
    attempt: columns.attempt[place]!,
    outcome: columns.outcome[place]!,
    cost_usd: columns.cost_usd[place]!,
    time_ms: columns.time_ms[place]!,
    task_type: columns.task_type[place]!,
    language: columns.language[place]!,
    complexity: columns.complexity[place]!,
    repo_id: columns.repo_id[place]!,
    at: new Date(columns.at[place]!),
  };
}
