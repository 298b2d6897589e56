import { WhetstoneError } from '@whetstone/shared/errors';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Database } from '../../../../platform/db/database.ts';
import type { Events } from '../../../../platform/events/events.ts';
import { withinTime } from '../../../../platform/within-time.ts';
import { readTable, type LoadedTable, type ReadPool } from './read-table.ts';
import { tableRepository } from './repository.ts';

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  events: Pick<Events, 'isCurrent' | 'track'>;
  clock: () => number;
  log: Pick<Logger, 'warn'>;
  readPool: ReadPool;
}

interface Held {
  table: LoadedTable;
  madeAtMs: number;
  /** When the settings it was made from were last known to hold. */
  sureAtMs: number;
  /** Something of the portfolio has changed since. */
  isDoubtful: boolean;
  /** The database gave no answer: until it does, nobody waits for it, and it is not asked again before. */
  askAgainAtMs: number | undefined;
}

interface Load {
  table: Promise<LoadedTable>;
  /** Something has changed since it began to be read. */
  isDoubtful: boolean;
}

/** Under a stream of outcomes a table is made once in so long, and answers meanwhile lag behind by no more than that. */
const restMs = 2_000;

/** Pools of other projects, days of price lists and the like change without an event. */
const oldestMs = 5 * 60_000;

/** What the database may take to say whether settings changed; after that it counts as away. */
const patienceMs = 2_000;
const pauseMs = 1_000;

/**
 * The routing tables of the projects in use, followed as rulesets are. Settings hold at once, so that a model that was denied
 * is not recommended again: when something may have changed, their version is asked before the next answer. Counts may lag:
 * the table at hand goes on being served while the next one is made, and while the database is away.
 */
export function tableCache({ database, events, clock, log, readPool }: Dependencies) {
  const held = new LRUCache<string, Held>({ max: 1_000 });
  const loading = new Map<string, Load>();
  const asking = new Map<string, Promise<LoadedTable>>();
  const waiting = new Map<string, NodeJS.Timeout>();
  let isStopped = false;

  function load(projectId: string): Promise<LoadedTable> {
    events.track(projectId);
    const startedAtMs = clock();
    const one: Load = {
      isDoubtful: false,
      table: database
        .asProject(projectId, (tx) => readTable(tx, readPool))
        .then((table) => {
          warnOfCorrupt(projectId, table);
          const { isDoubtful } = one;
          // Dropped meanwhile: right for who asked before the change, but not to be kept.
          if (loading.get(projectId) === one)
            held.set(projectId, {
              table,
              madeAtMs: startedAtMs,
              sureAtMs: startedAtMs,
              isDoubtful,
              askAgainAtMs: undefined,
            });
          return table;
        })
        .finally(() => {
          if (loading.get(projectId) === one) loading.delete(projectId);
        }),
    };
    loading.set(projectId, one);
    return one.table;
  }

  function warnOfCorrupt(projectId: string, { corrupt, recommender, unreadable }: LoadedTable) {
    const leftOut = corrupt + recommender.leftOut;
    if (leftOut > 0) log.warn({ projectId, leftOut }, 'counts that cannot be are left out of the routing table');
    if (unreadable !== undefined) log.warn({ projectId }, unreadable);
  }

  const loadOnce = (projectId: string) => loading.get(projectId)?.table ?? load(projectId);

  async function first(projectId: string): Promise<LoadedTable> {
    try {
      return await loadOnce(projectId);
    } catch (error) {
      const message = 'the routing table cannot be made: the database gives no answer; ask again in a moment';
      throw new WhetstoneError('unavailable', message, { cause: error });
    }
  }

  /** Makes the next one behind those who ask: at once when the last one has stood for a while. */
  function renew(projectId: string, { madeAtMs }: Held) {
    if (waiting.has(projectId) || loading.has(projectId) || isStopped) return;
    const delayMs = Math.min(restMs, Math.max(0, madeAtMs + restMs - clock()));
    const timer = setTimeout(() => {
      waiting.delete(projectId);
      loadOnce(projectId).catch((error: unknown) => {
        const known = held.get(projectId);
        if (known) known.isDoubtful = true;
        log.warn({ err: error, projectId }, 'cannot make a new routing table; the last one goes on being served');
      });
    }, delayMs).unref();
    waiting.set(projectId, timer);
  }

  async function confirm(projectId: string, known: Held): Promise<LoadedTable> {
    const askedAtMs = clock();
    known.isDoubtful = false;
    try {
      const versions = await withinTime(database.asProject(projectId, tableRepository.versions), patienceMs);
      if (versions.settings !== known.table.versions.settings)
        return await withinTime(loadFor(projectId, versions.settings), patienceMs);
      known.sureAtMs = askedAtMs;
      known.askAgainAtMs = undefined;
      if (versions.state !== known.table.versions.state) renew(projectId, known);
    } catch (error) {
      known.isDoubtful = true;
      known.askAgainAtMs = clock() + pauseMs;
      log.warn({ err: error, projectId }, 'cannot tell whether the routing table is current; the last one is served');
    }
    return known.table;
  }

  /** What is being made already may have been read before the settings changed. */
  async function loadFor(projectId: string, settingsVersion: number): Promise<LoadedTable> {
    const table = await loadOnce(projectId);
    return table.versions.settings < settingsVersion ? load(projectId) : table;
  }

  function confirmOnce(projectId: string, known: Held): Promise<LoadedTable> {
    const promise =
      asking.get(projectId) ??
      confirm(projectId, known).finally(() => {
        if (asking.get(projectId) === promise) asking.delete(projectId);
      });
    asking.set(projectId, promise);
    return promise;
  }

  return {
    /** Without a promise when it is at hand, which is the hot path. Throws `unavailable` when there never was one. */
    of(projectId: string): LoadedTable | Promise<LoadedTable> {
      const known = held.get(projectId);
      if (!known) return first(projectId);
      const nowMs = clock();
      if (nowMs - known.madeAtMs > oldestMs) renew(projectId, known);
      if (!known.isDoubtful && events.isCurrent(known.sureAtMs)) return known.table;
      const { askAgainAtMs } = known;
      if (askAgainAtMs === undefined) return confirmOnce(projectId, known);
      if (nowMs >= askAgainAtMs) void confirmOnce(projectId, known);
      return known.table;
    },

    /** Something of the portfolio changed in the project, or may have. */
    doubt(projectId: string) {
      const known = held.get(projectId);
      if (known) known.isDoubtful = true;
      const underWay = loading.get(projectId);
      if (underWay) underWay.isDoubtful = true;
      asking.delete(projectId);
    },

    /** Its settings have changed: the next answer is made from the new ones. */
    drop(projectId: string) {
      held.delete(projectId);
      loading.delete(projectId);
      asking.delete(projectId);
    },

    stop() {
      isStopped = true;
      for (const timer of waiting.values()) clearTimeout(timer);
    },
  };
}
