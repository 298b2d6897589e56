import { dayMs } from '../day.ts';
import type { Database } from '../db/database.ts';
import type { Events, PurgeOptions, Topic } from './events.ts';
import { sharedReaders } from './readers.ts';
import { readingAfter } from './reading.ts';
import { eventRepository } from './repository.ts';

interface Options {
  database: Database;
  /** Whether commits are to be told to other processes. */
  notify: boolean;
  /** What this process has committed. */
  onAppended: (projectId: string, topic: Topic, sequence: number) => void;
  onError: (error: unknown) => void;
}

const purgedAtOnce = 1_000;

/** What is the same wherever the log lies: writing to it, reading from it, and who in this process wants to know. */
export function eventBus({ database, notify, onAppended, onError }: Options) {
  const listeners: Parameters<Events['onChange']>[0][] = [];

  const announce = (projectId: string, topic: Topic) => {
    for (const listener of listeners) listener(projectId, topic);
  };

  const read: Events['read'] = (projectId, after, limit) =>
    database.asProject(projectId, async (tx) => readingAfter(after, await eventRepository.readAfter(tx, after, limit)));
  const readers = sharedReaders({ read, onError });

  return {
    announce,
    readers,
    read,

    async append(...[tx, topic, data]: Parameters<Events['append']>) {
      const sequence = await eventRepository.append(tx, topic, data, notify);
      tx.afterCommit(() => {
        onAppended(tx.projectId, topic, sequence);
        announce(tx.projectId, topic);
        readers.noticed(tx.projectId, sequence);
      });
      return sequence;
    },

    onChange: (listener: (typeof listeners)[number]) => void listeners.push(listener),

    async purge({ olderThanDays = 30, signal }: PurgeOptions = {}) {
      const { before, projectIds } = await database.asSystem(async (tx) => {
        const cut = new Date(tx.now.getTime() - olderThanDays * dayMs);
        return { before: cut, projectIds: await eventRepository.projectsToPurge(tx, cut) };
      });
      let purged = 0;
      for (const projectId of projectIds) {
        for (let last = purgedAtOnce; last === purgedAtOnce; purged += last) {
          signal?.throwIfAborted();
          last = await database.asSystem((tx) => eventRepository.purge(tx, projectId, before, purgedAtOnce));
        }
      }
      return purged;
    },
  };
}
