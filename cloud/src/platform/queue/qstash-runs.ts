import type { Logger } from 'pino';
import { setTimeout as sleep } from 'node:timers/promises';
import { withinTime } from '../within-time.ts';
import type { JobDefinition } from './job.ts';
import type { Taken } from './qstash-answers.ts';
import type { Claimed, MessageRows, Standing } from './qstash-messages.ts';
import { complainOnce, repeatedly } from './repeatedly.ts';
import { runJob, type Outcome } from './run-job.ts';

interface Options {
  rows: MessageRows;
  leaseMs: number;
  log: Pick<Logger, 'info' | 'warn'>;
  onFinished: (name: string, outcome: Outcome['kind']) => void;
}

interface Running extends Claimed {
  stopper: AbortController;
  ended: Promise<Taken>;
}

const stopping: Taken = { kind: 'later', sentence: 'the server stops; another one takes it', waitS: 1 };

/** Claims messages, runs them and holds on to them meanwhile. */
export function qstashRuns({ rows, leaseMs, log, onFinished }: Options) {
  const running = new Map<string, Running>();
  let stopped = false;

  /** Runs the message if it is due and nobody else does; a message that was run already is left alone. */
  async function run(job: JobDefinition, id: string): Promise<Taken> {
    if (stopped) return stopping;
    const claimed = await claim(job, id);
    if ('kind' in claimed) return claimed;
    const held: Running = { ...claimed, stopper: new AbortController(), ended: Promise.resolve(stopping) };
    running.set(id, held);
    held.ended = carryOut(job, held).finally(() => running.delete(id));
    // A run that never settles is not waited for once it is handed back.
    const handedBack = new Promise<Taken>((resolve) =>
      held.stopper.signal.addEventListener('abort', () => resolve(stopping)),
    );
    return Promise.race([held.ended, handedBack]);
  }

  async function claim(job: JobDefinition, id: string): Promise<Claimed | Taken> {
    const claimed = await rows.claim(id, job.name);
    if (claimed) return claimed;
    const standing = await rows.standing(id, job.name);
    if (!('hasLapsed' in standing && standing.hasLapsed)) return takenAs(standing);
    await rows.reclaim({ all: false });
    return (await rows.claim(id, job.name)) ?? takenAs(await rows.standing(id, job.name));
  }

  async function carryOut(job: JobDefinition, held: Running): Promise<Taken> {
    const { id, name, attempt, input, projectId, stopper } = held;
    const { signal } = stopper;
    const outcome = await runJob(job, input, { projectId: projectId ?? undefined, attempt, signal, log });
    // Handed back or taken over: how it ended is for the other run to say.
    if (signal.aborted) return stopping;
    if (outcome.kind === 'failed') log.warn({ job: name, id, attempt, err: outcome.error }, 'a job failed');
    const taken = await settle(held, outcome);
    onFinished(name, outcome.kind);
    return taken;
  }

  /** Writes down how a run ended, while the lease lasts: after that another server runs it again. */
  async function settle(held: Running, outcome: Outcome): Promise<Taken> {
    const giveUpAtMs = performance.now() + leaseMs;
    for (;;) {
      try {
        if (outcome.kind === 'completed') {
          await rows.complete(held);
          return { kind: 'done', sentence: 'done' };
        }
        const pauseS = await rows.fail(held, outcome.sentence);
        return pauseS === undefined
          ? { kind: 'never', code: 'conflict', sentence: outcome.sentence }
          : { kind: 'retry', sentence: outcome.sentence, waitS: pauseS };
      } catch (error) {
        if (held.stopper.signal.aborted || performance.now() > giveUpAtMs) {
          log.warn({ job: held.name, id: held.id, err: error }, 'cannot write down how a job ended; it will run again');
          return { kind: 'later', sentence: 'the database does not answer', waitS: 5 };
        }
        await sleep(500);
      }
    }
  }

  async function holdOn() {
    for (const id of running.size > 0 ? await rows.extend([...running.values()]) : []) {
      // Absent: it ended while we asked.
      running.get(id)?.stopper.abort(new Error('another server took the job over'));
    }
  }

  const complain = complainOnce(log, 'the queue cannot reach its database; it tries again');
  const holding = repeatedly(holdOn, leaseMs / 3, complain);
  // First our own, which a machine that slept may have let lapse.
  const reclaiming = repeatedly(() => holdOn().then(() => rows.reclaim({ all: false })), leaseMs / 2, complain);

  return {
    run,
    async stop(graceMs: number) {
      stopped = true;
      const drained = Promise.all([reclaiming.stop(), ...[...running.values()].map(({ ended }) => ended)]);
      await withinTime(drained, graceMs).catch(() => undefined);
      void holding.stop();
      const rest = [...running.values()];
      for (const { stopper } of rest) stopper.abort(new Error('the server stops'));
      if (rest.length === 0) return;
      log.info({ jobs: rest.map(({ name, id }) => ({ name, id })) }, 'hands back jobs that are under way');
      await withinTime(rows.handBack(rest), 1_000).catch(complain);
    },
  };
}

/** What a delivery of a message is worth that cannot be claimed: a repetition of what was done has no effect. */
function takenAs(standing: Standing): Taken {
  switch (standing.state) {
    case 'completed':
      return { kind: 'done', sentence: 'it was done before; nothing happened' };
    case 'failed':
      return { kind: 'never', code: 'conflict', sentence: 'it has failed for good; an admin may run it again' };
    case 'unknown':
      return { kind: 'never', code: 'not_found', sentence: 'there is no such message, or it is forgotten' };
    case 'running':
      return { kind: 'later', sentence: 'another delivery of it is under way', waitS: standing.waitS };
    case 'queued':
    case 'retrying':
      return { kind: 'later', sentence: 'its time has not come', waitS: standing.waitS };
  }
}
