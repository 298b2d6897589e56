import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { learnJobs } from '../../src/features/portfolio/learn/jobs.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { inlineQueue } from './inline-queue.ts';
import { silentLog } from './silent-log.ts';
import type { TestApp } from './app.ts';

/** What is known of a project, in an order of its own: sums are rounded, since they depend on the order of what was added. */
export function learnedOf(database: Pick<Database, 'asSystem'>, projectId: string) {
  return database.asSystem(async ({ sql: trx }) => {
    const cells = await trx.selectFrom('portfolio_cell').selectAll().where('project_id', '=', projectId).execute();
    const rescues = await trx.selectFrom('portfolio_rescue').selectAll().where('project_id', '=', projectId).execute();
    // A damaged row stands as it is.
    const amounts = (json: (typeof cells)[number]['cost']) =>
      Array.isArray(json.buckets)
        ? { n: json.n, sum: rounded(json.sum), buckets: json.buckets.toSorted(([a], [b]) => a - b) }
        : json;
    const inOrder = <T extends object>(rows: T[]) =>
      rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return {
      cells: inOrder(
        cells.map(({ project_id: _, cost, time, ...cell }) => ({ ...cell, cost: amounts(cost), time: amounts(time) })),
      ),
      rescues: inOrder(
        rescues.map(({ project_id: _, cost_sum, ...rescue }) => ({ ...rescue, cost_sum: rounded(cost_sum) })),
      ),
    };
  });
}

const rounded = (sum: number) => Math.round(sum * 1e6) / 1e6;

/** The learning part on a server's database, whose messages are delivered twice when a test says so. */
export function learningOn({ database, events }: Pick<TestApp, 'database' | 'events'>) {
  const queue = inlineQueue();
  const learn = learnJobs({ database, events, queue, log: silentLog });
  const jobOf = (name: string) => learn.jobs.find((job) => job.name === `portfolio.${name}`)!;
  const run = (name: string, projectId: string) =>
    jobOf(name).run(jobOf(name).input.parse({ projectId }), {
      projectId: undefined,
      attempt: 1,
      signal: new AbortController().signal,
      log: silentLog,
    });
  return { ...learn, queue, run };
}

/** Solved and failed tries of a model without a task, from before the product was asked: as many rows as a test needs. */
export async function layOutcomes(
  database: Pick<Database, 'asSystem'>,
  projectId: string,
  outcomes: { model: string; solved: boolean; at: Date; taskType?: string }[],
): Promise<void> {
  const ids = outcomes.map(({ at }) => uuidv7({ msecs: at.getTime() }));
  await database.asSystem(async ({ sql: trx }) => {
    await sql`
      insert into outcome (id, project_id, source, content_hash, at, received_at, outcome, model, task_type)
      select id, ${projectId}::uuid, 'portfolio', decode('00', 'hex'), at, at, outcome, model, task_type from unnest(
        ${ids}::uuid[], ${outcomes.map(({ at }) => at.toISOString())}::timestamptz[],
        ${outcomes.map(({ solved }) => (solved ? 'solved' : 'failed'))}::text[],
        ${outcomes.map(({ model }) => model)}::text[], ${outcomes.map(({ taskType }) => taskType ?? 'fix')}::text[]
      ) as made (id, at, outcome, model, task_type)`.execute(trx);
    await sql`
      insert into outcome_pending (outcome_id, project_id)
      select id, ${projectId}::uuid from unnest(${ids}::uuid[]) as id`.execute(trx);
  });
}
