import type { ProjectTx } from '../../../platform/db/database.ts';

interface Options {
  /** Sends the message that has the project's outcomes counted. */
  send: (projectId: string) => Promise<unknown>;
  /** From the first outcome to its message, so that a batch needs one. */
  afterMs: number;
  /** Between two messages of a project, however many outcomes come. */
  pauseMs: number;
  onFailure: (error: unknown) => void;
}

/**
 * Has outcomes counted soon after they are recorded. It costs the record nothing: the message comes after the commit, one for
 * all that were recorded meanwhile. Where it is lost with its process, the schedule that looks for pending outcomes makes up.
 */
export function foldSoon({ send, afterMs, pauseMs, onFailure }: Options) {
  const plans = new Map<string, { timer: NodeJS.Timeout; hasMore: boolean }>();

  function plan(projectId: string) {
    const known = plans.get(projectId);
    if (known) known.hasMore = true;
    else plans.set(projectId, { timer: later(() => sendNow(projectId), afterMs), hasMore: false });
  }

  function sendNow(projectId: string) {
    send(projectId).catch(onFailure);
    plans.set(projectId, { timer: later(() => rested(projectId), pauseMs), hasMore: false });
  }

  function rested(projectId: string) {
    if (plans.get(projectId)?.hasMore) sendNow(projectId);
    else plans.delete(projectId);
  }

  return {
    onRecorded: async (tx: Pick<ProjectTx, 'projectId' | 'afterCommit'>): Promise<void> =>
      tx.afterCommit(() => plan(tx.projectId)),
    stop() {
      for (const { timer } of plans.values()) clearTimeout(timer);
      plans.clear();
    },
  };
}

const later = (work: () => void, ms: number) => setTimeout(work, ms).unref();
