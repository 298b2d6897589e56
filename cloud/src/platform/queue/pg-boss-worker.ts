import type { Logger } from 'pino';
import type PgBoss from 'pg-boss';
import type { Database } from '../db/database.ts';
import { withinTime } from '../within-time.ts';
import { placesOfOneKind, type JobDefinition } from './job.ts';
import type { Held, Leases } from './pg-boss-leases.ts';
import { completeAll, takeDue, type Taken } from './pg-boss-take.ts';
import { complainOnce, repeatedly } from './repeatedly.ts';
import { runJob, type Outcome } from './run-job.ts';

interface Options {
  database: Database;
  boss: PgBoss;
  leases: Leases;
  leaseMs: number;
  /** Jobs of all kinds at once; requests share the connections with them. */
  workers: number;
  log: Pick<Logger, 'info' | 'warn'>;
  onFinished: (name: string, outcome: Outcome['kind']) => void;
}

interface Running extends Held {
  stopper: AbortController;
  /** How the run ended, and until when that may be written down: after that another server runs it again. */
  outcome?: Outcome & { giveUpAtMs: number };
  settled: () => void;
  gone: Promise<void>;
}

/** One question for all jobs, when nothing has woken us: other servers' messages, retries, and what starts later. */
const pollMs = 2_000;
const settleAgainMs = 500;

/** Runs the jobs that are due, so many at a time, and holds on to them until it is written down how they ended. */
export function startWorker(jobs: ReadonlyMap<string, JobDefinition>, options: Options) {
  const { database, boss, leases, leaseMs, workers, log, onFinished } = options;
  const held = new Map<string, Running>();
  let stopped = false;
  let turn = 0;

  const underWay = () => [...held.values()].filter(({ outcome }) => !outcome);

  /** What may be taken. A run that has ended makes room before that is written down, as long as writing keeps pace. */
  function room() {
    const running = underWay();
    const counts = new Map<string, number>();
    for (const { name } of running) counts.set(name, (counts.get(name) ?? 0) + 1);
    const free = Math.min(workers - running.length, 2 * workers - held.size);
    const open = [...jobs.values()]
      .map(({ name, concurrency = 1 }) => {
        const most = Math.min(concurrency, placesOfOneKind(workers, jobs.size));
        return { name, free: Math.min(most - (counts.get(name) ?? 0), free) };
      })
      .filter((each) => each.free > 0);
    // Another one first each time, so that a flood of one job starves no other.
    const first = open.length > 0 ? turn++ % open.length : 0;
    return { free, open: [...open.slice(first), ...open.slice(0, first)] };
  }

  async function take() {
    const { free, open } = room();
    if (stopped || open.length === 0) return;
    const taken = await takeDue(database, open, free);
    for (const each of taken) begin(jobs.get(each.name)!, each);
    if (taken.length === free) taking.wake();
  }

  function begin(job: JobDefinition, { id, name, data, retryCount }: Taken) {
    let settled = () => {};
    const gone = new Promise<void>((resolve) => (settled = resolve));
    const run: Running = { id, name, attempt: retryCount + 1, stopper: new AbortController(), settled, gone };
    held.set(id, run);
    void carryOut(job, run, data);
  }

  async function carryOut(job: JobDefinition, run: Running, { projectId, input }: Taken['data']) {
    const { id, name, attempt, stopper } = run;
    // A long run before this one left a long lease behind.
    if (attempt > 1) await leases.extend([run]).catch(() => undefined);
    const outcome = await runJob(job, input, {
      projectId: projectId ?? undefined,
      attempt,
      signal: stopper.signal,
      log,
    });
    run.outcome = { ...outcome, giveUpAtMs: performance.now() + leaseMs };
    if (outcome.kind === 'failed' && !stopper.signal.aborted)
      log.warn({ job: name, id, attempt, err: outcome.error }, 'a job failed');
    settling.wake();
    taking.wake();
  }

  /** Writes down how runs ended, those that completed together. */
  async function settle() {
    const ended = [...held.values()].filter(({ outcome }) => outcome);
    // Handed back or taken over: how it ended is for the other run to say.
    ended.filter(({ stopper }) => stopper.signal.aborted).forEach(release);
    const mine = ended.filter(({ stopper }) => !stopper.signal.aborted);
    try {
      const completed = mine.filter(({ outcome }) => outcome!.kind === 'completed');
      if (completed.length > 0) await completeAll(database, completed);
      completed.forEach(report);
      for (const run of mine) {
        if (run.outcome!.kind !== 'failed') continue;
        await boss.fail(run.name, run.id, { message: run.outcome!.sentence });
        report(run);
      }
    } catch (error) {
      for (const run of mine) {
        if (!held.has(run.id) || performance.now() <= run.outcome!.giveUpAtMs) continue;
        log.warn({ job: run.name, id: run.id, err: error }, 'cannot write down how a job ended; it will run again');
        release(run);
      }
    }
  }

  function report(run: Running) {
    release(run);
    onFinished(run.name, run.outcome!.kind);
  }

  function release(run: Running) {
    held.delete(run.id);
    run.settled();
    // Room that was kept back while writing was behind.
    if (held.size >= workers) taking.wake();
  }

  async function holdOn() {
    for (const id of held.size > 0 ? await leases.extend([...held.values()]) : []) {
      // Absent: it ended while we asked.
      held.get(id)?.stopper.abort(new Error('another server took the job over'));
    }
  }

  const complain = complainOnce(log, 'the queue cannot reach its database; it tries again');
  const settling = repeatedly(settle, settleAgainMs, complain);
  const taking = repeatedly(take, pollMs, complain);
  const holding = repeatedly(holdOn, leaseMs / 3, complain);
  // First our own, which a machine that slept may have let lapse.
  const reclaiming = repeatedly(() => holdOn().then(leases.reclaim), leaseMs / 2, complain);

  return {
    wake: taking.wake,
    async stop(graceMs: number) {
      stopped = true;
      const drained = async () => {
        await Promise.all([taking.stop(), reclaiming.stop()]);
        await Promise.all([...held.values()].map(({ gone }) => gone));
      };
      await withinTime(drained(), graceMs).catch(() => undefined);
      void holding.stop();
      const rest = [...held.values()];
      for (const { stopper } of rest) stopper.abort(new Error('the server stops'));
      void settling.stop();
      if (rest.length === 0) return;
      log.info({ jobs: rest.map(({ name, id }) => ({ name, id })) }, 'hands back jobs that are under way');
      await withinTime(leases.handBack(rest), 1_000).catch(complain);
    },
  };
}
