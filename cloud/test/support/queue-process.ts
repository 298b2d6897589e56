import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { openDatabase, type DatabaseChoice } from '../../src/platform/db/open.ts';
import { openServer, type QStashService } from './qstash-world.ts';
import { aJob, openPgBoss } from './queue.ts';

/** A server process with one job, which notes each begin and end in a file that outlives it. */
const { choice, name, file, holdMs, limit, leaseMs, service } = JSON.parse(process.argv[2] ?? '') as {
  choice: DatabaseChoice;
  name: string;
  file: string;
  /** How long a run takes. */
  holdMs: number;
  limit: number;
  leaseMs: number;
  /** Absent for pg-boss. */
  service?: QStashService;
};

const note = (what: string, text: string) => appendFileSync(file, `${what} ${text} ${process.pid}\n`);
const database = await openDatabase(choice, { clock: Date.now, log: pino({ level: 'silent' }) });
const job = aJob({
  name,
  concurrency: 2,
  retries: { limit, delayS: 0, backoff: 'fixed' },
  async run({ text }) {
    note('begin', text);
    await sleep(holdMs);
    note('end', text);
  },
});
const server = service && (await openServer(database, service, Date.now, leaseMs));
const queue = server?.queue ?? (await openPgBoss(database, { leaseMs }));
await queue.define([job]);
await queue.work();
process.stdout.write(`working ${server?.url ?? ''}\n`);
