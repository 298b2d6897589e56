import { randomUUID } from 'node:crypto';
import type { Database } from '../../cloud/src/platform/db/database.ts';
import { openDatabase } from '../../cloud/src/platform/db/open.ts';
import { foldOutcomes } from '../../cloud/src/features/portfolio/learn/fold.ts';
import { rebuildCells } from '../../cloud/src/features/portfolio/learn/rebuild.ts';
import { freshDatabase, startPostgres } from '../../test/support/postgres.ts';
import { makeProject } from '../evals/made-project.ts';
import { interleave, median, ratioOf } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';

const many = 1_000_000;
const few = 10_000;
const rounds = 5;
const arrivingAtOnce = 500;
const arrivals = 4;
/** Of a statement that lays outcomes down. */
const atOnce = 50_000;

const rebuilding = `cells of ${many.toLocaleString('en')} outcomes`;
const reading = 'the same outcomes read by the database alone';
const addingToMany = `${arrivingAtOnce} more on ${many.toLocaleString('en')}`;
const addingToFew = `${arrivingAtOnce} more on ${few.toLocaleString('en')}`;

/** On PostgreSQL: everything counted anew, and what counting a few more costs with much and with little there. */
export const portfolioRebuild: Entry = {
  title: `Cells made again from ${many.toLocaleString('en')} outcomes on PostgreSQL, and a few more counted`,
  lasts: 'three minutes',
  async run() {
    const { adminUrl, stop } = await startPostgres();
    try {
      const surroundings = { clock: Date.now, log: { info: () => undefined, warn: () => undefined } };
      const database = await openDatabase({ url: (await freshDatabase(adminUrl)).url }, surroundings);
      try {
        return await measure(database);
      } finally {
        await database.close();
      }
    } finally {
      await stop();
    }
  },
};

async function measure(database: Database) {
  const large = await makeOutcomes(database, many);
  const small = await makeOutcomes(database, few);
  await rebuild(database, small);
  await database.execute('analyze');
  const contenders = [
    { name: rebuilding, sample: () => rebuild(database, large) },
    { name: reading, sample: () => readAlone(database, large) },
  ];
  const whole = await interleave(contenders, rounds);
  const more = await interleave(
    [
      { name: addingToMany, sample: () => fold(database, large) },
      { name: addingToFew, sample: () => fold(database, small) },
    ],
    rounds,
  );
  const best = Math.min(...whole.of(rebuilding));
  return {
    referenceNs: [...whole.referenceNs, ...more.referenceNs],
    tables: [
      {
        title: 'Everything anew',
        unit: 's',
        better: 'less' as const,
        base: reading,
        rows: [rebuilding, reading].map((name) => ({ name, samples: whole.of(name) })),
      },
      {
        title: 'Counting what has arrived',
        unit: 'ms',
        better: 'less' as const,
        base: addingToFew,
        rows: [addingToMany, addingToFew].map((name) => ({ name, samples: more.of(name) })),
      },
    ],
    notes: [
      `12 models, 60 kinds of task, 40 repositories; of four tasks three have one attempt and one has two.`,
      `${((1_000 * median(more.of(addingToMany))) / arrivingAtOnce).toFixed(0)} us an outcome on top of ${many.toLocaleString('en')}.`,
    ],
    bars: [
      { what: `${rebuilding}, best of ${rounds}`, actual: best, kind: 'at most' as const, limit: 10, unit: 's' },
      {
        what: 'counting a few more, with much there against little',
        actual: ratioOf(more.of(addingToMany), more.of(addingToFew)),
        kind: 'at most' as const,
        limit: 1.5,
        unit: 'x',
      },
    ],
  };
}

const dependencies = (database: Database) => ({
  database,
  events: { append: async () => 0 },
  wantRebuild: async () => undefined,
  log: { warn: () => undefined },
});

async function rebuild(database: Database, projectId: string): Promise<number> {
  await database.execute(
    `insert into portfolio_state (project_id, rebuild_wanted_at) values ($1, now())
     on conflict (project_id) do update set rebuild_wanted_at = now()`,
    [projectId],
  );
  const startedMs = performance.now();
  const { signal } = new AbortController();
  if (!(await rebuildCells(dependencies(database), { projectId, signal }))) throw new Error('nothing was rebuilt');
  return (performance.now() - startedMs) / 1_000;
}

async function readAlone(database: Database, projectId: string): Promise<number> {
  const startedMs = performance.now();
  await database.execute(
    `select count(*), sum(cost_usd), sum(time_ms) from (
       select * from outcome where project_id = $1 order by task_id, id
     ) as outcome group by model, task_type, language, complexity, repo_id`,
    [projectId],
  );
  return (performance.now() - startedMs) / 1_000;
}

/** So many folds of new outcomes; milliseconds each. */
async function fold(database: Database, projectId: string): Promise<number> {
  let tookMs = 0;
  for (let arrival = 0; arrival < arrivals; arrival++) {
    await insertOutcomes(database, projectId, arrivingAtOnce);
    await database.execute(
      `insert into outcome_pending (outcome_id, project_id)
       select id, project_id from outcome where project_id = $1 order by received_at desc, id desc limit ${arrivingAtOnce}`,
      [projectId],
    );
    const startedMs = performance.now();
    const counted = await foldOutcomes(dependencies(database), { projectId });
    tookMs += performance.now() - startedMs;
    if (counted !== arrivingAtOnce) throw new Error(`${counted} were counted, expected ${arrivingAtOnce}`);
  }
  return tookMs / arrivals;
}

async function makeOutcomes(database: Database, count: number): Promise<string> {
  const projectId = await makeProject(database);
  for (let made = 0; made < count; made += atOnce)
    await insertOutcomes(database, projectId, Math.min(atOnce, count - made));
  return projectId;
}

const insertOutcomes = (database: Database, projectId: string, count: number) =>
  database.execute(
    `insert into outcome (id, project_id, source, content_hash, at, received_at, attempt, cost_usd, time_ms, outcome, model,
       task_type, task_id, repo_id, language, complexity)
     select gen_random_uuid(), $1, 'portfolio', '', now() - random() * interval '30 days', clock_timestamp(),
       case when i % 5 = 4 then 2 else 1 end, exp(-3 + 2 * random()), 60000 * (.5 + random()),
       case when random() < .65 then 'solved' else 'failed' end, 'model-' || 1 + (random() * 11)::int,
       (array['refactor', 'bugfix', 'feature', 'test', 'docs'])[1 + i % 5],
       -- The fifth is the second attempt at the task of the fourth.
       $3::text || case when i % 5 = 4 then i - 1 else i end, 'acme/repo-' || i % 40,
       (array['typescript', 'python', 'go', 'rust'])[1 + i % 4], (array['low', 'medium', 'high'])[1 + i % 3]
     from generate_series(0, $2::int - 1) as i`,
    [projectId, count, `${randomUUID()}-`],
  );
