import { WhetstoneError } from '@whetstone/shared/errors';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { catalogue, inCatalogue } from '../../src/features/knowledge/catalogue/libraries.ts';
import { ingestRepository } from '../../src/features/knowledge/ingest/repository.ts';
import { nextLook, refreshJob } from '../../src/features/knowledge/ingest/refresh.ts';
import { dayMs } from '../../src/platform/day.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines, silentLog } from '../support/engines.ts';
import { ingestingBy, storedOf } from '../support/ingesting.ts';
import { scriptedSource, type ScriptedSource } from '../support/scripted-source.ts';

const ingestsPerDay = 6;
const web = (path = '') => ({ kind: 'web', url: `https://docs.example/${path}` }) as const;
const never = new AbortController().signal;

describeOnEngines('libraries and their sources', (engine) => {
  const { clock, advance } = testClock();
  let app: TestApp;
  let docs: string;
  let source: ScriptedSource;
  beforeAll(async () => {
    docs = await mkdtemp(join(tmpdir(), 'whetstone-docs-'));
    await mkdir(join(docs, 'ours'));
    app = await startApp(engine, { clock, knowledge: { ingestsPerDay, docDirs: [docs] } });
  });
  afterAll(async () => {
    await app.close();
    await rm(docs, { recursive: true });
  });
  beforeEach(() => {
    source = scriptedSource({ 'a.md': '# A\n\nAll of A.\n', 'b.md': '# B\n\nAll of B.\n' });
  });

  let names = 0;
  const tenant = () => app.otherTenant(`tenant ${names++}`);
  type Tenant = Awaited<ReturnType<typeof tenant>>;
  const agentOf = async ({ client }: Tenant) => app.clientOf(await app.keyWith('agent', client));
  const run = (id: string, projectId: string | undefined) => ingestingBy(app, source, { clock }).run(id, { projectId });
  const versionsOf = async ({ client }: Pick<Tenant, 'client'>, library: string) =>
    (await client.listLibraries({})).items.find((each) => each.library === library)?.versions ?? [];
  const forget = (library: string) =>
    app.database.asSystem(async ({ sql: trx }) => {
      await trx.deleteFrom('knowledge_ingest').where('library', '=', library).where('project_id', 'is', null).execute();
      await trx.deleteFrom('knowledge_version').where('library', '=', library).execute();
    });

  it('are taken from where a project says, at once', async () => {
    const { client, projectId } = await tenant();
    const made = await client.createSource({ library: 'our-docs', source: web() });
    expect(made).toMatchObject({
      library: 'our-docs',
      version: null,
      refresh: 'weekly',
      lastIngest: { status: 'queued', version: 'latest', library: 'our-docs' },
    });
    await run(made.lastIngest!.id, projectId);
    const { items } = await client.listSources({});
    expect(items).toMatchObject([{ id: made.id, lastIngest: { status: 'done', version: '1.0.0' } }]);
    expect(await versionsOf({ client }, 'our-docs')).toMatchObject([{ version: '1.0.0', owner: 'project' }]);
  });

  it('have one source for a version, and are listed page by page', async () => {
    const { client } = await tenant();
    const first = await client.createSource({ library: 'our-docs', version: '1.0.0', source: web() });
    await expect(
      client.createSource({ library: 'our-docs', version: '1.0.0', source: web('other') }),
    ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(first.id) });
    const second = await client.createSource({ library: 'our-docs', version: '2.0.0', source: web() });
    const page = await client.listSources({ limit: 1 });
    expect(page.items.map(({ id }) => id)).toEqual([second.id]);
    const rest = await client.listSources({ limit: 1, cursor: page.nextCursor! });
    expect([rest.items.map(({ id }) => id), rest.nextCursor]).toEqual([[first.id], null]);
    const ingests = await client.listIngests({ limit: 1, library: 'our-docs' });
    const older = await client.listIngests({ limit: 1, library: 'our-docs', cursor: ingests.nextCursor! });
    expect([...ingests.items, ...older.items].map(({ version }) => version)).toEqual(['2.0.0', '1.0.0']);
  });

  it('are created once, however often the same request comes', async () => {
    const { client } = await tenant();
    const input = { library: 'our-docs', source: web() };
    const [one, two] = [
      await client.createSource(input, { idempotencyKey: 'once' }),
      await client.createSource(input, { idempotencyKey: 'once' }),
    ];
    expect(two).toEqual(one);
    const common = { library: 'pino', version: '10.0.0' };
    const started = await client.startIngest(common, { idempotencyKey: 'twice' });
    expect(await client.startIngest(common, { idempotencyKey: 'twice' })).toEqual(started);
    await forget('pino');
  });

  it('keep what was taken when a source goes, unless its docs are to go too', async () => {
    const { client, projectId } = await tenant();
    const kept = await client.createSource({ library: 'kept', source: web() });
    const gone = await client.createSource({ library: 'gone', source: web() });
    for (const { lastIngest } of [kept, gone]) await run(lastIngest!.id, projectId);
    await client.deleteSource({ id: kept.id });
    await client.deleteSource({ id: gone.id, docs: true });
    expect(await versionsOf({ client }, 'kept')).toHaveLength(1);
    expect(await versionsOf({ client }, 'gone')).toEqual([]);
    expect(await storedOf(app, 'gone')).toBeUndefined();
    await expect(client.deleteSource({ id: gone.id })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('end what is under way from a source that is deleted', async () => {
    const { client, projectId } = await tenant();
    const { id, lastIngest } = await client.createSource({ library: 'our-docs', source: web() });
    await client.deleteSource({ id });
    await run(lastIngest!.id, projectId);
    expect((await client.listIngests({})).items).toMatchObject([{ status: 'cancelled', step: 'cancelled' }]);
    expect(source.opened).toEqual([]);
  });

  it('are read from folders of the server only where it says so', async () => {
    const { client } = await tenant();
    const of = (path: string) =>
      ({ library: 'our-docs', version: '1.0.0', source: { kind: 'directory', path } }) as const;
    for (const path of ['/etc', join(docs, '..')]) {
      const refused = { code: 'forbidden', errors: [{ path: 'source.path' }] };
      await expect(client.createSource(of(path))).rejects.toMatchObject(refused);
      await expect(client.startIngest(of(path))).rejects.toMatchObject(refused);
    }
    await expect(client.startIngest(of(join(docs, 'nowhere')))).rejects.toMatchObject({ code: 'not_found' });
    expect(await client.startIngest(of(join(docs, 'ours')))).toMatchObject({ status: 'queued' });
  });

  it('of the catalogue go into the corpus that all see, from the source that the catalogue knows', async () => {
    const [one, two] = [await tenant(), await tenant()];
    const wanted = { library: 'nodejs', version: '24.1.0' };
    const asked = await (await agentOf(one)).startIngest(wanted);
    expect(asked).toMatchObject({
      library: 'node',
      source: { kind: 'web', url: 'https://nodejs.org/docs/v24.1.0/api/' },
    });
    expect((await two.client.startIngest(wanted)).id).toBe(asked.id);
    source.pages = { 'fs.md': '# File system\n', 'http.md': '# HTTP\n' };
    await run(asked.id, undefined);
    for (const { client } of [one, two])
      expect(await versionsOf({ client }, 'node')).toMatchObject([
        {
          version: '24.1.0',
          owner: 'public',
          provenance: 'official-site',
          coverage: { expected: 52, found: 2, missing: ['stream'] },
        },
      ]);
    await forget('node');
  });

  it('that a search misses are fetched by the name that the catalogue has for them', async () => {
    const { client } = await tenant();
    const { ingest } = await client.searchKnowledge({ query: 'read a file', library: 'nodejs', version: '24.2.0' });
    const { items } = await client.listIngests({ library: 'node' });
    expect(items.find(({ version }) => version === '24.2.0')).toMatchObject({ id: ingest!.id, library: 'node' });
  });

  it('of a project stand before those of the same name that all see', async () => {
    const [own, other] = [await tenant(), await tenant()];
    const common = await other.client.startIngest({ library: 'undici', version: '1.0.0' });
    await run(common.id, undefined);
    const { lastIngest } = await own.client.createSource({ library: 'undici', version: '1.0.0', source: web() });
    await run(lastIngest!.id, own.projectId);
    expect(await versionsOf(own, 'undici')).toMatchObject([{ owner: 'project', provenance: 'project' }]);
    expect(await versionsOf(other, 'undici')).toMatchObject([{ owner: 'public' }]);
    await forget('undici');
  });

  it('that nobody knows need a source, which an agent may not name', async () => {
    const of = await tenant();
    const agent = await agentOf(of);
    await expect(agent.startIngest({ library: 'whatever', version: '1.0.0' })).rejects.toMatchObject({
      code: 'invalid',
      errors: [{ path: 'source', message: expect.stringContaining('"whatever"') }],
    });
    await expect(agent.startIngest({ library: 'react', version: '19.0.0', source: web() })).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('editor'),
    });
    for (const library of ['whatever', 'react']) expect((await of.client.listIngests({ library })).items).toEqual([]);
  });

  it('say why nothing could be had of them, until something can', async () => {
    const { client } = await tenant();
    const reason = async () =>
      (await client.listLibraries({})).items.find(({ library }) => library === 'prisma')!.catalogue!.reason;
    expect(await reason()).toBeNull();
    const wanted = { library: 'prisma', version: '7.0.0' };
    source.refusal = new WhetstoneError('forbidden', 'robots.txt forbids it');
    await run((await client.startIngest(wanted)).id, undefined);
    expect(await reason()).toBe('robots.txt forbids it');
    source.refusal = undefined;
    await run((await client.startIngest(wanted)).id, undefined);
    expect(await reason()).toBeNull();
    await forget('prisma');
  });

  it('from where this server may not go say so', { timeout: 120_000 }, async () => {
    const of = await startApp(engine);
    await of.work();
    await of.admin.startIngest({
      library: 'our-docs',
      version: '1.0.0',
      source: { kind: 'web', url: 'http://10.0.0.1/docs/', maxPages: 1 },
    });
    await expect
      .poll(async () => (await of.admin.listIngests({})).items.map(({ failure }) => failure), { timeout: 60_000 })
      .toEqual([expect.stringContaining('10.0.0.1')]);
    await of.close();
  });

  it('are taken within the budget of a day', async () => {
    const { client } = await tenant();
    for (let n = 0; n < ingestsPerDay; n++)
      await client.startIngest({ library: `our-${n}`, version: '1.0.0', source: web() });
    const more = { library: 'more', version: '1.0.0', source: web() };
    await expect(client.startIngest(more)).rejects.toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining(`${ingestsPerDay} ingests today`),
    });
    await expect(client.startIngest({ library: 'fastify', version: '5.0.0' })).rejects.toMatchObject({
      code: 'rate_limited',
    });
    // What is under way costs nothing.
    await client.startIngest({ library: 'our-0', version: '1.0.0', source: web() });
    advance(dayMs);
    expect(await client.startIngest(more)).toMatchObject({ status: 'queued' });
  });

  it("show a tenant nothing of another's", async () => {
    const [one, two] = [await tenant(), await tenant()];
    const { id, lastIngest } = await one.client.createSource({ library: 'secret', source: web() });
    await run(lastIngest!.id, one.projectId);
    expect(await versionsOf(two, 'secret')).toEqual([]);
    expect((await two.client.listSources({})).items).toEqual([]);
    expect((await two.client.listIngests({})).items.filter(({ library }) => library === 'secret')).toEqual([]);
    await expect(two.client.deleteSource({ id, docs: true })).rejects.toMatchObject({ code: 'not_found' });
    expect(await versionsOf(one, 'secret')).toHaveLength(1);
    const seen = await app.database.asProject(two.projectId, async ({ sql: trx }) => {
      const count = (table: 'knowledge_version') =>
        trx.selectFrom(table).selectAll().where('project_id', 'is not', null).execute();
      const tables = ['version', 'page', 'text', 'segment', 'taken', 'ingest', 'source', 'asked'];
      const found = [];
      for (const table of tables) found.push(...(await count(`knowledge_${table}` as 'knowledge_version')));
      return found;
    });
    expect(seen).toEqual([]);
  });

  it('let no project write what all see', async () => {
    const { projectId } = await tenant();
    const wanted = { owner: null, library: 'react', version: '1.0.0', source: web() } as const;
    await expect(
      app.database.asProject(projectId, (tx) =>
        ingestRepository.insert(tx, { ...wanted, source: { ...web(), maxPages: 1 } }),
      ),
    ).rejects.toThrow('row-level security');
  });

  it('are looked at again after a week: sources that are due, and what of the common corpus is in use', async () => {
    const { client, projectId } = await tenant();
    const weekly = await client.createSource({ library: 'weekly', source: web() });
    const once = await client.createSource({ library: 'once', source: web(), refresh: 'never' });
    for (const { lastIngest } of [weekly, once]) await run(lastIngest!.id, projectId);
    for (const library of ['vite', 'vitest']) {
      const { id } = await client.startIngest({ library, version: '1.0.0' });
      await run(id, undefined);
    }
    const { version: used } = (await storedOf(app, 'vite'))!;
    const sent: (string | undefined)[] = [];
    const job = refreshJob({
      database: app.database,
      random: () => 0.5,
      sourceOf: (library, version) => inCatalogue(library)?.sourceOf(version),
      start: {
        again: async (tx, owner, wanted, startAfter) => {
          expect(startAfter.getTime()).toBeGreaterThan(clock());
          const row = await ingestRepository.insert(tx, { owner, ...wanted });
          if (owner === null || owner === projectId) sent.push(row?.library);
          return row;
        },
      },
    });
    const look = () => job.run({}, { projectId: undefined, attempt: 1, signal: never, log: silentLog });

    await look();
    expect(sent).toEqual([]);
    advance(8 * dayMs);
    await app.database.asSystem(({ sql: trx, now }) =>
      trx
        .insertInto('knowledge_served')
        .values({
          project_id: projectId,
          citation_id: 'c',
          version_id: used.id,
          library: 'vite',
          version: '1.0.0',
          path: 'a.md',
          start_line: 1,
          end_line: 3,
          content_hash: 'h',
          served: 1,
          first_at: now,
          last_at: now,
        })
        .execute(),
    );
    await look();
    expect(new Set(sent)).toEqual(new Set(['vite', 'weekly']));
    // Once is enough, however often the hour comes.
    await look();
    expect(sent).toHaveLength(2);
    const { items } = await client.listSources({});
    expect(items.find(({ id }) => id === weekly.id)).toMatchObject({ lastIngest: { status: 'queued' } });
    await forget('vite');
    await forget('vitest');
  });
});

it('the next look at a source is a week on, and not at the same minute for all', () => {
  const now = new Date('2026-03-02T00:00:00Z');
  expect(nextLook(now, () => 0).toISOString()).toBe('2026-03-09T00:00:00.000Z');
  expect(nextLook(now, () => 0.5).toISOString()).toBe('2026-03-09T06:00:00.000Z');
});

it('the catalogue knows each library by one name, and other names for it by none but its own', () => {
  const named = catalogue.flatMap(({ library, aliases }) => [library, ...aliases]);
  expect(named.toSorted()).toEqual([...new Set(named)].toSorted());
  expect(inCatalogue('react.dev')?.library).toBe('react');
  expect(inCatalogue('NodeJS')?.library).toBe('node');
  expect(inCatalogue('left-pad')).toBeUndefined();
});
