import { embedJobs, type EmbedJobDoors } from '../../src/features/knowledge/meaning/jobs.ts';
import type { Database } from '../../src/platform/db/database.ts';
import type { Queue } from '../../src/platform/queue/queue.ts';
import { silentLog } from './silent-log.ts';

/** Runs the jobs that make vectors by hand, one run at a time, as a server of its own would. */
export function embeddingBy(
  { database }: { database: Database },
  meaning: EmbedJobDoors['meaning'],
  { clock = Date.now, cutAfterMs = 60_000 }: { clock?: () => number; cutAfterMs?: number } = {},
) {
  const sent: { versionId: string; projectId: string | undefined; startAfter: Date | undefined }[] = [];
  const send = (async (_job, input, options) => {
    sent.push({ ...(input as { versionId: string }), projectId: options?.projectId, startAfter: options?.startAfter });
    return '';
  }) as Queue['send'];
  const { job, mend } = embedJobs({
    database,
    queue: { send },
    meaning,
    clock,
    steadyMs: () => performance.now(),
    cutAfterMs,
  });
  const runOf = (projectId: string | undefined) => ({
    projectId,
    attempt: 1,
    signal: new AbortController().signal,
    log: silentLog,
  });
  return {
    /** Messages that runs have sent for further runs. */
    sent,
    run: (versionId: string, projectId?: string) => job.run({ versionId }, runOf(projectId)),
    /** What is due by now, sent but not run. */
    due: async () => {
      sent.length = 0;
      await mend.run({}, runOf(undefined));
      return sent.map(({ versionId }) => versionId);
    },
  };
}
