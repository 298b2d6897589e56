import type { Database } from '../db/database.ts';
import { eventBus } from './bus.ts';
import type { Events } from './events.ts';
import { watchHeads } from './heads.ts';
import { listen } from './listen.ts';
import { eventRepository } from './repository.ts';

interface Options {
  database: Database;
  /** For LISTEN. */
  directUrl: string;
  clock: () => number;
  onError: (error: unknown) => void;
  /** LISTEN began to work, or ceased to for this reason; without it changes of others are found by asking. */
  onListening: (error: unknown) => void;
}

/** For a database that other processes write to as well: LISTEN for speed, asking for the heads of logs for certainty. */
export function postgresEvents({ database, directUrl, clock, onError, onListening }: Options): Events {
  const { announce, readers, append, read, onChange, purge } = eventBus({
    database,
    notify: true,
    onAppended: (...change) => watch.appended(...change),
    onError,
  });
  const watch = watchHeads({
    database,
    clock,
    followed: readers.logs,
    onChange: announce,
    onHead: readers.noticed,
    onError,
  });
  const listening = listen({
    url: directUrl,
    notify: (payload) => database.asSystem((tx) => eventRepository.notify(tx, payload)),
    onNotice: watch.heard,
    onState: onListening,
  });

  return {
    get engine() {
      return listening.isListening() ? 'postgres, LISTEN and polling' : 'postgres, polling';
    },
    append,
    read,
    subscribe(projectId, after, deliver) {
      const { isCaughtUp, leave, ...flow } = readers.join(projectId, after, deliver);
      return { ...flow, isCurrent: () => isCaughtUp() && watch.isCurrent(-Infinity), end: leave };
    },
    onChange,
    track: watch.track,
    isCurrent: watch.isCurrent,
    purge,
    ping: watch.ping,
    async stop() {
      readers.stop();
      await Promise.all([watch.stop(), listening.stop()]);
    },
  };
}
