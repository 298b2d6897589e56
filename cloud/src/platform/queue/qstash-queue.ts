import { Client } from '@upstash/qstash';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { atOnce } from '../at-once.ts';
import type { Database, Tx } from '../db/database.ts';
import { withinTime } from '../within-time.ts';
import { messageFor, mustBeRunnable, placesOfOneKind, type JobDefinition } from './job.ts';
import type { Taken } from './qstash-answers.ts';
import { qstashDeliveries } from './qstash-deliveries.ts';
import { messageRows, type Timing } from './qstash-messages.ts';
import { qstashPublisher } from './qstash-publisher.ts';
import { failurePath, pathOf, qstashRequests } from './qstash-requests.ts';
import { qstashRuns } from './qstash-runs.ts';
import { knownSchedules, syncSchedules } from './qstash-schedules.ts';
import { signatureCheck, type SigningKeys } from './qstash-signature.ts';
import type { Queue, SendOptions } from './queue.ts';
import { complainOnce, repeatedly } from './repeatedly.ts';
import { latestOccurrence, sendOccurrences, type Scheduled } from './schedule.ts';

export interface QStash extends SigningKeys {
  url: string;
  token: string;
}

interface Options {
  database: Database;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
  qstash: QStash;
  /** Where QStash reaches this deployment. */
  publicUrl: string;
  /** Jobs of all kinds at once in this process. */
  workers?: number;
  timing?: Partial<Timing & { sweepMs: number }>;
}

const usualTiming = { leaseMs: 30_000, republishMs: 2 * 3_600_000, backoffMs: 5_000, sweepMs: 15_000 };
/** Schedules that QStash did not deliver are looked for so often, and left to it for so long. */
const upkeepMs = 10 * 60_000;
/** Our clock may be behind that of QStash when it says that it is time. */
const earlyMs = 30_000;
/** Deliveries that wait for their turn in the process: an open request each, and no more. */
const mostWaiting = 500;
const housekeepingTimeoutMs = 15_000;

/**
 * The production engine: messages are rows of our database, which QStash hands out as signed requests to whichever server
 * is there. What a delivery says is only which row; whether and how often it runs is decided on the row.
 */
