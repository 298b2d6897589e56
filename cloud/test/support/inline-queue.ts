import { silentLog } from './engines.ts';
import type { JobDefinition } from '../../src/platform/queue/job.ts';
import type { Queue } from '../../src/platform/queue/queue.ts';

interface Message {
  job: JobDefinition;
  input: unknown;
  projectId: string | undefined;
}

/** Runs what was sent when a test says so, in its order, and each message as often as it says: as a queue may. */
export function inlineQueue({ deliveries = 2 } = {}) {
  const waiting: Message[] = [];
  const seen: string[] = [];
  const send = (async (job, input, { projectId, tx } = {}) => {
    const message = { job, input: job.input.parse(input), projectId } as Message;
    if (tx) tx.afterCommit(() => void waiting.push(message));
    else waiting.push(message);
    return '';
  }) as Queue['send'];
  return {
    send,
    seen,
    async drain() {
      for (let message = waiting.shift(); message; message = waiting.shift()) {
        seen.push(message.job.name);
        const { job, input, projectId } = message;
        const run = { projectId, attempt: 1, signal: new AbortController().signal, log: silentLog };
        for (let delivery = 0; delivery < deliveries; delivery++) await job.run(input, run);
      }
    },
  };
}
