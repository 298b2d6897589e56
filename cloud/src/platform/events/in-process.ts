import type { Database } from '../db/database.ts';
import { eventBus } from './bus.ts';
import type { Events } from './events.ts';

interface Options {
  database: Database;
  onError: (error: unknown) => void;
}

/** For a database that no other process can write to: what happens here is all that happens. */
export function inProcessEvents({ database, onError }: Options): Events {
  const { readers, append, read, onChange, purge } = eventBus({
    database,
    notify: false,
    onAppended: () => undefined,
    onError,
  });
  return {
    engine: 'in-process',
    append,
    read,
    subscribe(projectId, after, deliver) {
      const { isCaughtUp, leave, ...flow } = readers.join(projectId, after, deliver);
      return { ...flow, isCurrent: isCaughtUp, end: leave };
    },
    onChange,
    track: () => undefined,
    isCurrent: () => true,
    purge,
    ping: database.ping,
    stop: async () => readers.stop(),
  };
}
