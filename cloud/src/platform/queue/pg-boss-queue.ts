import { sql } from 'kysely';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Tx } from '../db/database.ts';
import { messageFor, mustBeRunnable, type JobDefinition } from './job.ts';
import { leases } from './pg-boss-leases.ts';
import { recordColumns, recordsOf } from './pg-boss-rows.ts';
import { knownSchedules } from './pg-boss-schedules.ts';
import { installBoss, oneAtATime } from './pg-boss-schema.ts';
import { startWorker } from './pg-boss-worker.ts';
import { sendOccurrences } from './schedule.ts';
import type { Queue, SendOptions } from './queue.ts';

interface Options {
  database: Database;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
  /** How long a job stays with a server that no longer answers. */
  leaseMs?: number;
  /** Jobs of all kinds at once in this process. */
  workers?: number;
}

/** The embedded engine: pg-boss in the database that everything else is in, with workers in this process. */
export async function openPgBossQueue({
  database,
  clock,
  log,
  leaseMs = 30_000,
  workers = 4,
}: Options): Promise<Queue> {
  const boss = await installBoss(database);
  const holds = leases(database, boss, leaseMs);
  const jobs = new Map<string, JobDefinition>();
  let scheduled: Awaited<ReturnType<typeof knownSchedules>> = [];
  let worker: ReturnType<typeof startWorker> | undefined;
  let ticking: NodeJS.Timeout | undefined;

  const wake = () => worker?.wake();

  async function send<I>(job: JobDefinition<I>, input: I, { tx, ...options }: SendOptions = {}) {
    if (!jobs.has(job.name)) throw new Error(`the job "${job.name}" is not defined`);
    const message = messageFor(job, input);
    const insert = async (within: Tx) => {
      // What starts later is found when it is due.
      if (!options.startAfter || options.startAfter.getTime() <= clock()) within.afterCommit(wake);
      return insertJob(within, job, message, options);
    };
    return tx ? insert(tx) : database.asSystem(insert);
  }

  async function insertJob(
    { sql: trx }: Tx,
    { name, retries }: Pick<JobDefinition, 'name' | 'retries'>,
    message: unknown,
    { projectId, onceKey, startAfter }: Omit<SendOptions, 'tx'>,
  ) {
    const { rows } = await sql<{ id: string }>`
      select send_job(
        ${uuidv7()}::uuid, ${name}, ${projectId ?? null}, ${JSON.stringify(message)}::jsonb, ${onceKey ?? null},
        ${startAfter ?? null}::timestamptz, ${retries.limit}::int, ${retries.delayS}::int,
        ${retries.backoff === 'exponential'}::boolean, ${`${leaseMs} milliseconds`}::interval
      ) as id`.execute(trx);
    return rows[0]!.id;
  }

  const records = async (rest: string, parameters: unknown[]) =>
    recordsOf(
      (
        await database.execute(
          `select ${recordColumns} from pgboss.job where data->>'projectId' = $1 ${rest}`,
          parameters,
        )
      ).rows,
    );

  const tick = () =>
    sendOccurrences(scheduled, clock(), (job, onceKey) => send(job, {}, { onceKey })).catch((error: unknown) =>
      log.warn({ err: error }, 'cannot send a scheduled job yet'),
    );

  return {
    engine: 'pg-boss',

    async define(given) {
      given.forEach(mustBeRunnable);
      const { rows } = await database.execute('select name from pgboss.queue');
      const known = new Set(rows.map(({ name }) => name));
      const unknown = given.filter(({ name }) => !known.has(name));
      if (unknown.length > 0) {
        await oneAtATime(database, async () => {
          for (const { name } of unknown) await boss.createQueue(name);
        });
      }
      for (const job of given) jobs.set(job.name, job);
      scheduled = await knownSchedules(boss, jobs.values());
    },

    async work({ onFinished } = { onFinished: () => undefined }) {
      if (!database.shared) await holds.reclaimAll();
      worker = startWorker(jobs, { database, boss, leases: holds, leaseMs, workers, log, onFinished });
      await tick();
      ticking = setInterval(() => void tick(), 10_000);
    },

    send,

    list: (projectId, { before, limit }) =>
      records('and ($2::uuid is null or id < $2) order by id desc limit $3', [projectId, before ?? null, limit]),

    find: async (projectId, id) => (await records('and id = $2', [projectId, id]))[0],

    async retry(projectId, id) {
      const [job] = await records("and id = $2 and state = 'failed'", [projectId, id]);
      if (!job) return false;
      await boss.retry(job.name, id);
      wake();
      return true;
    },

    async forget({ completed, failed }) {
      const { rows } = await database.execute(
        `with gone as (
          delete from pgboss.job where (state = 'completed' and completed_on < $1) or (state = 'failed' and completed_on < $2)
          returning 1
        ) select count(*)::int as n from gone`,
        [completed, failed],
      );
      return Number(rows[0]!['n']);
    },

    ping: async () => {
      await database.execute('select version from pgboss.version');
    },

    async stop({ graceMs }) {
      clearInterval(ticking);
      await worker?.stop(graceMs);
    },
  };
}
