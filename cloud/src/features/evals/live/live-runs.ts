import type { Database } from '../../../platform/db/database.ts';
import type { Delivery } from '../../../platform/events/events.ts';
import { sharedReaders } from '../../../platform/events/readers.ts';
import { readRun, type RunEvent } from './read-run.ts';
import { liveRepository } from './repository.ts';

export interface LiveSubscription {
  /** Hands nothing over until resumed; what happens meanwhile waits in the rows. */
  pause(): void;
  resume(): void;
  end(): void;
}

export interface LiveRuns {
  /** This process has committed events of the run. */
  wake(runId: string): void;
  /** Hands over every event after `after`, in order, until ended; `lost` when the run itself is gone. */
  subscribe(
    projectId: string,
    runId: string,
    after: number,
    deliver: (delivery: Delivery<RunEvent>) => void,
  ): LiveSubscription;
  stop(): void;
}

interface Dependencies {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  onError: (error: unknown) => void;
  pollEveryMs?: number;
}

/**
 * Who follows which run, in this process: one reader per run, however many follow it. It reads after each commit of this
 * process, and for those of others one query asks for the ends of all followed runs, while there are any.
 */
export function liveRuns({ database, onError, pollEveryMs = 300 }: Dependencies): LiveRuns {
  const projectOf = new Map<string, string>();
  const readers = sharedReaders<RunEvent>({
    read: (runId, after, limit) => database.asProject(projectOf.get(runId)!, (tx) => readRun(tx, runId, after, limit)),
    onError,
  });
  let polling: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function poll() {
    const followed = [...readers.logs()];
    const heads = new Map(
      (await database.asSystem((tx) => liveRepository.heads(tx, followed))).map(({ runId, head }) => [runId, head]),
    );
    for (const runId of followed) readers.noticed(runId, heads.get(runId) ?? goneHead);
  }

  function pollOn() {
    polling ??= setTimeout(() => {
      polling = undefined;
      if (isStopped) return;
      forgetUnfollowed();
      if (projectOf.size > 0) void poll().catch(onError).finally(pollOn);
    }, pollEveryMs).unref();
  }

  /** Only here, where nothing is being read for them any more. */
  function forgetUnfollowed() {
    const followed = new Set(readers.logs());
    for (const runId of projectOf.keys()) if (!followed.has(runId)) projectOf.delete(runId);
  }

  return {
    wake: readers.wake,

    subscribe(projectId, runId, after, deliver) {
      projectOf.set(runId, projectId);
      const { pause, resume, leave } = readers.join(runId, after, deliver);
      pollOn();
      return { pause, resume, end: leave };
    },

    stop() {
      isStopped = true;
      clearTimeout(polling);
      readers.stop();
    },
  };
}

/** No run ends here, so that whoever follows it looks and finds it gone. */
const goneHead = -1;
