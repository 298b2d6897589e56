import { formatApiKey } from '@whetstone/shared/keys';
import { Migrator, sql } from 'kysely';
import { hash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openStream } from '../../../test/support/sse-client.ts';
import { migrations } from '../../src/platform/db/migrations/index.ts';
import { openPglite } from '../../src/platform/db/pglite.ts';
import { openPostgres } from '../../src/platform/db/postgres.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines, type Place } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

const fake = { selector: 'fakeUpgrade1', secret: 'fakeSecretOfTheUpgradeTest000000' };
const body = { key: 'once', rolloutPercentage: 25 };

/** A database with the schema that the migrations up to one left behind. */
async function migratedTo(last: string, { choice }: Place) {
  const { database, kysely } = choice.url
    ? openPostgres({ url: choice.url, clock: Date.now, onError: (error) => expect.fail(error.message) })
    : await openPglite({ directory: choice.directory, clock: Date.now });
  const { error } = await new Migrator({
    db: kysely,
    provider: { getMigrations: async () => migrations },
    migrationTableName: 'schema_migration',
    migrationLockTableName: 'schema_migration_lock',
  }).migrateTo(last);
  expect(error).toBeUndefined();
  return database;
}

/** A database as the first release left it behind: its schema, and rows in all of its tables. */
async function firstRelease(place: Place) {
  const database = await migratedTo('0001-foundation', place);

  const [organisation, project, other] = [uuidv7(), uuidv7(), uuidv7()];
  await database.asSystem(async ({ sql: trx }) => {
    await sql`insert into organisation values (${organisation}, 'acme', now())`.execute(trx);
    await sql`insert into project (id, organisation_id, name, key_revision, flag_revision, created_at)
      values (${project}, ${organisation}, 'api', 12, 340, now()), (${other}, ${organisation}, 'empty', 0, 0, now())`.execute(
      trx,
    );
    await sql`insert into api_key (id, project_id, selector, secret_hash, name, role, created_at)
      values (${uuidv7()}, ${project}, ${fake.selector}, ${hash('sha256', fake.secret, 'buffer')}, 'of then', 'admin', now())`.execute(
      trx,
    );
    const definition = JSON.stringify(aFlag('kept'));
    await sql`insert into flag (project_id, key, version, definition, created_at, updated_at, archived_at)
      select ${project}, 'flag-' || n, n, jsonb_set(${definition}::jsonb, '{key}', to_jsonb('flag-' || n))::json, date_trunc('milliseconds', now()) - interval '1 day', date_trunc('milliseconds', now()),
        case when n > 300 then now() end from generate_series(1, 320) n`.execute(trx);
    await sql`insert into idempotency_key (project_id, key, operation, request_hash, response, created_at)
      select ${project}, 'receipt-' || n, 'createFlag', 'x', '{"key":"answered"}', now() from generate_series(1, 2000) n`.execute(
      trx,
    );
  });
  await database.close();
  return { project };
}

