import type { Logger } from 'pino';
import type PgBoss from 'pg-boss';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/database.ts';
import { withinTime } from '../within-time.ts';
import type { JobDefinition } from './job.ts';
import type { Held, Leases } from './pg-boss-leases.ts';
import { runJob, type Outcome } from './run-job.ts';

interface Options {
  database: Database;
  boss: PgBoss;
  leases: Leases;
  leaseMs: number;
  log: Pick<Logger, 'info' | 'warn'>;
  onFinished: (name: string, outcome: Outcome['kind']) => void;
}

interface Running extends Held {
  name: string;
  stopper: AbortController;
  ended: Promise<void>;
}

/** One question for all jobs, when nothing has woken us: other servers' messages, retries, and what starts later. */
const pollMs = 2_000;
/** Jobs of all kinds at once; requests share the connections with them. */
const concurrency = 4;

/** Runs the jobs that are due, a few at a time, and holds on to them while they run. */
export function startWorker(jobs: ReadonlyMap<string, JobDefinition>, options: Options) {
  const { database, boss, leases, leaseMs, log, onFinished } = options;
  const running = new Map<string, Running>();
  let stopped = false;

  const freeSlots = ({ name, concurrency: own = 1 }: JobDefinition) => {
    const ofName = [...running.values()].filter((each) => each.name === name).length;
    return Math.min(own - ofName, concurrency - running.size);
  };

  async function takeDue() {
    const open = [...jobs.values()].filter((job) => freeSlots(job) > 0);
    if (open.length === 0) return;
    const { rows } = await database.execute(
      `select distinct name from pgboss.job where name = any($1) and state < 'active' and start_after < now()`,
      [open.map(({ name }) => name)],
    );
    for (const job of open.filter(({ name }) => rows.some((row) => row['name'] === name))) {
      const batchSize = freeSlots(job);
      if (stopped || batchSize < 1) continue;
      const taken = await boss.fetch<Message>(job.name, { batchSize, includeMetadata: true });
      for (const each of taken) begin(job, each);
    }
  }

  function begin(job: JobDefinition, { id, data, retryCount }: PgBoss.JobWithMetadata<Message>) {
    const held: Running = {
      id,
      name: job.name,
      attempt: retryCount + 1,
      stopper: new AbortController(),
      ended: Promise.resolve(),
    };
    running.set(id, held);
    held.ended = carryOut(job, held, data).finally(() => {
      running.delete(id);
      loop.wake();
    });
  }

  async function carryOut(job: JobDefinition, held: Running, { projectId, input }: Message) {
    const { id, name, attempt, stopper } = held;
    // A long run before this one left a long lease behind.
    if (attempt > 1) await leases.extend([held]).catch(() => undefined);
    const outcome = await runJob(job, input, {
      projectId: projectId ?? undefined,
      attempt,
      signal: stopper.signal,
      log,
    });
    // Handed back or taken over: how it ended is for the other run to say.
    if (stopper.signal.aborted) return;
    if (outcome.kind === 'failed') log.warn({ job: name, id, attempt, err: outcome.error }, 'a job failed');
    await settle(held, outcome);
    onFinished(name, outcome.kind);
  }

  /** Writes down how a run ended, while the lease lasts: after that another server runs it again. */
  async function settle({ id, name, stopper }: Running, outcome: Outcome) {
    const giveUpAtMs = performance.now() + leaseMs;
    while (!stopper.signal.aborted) {
      try {
        if (outcome.kind === 'completed') await boss.complete(name, id);
        else await boss.fail(name, id, { message: outcome.sentence });
        return;
      } catch (error) {
        if (performance.now() > giveUpAtMs) {
          log.warn({ job: name, id, err: error }, 'cannot write down how a job ended; it will run again');
          return;
        }
        await sleep(500);
      }
    }
  }

  async function holdOn() {
    for (const id of running.size > 0 ? await leases.extend([...running.values()]) : []) {
      // Absent: it ended while we asked.
      running.get(id)?.stopper.abort(new Error('another server took the job over'));
    }
  }

  const complain = complainOnce(log);
  const loop = repeatedly(takeDue, pollMs, complain);
  const holding = repeatedly(holdOn, leaseMs / 3, complain);
  // First our own, which a machine that slept may have let lapse.
  const reclaiming = repeatedly(() => holdOn().then(leases.reclaim), leaseMs / 2, complain);

  return {
    wake: loop.wake,
    async stop(graceMs: number) {
      stopped = true;
      const drained = async () => {
        await Promise.all([loop.stop(), reclaiming.stop()]);
        await Promise.all([...running.values()].map(({ ended }) => ended));
      };
      await withinTime(drained(), graceMs).catch(() => undefined);
      void holding.stop();
      const rest = [...running.values()];
      for (const { stopper } of rest) stopper.abort(new Error('the server stops'));
      if (rest.length === 0) return;
      log.info({ jobs: rest.map(({ name, id }) => ({ name, id })) }, 'hands back jobs that are under way');
      await withinTime(leases.handBack(rest), 1_000).catch(complain);
    },
  };
}

interface Message {
  projectId: string | null;
  input: unknown;
}

/** An outage is one line, not one per attempt. */
function complainOnce(log: Pick<Logger, 'warn'>) {
  let quietUntilMs = -Infinity;
  return (error: unknown) => {
    if (performance.now() < quietUntilMs) return;
    quietUntilMs = performance.now() + 30_000;
    log.warn({ err: error }, 'the queue cannot reach its database; it tries again');
  };
}

/** Does a task again and again, never twice at once; sooner when woken. A failure ends nothing. */
function repeatedly(task: () => Promise<void>, everyMs: number, onError: (error: unknown) => void) {
  let stopped = false;
  let isWanted = true;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> | undefined;

  async function run() {
    while (isWanted && !stopped) {
      isWanted = false;
      await task().catch(onError);
    }
    turn = undefined;
    if (!stopped) timer = setTimeout(wake, everyMs);
  }
  function wake() {
    isWanted = true;
    if (turn || stopped) return;
    clearTimeout(timer);
    turn = run();
  }
  wake();

  return {
    wake,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}
