import { sql } from 'kysely';
import { withinTime } from '../within-time.ts';
import type { Database, ProjectTx } from './database.ts';

export type Topic = 'keys' | 'flags';

const columnOf = { keys: 'key_revision', flags: 'flag_revision' } as const;

/** Marks a change in the transaction that makes it. Locks the project's row, so that revisions follow commit order. */
export async function bumpRevision({ sql: trx, projectId }: Pick<ProjectTx, 'sql' | 'projectId'>, topic: Topic) {
  const column = columnOf[topic];
  await trx
    .updateTable('project')
    .set({ [column]: sql`${sql.ref(column)} + 1` })
    .where('id', '=', projectId)
    .execute();
}

interface WatchOptions {
  database: Database;
  clock: () => number;
  intervalMs: number;
  onChange: (projectId: string, topic: Topic) => void;
  onError: (error: unknown) => void;
}

export interface RevisionWatch {
  /** Whether what was read then still stands: the database has said so lately, or no other process can write. */
  isCurrent(readAtMs: number): boolean;
  /** Begins to watch a project; what it holds from here on is announced when it changes. */
  track(projectId: string): void;
  stop(): Promise<void>;
}

/** How long an answer of the database stands without a confirmation; a revoked key must be gone within a second. */
const trustMs = 900;

/** Tells what other processes changed, by asking for the revisions of the projects in use: one small transaction an interval. */
export function watchRevisions({ database, clock, intervalMs, onChange, onError }: WatchOptions): RevisionWatch {
  if (!database.shared) return { isCurrent: () => true, track: () => undefined, stop: async () => undefined };

  const known = new Map<string, Record<Topic, number> | undefined>();
  let confirmedAtMs = -Infinity;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function look() {
    const askedAtMs = clock();
    const ids = [...known.keys()];
    const rows = ids.length === 0 ? [] : await database.asSystem((tx) => readRevisions(tx, ids));
    for (const { id, ...now } of rows) {
      const before = known.get(id);
      known.set(id, now);
      for (const topic of ['keys', 'flags'] as const) if (before && before[topic] !== now[topic]) onChange(id, topic);
      // The first look cannot tell what changed since the caller loaded: it counts as a change of both.
      if (!before) for (const topic of ['keys', 'flags'] as const) onChange(id, topic);
    }
    confirmedAtMs = askedAtMs;
  }

  // From the start of one look to the start of the next: a slow database is not asked more seldom for being slow.
  let looking = Promise.resolve();
  const tick = () => {
    const startedAtMs = clock();
    looking = withinTime(look(), patienceMs)
      .catch(onError)
      .then(() => {
        const pauseMs = Math.max(0, intervalMs - (clock() - startedAtMs));
        if (!stopped) timer = setTimeout(tick, pauseMs).unref();
      });
  };
  tick();

  return {
    isCurrent: (readAtMs) => clock() - Math.max(readAtMs, confirmedAtMs) < trustMs,
    track: (projectId) => {
      if (!known.has(projectId)) known.set(projectId, undefined);
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

/** One silent connection must not end the watch: the next look gets another. */
const patienceMs = 2_000;

const readRevisions = (tx: Pick<ProjectTx, 'sql'>, ids: string[]) =>
  tx.sql
    .selectFrom('project')
    .select(['id', 'key_revision as keys', 'flag_revision as flags'])
    .where('id', 'in', ids)
    .execute();