describeOnEngines('a database of the first release', (engine) => {
  let place: Place;
  let project: string;
  let app: TestApp;
  const key = formatApiKey(fake);
  beforeAll(async () => {
    place = await engine.place();
    ({ project } = await firstRelease(place));
    app = await startApp(engine, { place, adminKey: key });
    await app.work();
  });
  afterAll(async () => {
    await app.close();
    await place.remove();
  });

  it('keeps its keys, flags and receipts', async () => {
    expect((await app.admin.getMe({})).key).toMatchObject({ name: 'of then', role: 'admin' });
    const ruleset = await app.call('GET', '/api/flags/ruleset', { key });
    // Weak, since this client takes it compressed.
    expect(ruleset.headers.get('etag')).toBe(`W/"${project}.340"`);
    expect(((await ruleset.json()) as { flags: unknown[] }).flags).toHaveLength(300);
    expect(await app.admin.evaluateFlag({ key: 'flag-7', userId: 'alice' })).toMatchObject({
      variant: 'on',
      flagVersion: 7,
    });
    const again = await app.call('POST', '/api/flags', { key, body, headers: { 'idempotency-key': 'receipt-1' } });
    expect(again.status).toBe(409);
  });

  it('goes on counting where it stood, so that no ETag comes twice, and tells streams of it', async () => {
    const follow = (lastEventId?: string) => openStream(`${app.baseUrl}/api/flags/stream`, { key, lastEventId });
    const streams = [await follow(), await follow(`${project}.339`), await follow(`${project}.340`)];
    const last = (index: number) => streams[index]!.events.at(-1);
    await vi.waitFor(() => {
      for (const index of [0, 1, 2]) expect(last(index)).toMatchObject({ event: 'current', data: { revision: 340 } });
    }, 10_000);
    expect(streams.map(({ events }) => events[0]!.event)).toEqual(['ruleset', 'ruleset', 'current']);
    const { status } = await app.call('POST', '/api/flags', { key, body, headers: { 'idempotency-key': 'new' } });
    expect(status).toBe(201);
    await vi.waitFor(() => {
      for (const index of [0, 1, 2]) expect(last(index)).toMatchObject({ event: 'flag', id: `${project}.341` });
    }, 10_000);
    const restored = await app.admin.restoreFlag({ key: 'flag-301' });
    expect(restored.version).toBe(302);
    for (const { cut } of streams) cut();
  });

  it('begins the history of each flag with the version that was found, and goes on from there', async () => {
    const { items } = await app.admin.getFlagHistory({ key: 'flag-7' });
    const found = await app.admin.getFlag({ key: 'flag-7' });
    expect(items).toEqual([
      {
        version: 7,
        action: 'as_found',
        actor: { kind: 'system', id: null, name: 'upgrade' },
        at: found.updatedAt,
        diff: [],
        flag: found,
      },
    ]);
    expect((await app.admin.getFlagHistory({ key: 'flag-320' })).items).toMatchObject([
      { version: 320, flag: { archivedAt: expect.any(String) } },
    ]);
    await expect(app.admin.rollBackFlag({ key: 'flag-7', version: 6 })).rejects.toMatchObject({
      message: 'the history of the flag "flag-7" has no version 6, it has 7 to 7',
    });

    const changed = await app.admin.updateFlag({ ...found, enabled: false });
    expect(await app.admin.evaluateFlag({ key: 'flag-7', userId: 'alice', asOfVersion: 7 })).toMatchObject({
      variant: 'on',
    });
    expect(await app.admin.evaluateFlag({ key: 'flag-7', userId: 'alice', at: found.updatedAt })).toMatchObject({
      flagVersion: 7,
    });
    const hourBefore = new Date(Date.parse(found.updatedAt) - 3_600_000).toISOString();
    await expect(app.admin.evaluateFlag({ key: 'flag-7', userId: 'alice', at: hourBefore })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining(`is not known: its history begins at ${found.updatedAt}`),
    });
    const back = await app.admin.rollBackFlag({ key: 'flag-7', version: 7 });
    expect(back).toEqual({ ...found, version: changed.version + 1, updatedAt: back.updatedAt });
    const diffs = (await app.admin.getFlagHistory({ key: 'flag-7' })).items.map(({ diff }) => diff);
    expect(diffs).toEqual([
      [{ path: '/enabled', before: false, after: true }],
      [{ path: '/enabled', before: true, after: false }],
      [],
    ]);
  });

  it('takes in exposures and runs jobs', async () => {
    await app.admin.recordExposures({ exposures: [{ flag: 'flag-7', variant: 'on', unit: 'alice', count: 3 }] });
    expect(await app.admin.getFlagUsage({ key: 'flag-7', timeRange: '1d' })).toMatchObject({ exposures: 3 });
    await app.seedSamples(project);
    await vi.waitFor(
      async () => expect((await app.admin.listJobs({})).items).toMatchObject([{ state: 'completed' }]),
      10_000,
    );
    // A project that has flags gets no samples.
    expect(app.said).toEqual([]);
  });
});

describeOnEngines('a database that has counted exposures', (engine) => {
  it('knows at once when each flag was last evaluated', async () => {
    const place = await engine.place();
    const database = await migratedTo('0004-jobs', place);
    const [organisation, project] = [uuidv7(), uuidv7()];
    await database.asSystem(async ({ sql: trx }) => {
      await sql`insert into organisation values (${organisation}, 'acme', now())`.execute(trx);
      await sql`insert into project (id, organisation_id, name, created_at)
        values (${project}, ${organisation}, 'api', now())`.execute(trx);
      await sql`insert into api_key (id, project_id, selector, secret_hash, name, role, created_at)
        values (${uuidv7()}, ${project}, ${fake.selector}, ${hash('sha256', fake.secret, 'buffer')}, 'of then', 'admin', now())`.execute(
        trx,
      );
      await sql`insert into flag (project_id, key, version, definition, created_at, updated_at)
        values (${project}, 'counted', 1, ${JSON.stringify(aFlag('counted'))}, now(), now())`.execute(trx);
      await sql`insert into exposure_hour
        select ${project}, 'counted', at, 'on', 1, 3, at, at + interval '5 minutes'
        from unnest(array['2026-03-02T10:00:00Z', '2026-03-05T10:00:00Z', '2026-03-01T10:00:00Z']::timestamptz[]) at`.execute(
        trx,
      );
    });
    await database.close();

    const app = await startApp(engine, { place, adminKey: formatApiKey(fake) });
    const [flag] = (await app.admin.listFlags({})).items;
    expect(flag).toMatchObject({ key: 'counted', lastEvaluatedAt: '2026-03-05T10:05:00.000Z' });
    await app.close();
    await place.remove();
  }, 60_000);
});