export async function openQStashQueue(options: Options): Promise<Queue> {
  const { database, clock, log, qstash, publicUrl, workers = 10 } = options;
  const timing = { ...usualTiming, ...options.timing };
  const client = new Client({
    baseUrl: qstash.url,
    token: qstash.token,
    // What fails is published again by the sweep, and the client's own pauses would hold it up.
    retry: false,
    enableTelemetry: false,
    devMode: false,
  });
  const requests = qstashRequests(publicUrl);
  const rows = messageRows(database, timing);
  const jobs = new Map<string, JobDefinition>();
  const inTurn = atOnce({ running: workers, waiting: mostWaiting });
  /** Of each kind. */
  const turns = new Map<string, typeof inTurn>();
  const publisher = qstashPublisher({ client, requests, rows, jobs, log, ...timing });
  let scheduled: Scheduled[] = [];
  let runs: ReturnType<typeof qstashRuns> | undefined;
  let upkeep: ReturnType<typeof repeatedly> | undefined;

  async function send<I>(job: JobDefinition<I>, input: I, { tx, ...options }: SendOptions & Later = {}) {
    if (!jobs.has(job.name)) throw new Error(`the job "${job.name}" is not defined`);
    const message = messageFor(job, input);
    const insert = (within: Tx) => {
      within.afterCommit(publisher.wake);
      const { projectId, onceKey, startAfter, publishAfter } = options;
      return rows.insert(within, job, {
        id: uuidv7(),
        input: message,
        projectId,
        onceKey,
        startAfter,
        ...(publishAfter && { publishAfter }),
      });
    };
    return tx ? insert(tx) : database.asSystem(insert);
  }

  const notWorking: Taken = { kind: 'later', sentence: 'this server takes no jobs now', waitS: 2 };
  const run = async (name: string, id: string): Promise<Taken> => {
    if (!runs) return notWorking;
    const { run: runClaimed } = runs;
    return turns.get(name)!(() => inTurn(() => runClaimed(jobs.get(name)!, id)));
  };

  const keyOf = (dueMs: number) => `scheduled for ${new Date(dueMs).toISOString()}`;

  async function runScheduled(name: string): Promise<Taken> {
    const found = scheduled.find(({ job }) => job.name === name);
    const dueMs = found && latestOccurrence(found.schedule, found.sinceMs, clock() + earlyMs);
    if (!found || dueMs === undefined) return { kind: 'done', sentence: 'nothing is due' };
    // This delivery runs it; only if that comes to nothing is it published.
    const publishAfter = new Date(clock() + upkeepMs);
    const id = await send(found.job, {}, { onceKey: keyOf(dueMs), publishAfter });
    return run(name, id);
  }

  async function givenUp(id: string, publication: number, dlqId: string | undefined) {
    const hasFailed = await rows.givenUp(id, publication, dlqId);
    publisher.wake();
    // What is published again is not for somebody to look at and run once more.
    if (!hasFailed && dlqId !== undefined) await removeDead(dlqId);
  }

  const removeDead = (dlqId: string) =>
    withinTime(client.dlq.delete(dlqId), housekeepingTimeoutMs).then(
      () => undefined,
      // It may be gone already.
      () => undefined,
    );

  const take = qstashDeliveries({
    requests,
    isSigned: signatureCheck(qstash),
    knows: (name) => jobs.has(name),
    run,
    runScheduled,
    givenUp,
    onError: complainOnce(log, 'cannot take what QStash delivers; it will come again'),
  });

  /** At the start what was missed while nobody ran, later what QStash has not delivered in time. */
  function keepUp() {
    const state = { isSynced: false, isFirst: true };
    return async () => {
      const upToMs = state.isFirst ? clock() : clock() - upkeepMs;
      await sendOccurrences(
        scheduled.map((each) => ({ ...each })),
        upToMs,
        (job, onceKey) => send(job, {}, { onceKey }),
      );
      state.isFirst = false;
      if (!state.isSynced) await withinTime(syncSchedules(client, requests, scheduled), housekeepingTimeoutMs);
      state.isSynced = true;
    };
  }

  return {
    get engine() {
      return publisher.isAway() ? 'QStash, which does not answer: messages wait in the database' : 'QStash';
    },
    take,

    async define(given) {
      given.forEach(mustBeRunnable);
      const taken = given.find(({ name }) => pathOf(name) === failurePath || encodeURIComponent(name) !== name);
      if (taken) throw new Error(`the job "${taken.name}" cannot be part of an address`);
      for (const job of given) jobs.set(job.name, job);
      // How many of one kind come at once is QStash's to hold; here it is only that they leave a place.
      const running = placesOfOneKind(workers, jobs.size);
      for (const name of jobs.keys()) turns.set(name, atOnce({ running, waiting: mostWaiting }));
      scheduled = await knownSchedules(database, jobs.values());
    },

    async work({ onFinished } = { onFinished: () => undefined }) {
      if (!database.shared) await rows.reclaim({ all: true });
      runs = qstashRuns({ rows, leaseMs: timing.leaseMs, log, onFinished });
      publisher.wake();
      upkeep = repeatedly(keepUp(), upkeepMs, complainOnce(log, 'cannot bring the schedules of QStash up to date yet'));
    },

    send: (job, input, options) => send(job, input, options),
    list: (projectId, { before, limit }) => rows.list(projectId, before, limit),
    find: (projectId, id) => rows.find(projectId, id),

    async retry(projectId, id) {
      const failed = await rows.retry(projectId, id);
      if (!failed) return false;
      publisher.wake();
      if (failed.dlqId !== null) void removeDead(failed.dlqId);
      return true;
    },

    forget: ({ completed, failed }) => rows.forget(completed, failed),
    // Where messages are kept. QStash may be away for a while: nothing is lost, and `engine` says so.
    ping: database.ping,

    async stop({ graceMs }) {
      await Promise.all([
        withinTime(Promise.all([publisher.stop(), upkeep?.stop()]), 2_000).catch(() => undefined),
        runs?.stop(graceMs),
      ]);
    },
  };
}

interface Later {
  publishAfter?: Date;
}
