import { countTask, epochAt, noCounts, withEpoch, type Counts } from '@whetstone/shared/portfolio';
import type { Logger } from 'pino';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import type { Events } from '../../../platform/events/events.ts';
import { untilNoneIsLeft } from '../../../platform/until-none-is-left.ts';
import { attemptOf } from '../counted.ts';
import { applyCounts } from './apply-counts.ts';
import { byTask, countedBefore } from './counted-attempts.ts';
import { watchTries, withFound } from './drift-memory.ts';
import { firstTries } from './first-tries.ts';
import { pendingRepository, type OutcomeRow } from './pending/repository.ts';
import { stateRepository, type LearnState, type StateChange } from './state/repository.ts';

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  events: Pick<Events, 'append'>;
  /** Has the cells made again. */
  wantRebuild: (tx: ProjectTx) => Promise<void>;
  log: Pick<Logger, 'warn'>;
}

interface Options {
  projectId: string;
  /** Ends the work after the transaction under way. */
  signal?: AbortSignal | undefined;
  /** Of a transaction: the embedded engine answers nobody else meanwhile. */
  outcomesAtOnce?: number;
}

/**
 * Counts a project's pending outcomes. Counts and what is pending are one transaction, so that each is counted once whoever
 * dies and however often the message comes; who folds at the same moment waits. Resolves with how many.
 */
export const foldOutcomes = (dependencies: Dependencies, { projectId, signal, outcomesAtOnce = 500 }: Options) =>
  untilNoneIsLeft(signal, () =>
    dependencies.database.asProject(projectId, (tx) => foldSome(tx, dependencies, outcomesAtOnce)),
  );

async function foldSome(tx: ProjectTx, { events, wantRebuild, log }: Dependencies, atMost: number): Promise<number> {
  const state = await stateRepository.lock(tx);
  // They wait for the end of the rebuild, which counts what had been counted when it began and sends for these.
  if (state.rebuildUntil !== null && state.rebuildUntil > tx.now) return 0;
  const taken = await pendingRepository.take(tx, atMost);
  if (taken.length === 0) return 0;
  const ids = new Set(taken);
  const rows = await pendingRepository.ofTasks(tx, taken);
  const { counts, unreadable } = differences(rows, ids, state);
  const { before, quarantined } = await applyCounts(tx, counts);
  const fresh = rows.filter(({ id, was }) => ids.has(id) && was === null);
  const change = afterTries(state, firstTries(fresh, state.epochs, before));
  await pendingRepository.remove(tx, taken);
  const version = await stateRepository.change(tx, { ...change, dataAt: newest(rows) });
  if (unreadable.length > 0 || quarantined.length > 0) {
    const what = { projectId: tx.projectId, outcomes: unreadable, rows: quarantined };
    log.warn(what, 'what was counted here cannot be; the cells are made again from the outcomes');
  }
  if (unreadable.length > 0 || quarantined.length > 0 || change.epochs) await wantRebuild(tx);
  await events.append(tx, 'portfolio', { version });
  return taken.length;
}

/** Each task as it was counted is taken away, as it is now it is added. */
function differences(rows: readonly OutcomeRow[], taken: ReadonlySet<string>, { epochs }: LearnState) {
  const counts: Counts = noCounts();
  const unreadable: string[] = [];
  const epochOf = epochAt(epochs);
  const knownOf = (row: OutcomeRow) => {
    try {
      return countedBefore(row, epochOf);
    } catch {
      unreadable.push(row.id);
      return undefined;
    }
  };
  for (const task of byTask(rows)) {
    const attempts = task.map((row) => ({ row, before: knownOf(row) }));
    const before = attempts.flatMap((one) => one.before ?? []);
    const now = attempts.flatMap(({ row, before: known }) =>
      taken.has(row.id) ? attemptOf(row, epochOf) : (known ?? []),
    );
    countTask(counts, before, -1);
    countTask(counts, now, 1);
  }
  return { counts, unreadable };
}

/** What is remembered of the models after these tries; a model that behaves otherwise begins an epoch. */
function afterTries(state: LearnState, tries: Parameters<typeof watchTries>[1]): StateChange {
  const { drift, found } = watchTries(state.drift, tries);
  return found.reduce<StateChange>(
    (change, one) => ({
      epochs: withEpoch(change.epochs ?? state.epochs, { model: one.model, since: one.at, why: one.why }),
      drift: withFound(change.drift ?? drift, one),
    }),
    { drift },
  );
}

const newest = (rows: readonly OutcomeRow[]) =>
  rows.reduce<Date | undefined>((latest, { at }) => (latest && latest > at ? latest : at), undefined);
