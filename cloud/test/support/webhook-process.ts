import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { inProcessCache } from '../../src/platform/cache/in-process.ts';
import { openDatabase, type DatabaseChoice } from '../../src/platform/db/open.ts';
import { openEvents } from '../../src/platform/events/open.ts';
import { openOutbound } from '../../src/platform/outbound/guarded-fetch.ts';
import { openPgBossQueue } from '../../src/platform/queue/pg-boss-queue.ts';
import { makeProject } from './projects.ts';
import { tellingBy } from './tell-webhooks.ts';

/** A server process that makes deliveries. With a URL it makes a project with a webhook there first and tells it something. */
const { choice, url } = JSON.parse(process.argv[2] ?? '') as { choice: DatabaseChoice; url?: string };

const surroundings = { clock: Date.now, log: pino({ level: 'silent' }) };
const database = await openDatabase(choice, surroundings);
// The jobs of the dead are soon taken over, so that nobody waits for them.
const queue = await openPgBossQueue({ database, ...surroundings, leaseMs: 1_500 });
const { app, work } = buildApp({
  ...surroundings,
  database,
  events: openEvents({ database, directUrl: choice.url, ...surroundings }),
  queue,
  cache: inProcessCache(surroundings),
  outbound: openOutbound({ allow: ['127.0.0.1'], ports: [80, 443], userAgent: 'Whetstone' }),
  embeddings: undefined,
  vectors: undefined,
  version: '0.0.0',
  keep: { usageDays: 400, exposureDays: 90 },
  say: () => undefined,
  publicUrl: undefined,
  sessionSecret: 'a fake secret that signs the cookies of tests',
  dashboardDir: 'no-dashboard',
  evals: { datasetsDir: 'no-datasets', reposDirs: [], cacheDir: 'no-cache', openai: {}, e2b: {} },
  knowledge: { docDirs: [], modulesDirs: [], registryUrl: 'http://127.0.0.1:1' },
});
await app.ready();

if (url !== undefined) {
  const projectId = await makeProject(database);
  await database.execute(
    `insert into webhook (id, project_id, url, events, secret, created_at) values ($1, $1, $2, '[]', 'whsec_ZmFrZQ==', now())`,
    [projectId, url],
  );
  await database.asProject(projectId, (tx) => tellingBy(queue)(tx, 'rollback.done', { flag: 'x' }));
}
await work();
process.stdout.write('working\n');

for await (const line of createInterface(process.stdin)) {
  if (line !== 'deliveries') continue;
  const states = () => database.execute('select state, attempts from webhook_delivery');
  while ((await states()).rows.some(({ state }) => state === 'waiting')) await sleep(20);
  process.stdout.write(
    `${(await states()).rows.map(({ state, attempts }) => `${String(state)} ${String(attempts)}`).join(',')}\n`,
  );
}
