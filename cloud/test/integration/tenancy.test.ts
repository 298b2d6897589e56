import { createHash } from 'node:crypto';
import { readFile, rename, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { formatApiKey } from '@whetstone/shared/keys';
import { bootstrap } from '../../src/features/tenancy/bootstrap.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { describeOn, describeOnEngines, postgres, silentLog, type Place } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

describeOnEngines('keys', (engine) => {
  const { clock, advance } = testClock();
  let place: Place;
  let app: TestApp;
  beforeAll(async () => {
    place = await engine.place();
    app = await startApp(engine, { place, clock });
  });
  afterAll(async () => {
    await app.close();
    await place.remove();
  });

  const refused = { code: 'unauthorized' };

  it('say who they are', async () => {
    const agent = app.clientOf(await app.keyWith('agent'));
    expect(await agent.getMe({})).toMatchObject({
      key: { name: 'a agent', role: 'agent' },
      project: { name: 'Default' },
      organisation: { name: 'My organisation' },
    });
  });

  it('are kept as a hash, and answered whole once', async () => {
    const { secret, id, selector } = await app.admin.createKey({ name: 'once', role: 'viewer' });
    const listed = (await app.admin.listKeys({ limit: 500 })).items.find((key) => key.id === id);
    expect(listed).not.toHaveProperty('secret');
    const rows = await app.database.asSystem(({ sql: trx }) =>
      trx.selectFrom('api_key').selectAll().where('selector', '=', selector).execute(),
    );
    const part = secret.slice('wsk_'.length + 12 + 1, -6);
    expect(rows[0]?.secret_hash).toEqual(createHash('sha256').update(part).digest());
    expect(JSON.stringify(rows)).not.toContain(part);
  });

  it('stop at once when revoked', async () => {
    const key = await app.admin.createKey({ name: 'short life', role: 'viewer' });
    const client = app.clientOf(key.secret);
    await client.getMe({});
    expect(await app.admin.revokeKey({ id: key.id })).toMatchObject({ revokedAt: expect.any(String) });
    await expect(client.getMe({})).rejects.toMatchObject(refused);
    await expect(app.admin.updateKey({ id: key.id, name: 'x' })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('stop when revoked while they are being looked up, and stay stopped', async () => {
    for (let round = 0; round < 20; round++) {
      const key = await app.admin.createKey({ name: `raced ${round}`, role: 'viewer' });
      const client = app.clientOf(key.secret);
      const asking = Array.from({ length: 6 }, () => client.getMe({}).catch(() => undefined));
      await Promise.all([...asking, app.admin.revokeKey({ id: key.id })]);
      await expect(client.getMe({})).rejects.toMatchObject(refused);
    }
  });

  it('lose their rights at once when downgraded', async () => {
    const key = await app.admin.createKey({ name: 'editor', role: 'editor' });
    const client = app.clientOf(key.secret);
    await client.createFlag(aFlag('by-editor'));
    await app.admin.updateKey({ id: key.id, role: 'viewer' });
    await expect(client.archiveFlag({ key: 'by-editor' })).rejects.toMatchObject({ code: 'forbidden' });
    expect(await client.getFlag({ key: 'by-editor' })).toMatchObject({ version: 1 });
  });

  it('end when they expire', async () => {
    const expiresAt = new Date(clock() + 60_000).toISOString();
    const client = app.clientOf((await app.admin.createKey({ name: 'brief', role: 'viewer', expiresAt })).secret);
    await client.getMe({});
    advance(61_000);
    await expect(client.getMe({})).rejects.toMatchObject(refused);
    await expect(app.admin.createKey({ name: 'late', role: 'viewer', expiresAt })).rejects.toMatchObject({
      errors: [{ path: 'expiresAt', message: 'must lie ahead' }],
    });
  });

  it('overlap with their successor when rotated, then end', async () => {
    const old = await app.admin.createKey({ name: 'rotating', role: 'agent' });
    const next = await app.admin.rotateKey({ id: old.id, overlapMs: 5_000 });
    expect(next).toMatchObject({ name: 'rotating', role: 'agent', replaces: { id: old.id } });
    await Promise.all([old.secret, next.secret].map((secret) => app.clientOf(secret).getMe({})));
    advance(5_001);
    await expect(app.clientOf(old.secret).getMe({})).rejects.toMatchObject(refused);
    await app.clientOf(next.secret).getMe({});
  });

  it('have one successor: a second rotation is refused, so that no answer can be lost for a key that dies', async () => {
    const old = await app.admin.createKey({ name: 'once only', role: 'admin' });
    const next = await app.admin.rotateKey({ id: old.id });
    await expect(app.admin.rotateKey({ id: old.id })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(next.id),
    });
    expect(next.expiresAt).toBeNull();
  });

  it('cannot be asked for a change of nothing, or for an expiry beyond what a date can say', async () => {
    const { id } = await app.admin.createKey({ name: 'target', role: 'viewer' });
    const change = await app.call('PATCH', `/api/keys/${id}`, { key: app.adminKey, body: {} });
    expect(await change.json()).toMatchObject({ status: 400, detail: expect.stringContaining('nothing to change') });
    const body = { name: 'far', role: 'viewer', expiresAt: '9999-12-31T23:59:59-23:59' };
    const made = await app.call('POST', '/api/keys', { key: app.adminKey, body });
    expect(await made.json()).toMatchObject({ status: 400, errors: [{ path: 'expiresAt' }] });
  });

  it('come with a new project, however long its name', async () => {
    const { adminKey } = await app.admin.createProject({ name: 'x'.repeat(200) });
    expect((await app.clientOf(adminKey.secret).getMe({})).project.name).toHaveLength(200);
  });

  it('do not write any more when revoked during a slow upload', async () => {
    const key = await app.admin.createKey({ name: 'uploading', role: 'editor' });
    const body = JSON.stringify(aFlag('too-late'));
    const { hostname, port } = new URL(app.baseUrl);
    const socket = connect(Number(port), hostname);
    const answer = text(socket);
    const headers = `authorization: Bearer ${key.secret}\r\ncontent-type: application/json\r\nconnection: close`;
    socket.write(
      `POST /api/flags HTTP/1.1\r\nhost: x\r\n${headers}\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 9)}`,
    );
    await app.admin.getMe({});
    await app.admin.revokeKey({ id: key.id });
    socket.write(body.slice(9));
    expect(await answer).toContain('401 Unauthorized');
    await expect(app.admin.getFlag({ key: 'too-late' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('can be changed by many at once, without a failure that is not theirs', async () => {
    const { client } = await app.otherTenant('crowd');
    const made = await Promise.all(
      Array.from({ length: 6 }, (_, i) => client.createKey({ name: `k${i}`, role: 'admin' })),
    );
    const changes = made.flatMap(({ id }) => [
      () => client.updateKey({ id, name: 'renamed' }),
      () => client.rotateKey({ id }),
      () => client.revokeKey({ id }),
      () => client.updateKey({ id, role: 'viewer' }),
    ]);
    const results = await Promise.allSettled(changes.map((change) => change()));
    const codes = results.flatMap((each) =>
      each.status === 'rejected' ? [(each.reason as { code: string }).code] : [],
    );
    expect(codes.filter((code) => code !== 'conflict')).toEqual([]);
    await client.getMe({});
  });

  it('never leave a project without an admin', async () => {
    const { client } = await app.otherTenant('alone');
    const [only] = (await client.listKeys({})).items;
    const last = { code: 'conflict', message: expect.stringContaining('last admin key') };
    await expect(client.revokeKey({ id: only!.id })).rejects.toMatchObject(last);
    await expect(client.updateKey({ id: only!.id, role: 'viewer' })).rejects.toMatchObject(last);
    const soon = new Date(clock() + 60_000).toISOString();
    await expect(client.updateKey({ id: only!.id, expiresAt: soon })).rejects.toMatchObject(last);
    await client.createKey({ name: 'second', role: 'admin' });
    await client.revokeKey({ id: only!.id });
  });

  it('tell a stranger nothing: wrong, unknown, revoked and malformed look the same', async () => {
    const { secret, id } = await app.admin.createKey({ name: 'gone', role: 'viewer' });
    await app.admin.revokeKey({ id });
    const selector = secret.slice(4, 16);
    const wrong = formatApiKey({ selector, secret: 'x'.repeat(32) });
    const unknown = formatApiKey({ selector: 'x'.repeat(12), secret: 'x'.repeat(32) });
    const bodies = await Promise.all(
      [secret, wrong, unknown, 'wsk_wrong_wrong', `${secret.slice(0, -1)}_`].map(async (key) => {
        const answer = await app.call('GET', '/api/me', { key });
        const { requestId: _, ...body } = (await answer.json()) as Record<string, unknown>;
        return JSON.stringify([answer.status, body]);
      }),
    );
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[0]).toContain('401');
  });

  it('remember to the minute when they were last used, across a restart', async () => {
    const own = await engine.place();
    const before = await startApp(engine, { place: own });
    expect((await before.admin.listKeys({})).items.map(({ lastUsedAt }) => lastUsedAt)).toEqual([null, null]);
    await before.close();
    const after = await startApp(engine, { place: own, adminKey: before.adminKey });
    const [admin] = (await after.admin.listKeys({})).items;
    expect(admin?.lastUsedAt).toMatch(/:00\.000Z$/);
    await after.close();
    await own.remove();
  });

  it('lie in files that only their owner may read, and work again after the files are lost', async () => {
    const file = join(place.directory, 'admin.key');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await readFile(file, 'utf8');
    await bootstrap({ database: app.database, dataDir: place.directory });
    expect(await readFile(file, 'utf8')).toBe(before);
  });
});

describeOnEngines('a first start', (engine) => {
  it('that was cut short between the key and its file is finished by the next', async () => {
    const place = await engine.place();
    const app = await startApp(engine, { place });
    const file = join(place.directory, 'admin.key');
    await rename(file, `${file}.new`);
    const again = await bootstrap({ database: app.database, dataDir: place.directory });
    expect(again.keyFiles?.admin).toBe(file);
    expect((await readFile(file, 'utf8')).trim()).toBe(app.adminKey);
    expect((await app.admin.listKeys({})).items).toHaveLength(2);
    await app.close();
    await place.remove();
  });

  it('by several servers at once makes one project and one pair of keys', async () => {
    const place = await engine.place();
    const database = await openDatabase(place.choice, { clock: Date.now, log: silentLog });
    const all = await Promise.all(Array.from({ length: 6 }, () => bootstrap({ database, dataDir: place.directory })));
    expect(new Set(all.map(({ projectId }) => projectId)).size).toBe(1);
    const keys = await database.asSystem(({ sql: trx }) =>
      trx.selectFrom('api_key').select(['role', 'selector']).execute(),
    );
    expect(keys.map(({ role }) => role).toSorted()).toEqual(['admin', 'agent']);
    await database.close();
    await place.remove();
  });
});

describeOnEngines('a key from the environment', (engine) => {
  const adminKey = formatApiKey({ selector: 'fakeSelector', secret: 'fakeSecretOfNobody0123456789abcd' });

  it('becomes the first admin key, and does not rise again once revoked', async () => {
    const place = await engine.place();
    const app = await startApp(engine, { place });
    await bootstrap({ database: app.database, dataDir: place.directory, adminKey });
    const { key } = await app.clientOf(adminKey).getMe({});
    expect(key).toMatchObject({ role: 'admin', selector: 'fakeSelector' });
    await bootstrap({ database: app.database, dataDir: place.directory, adminKey });
    await app.admin.revokeKey({ id: key.id });
    await expect(bootstrap({ database: app.database, dataDir: place.directory, adminKey })).rejects.toThrow(
      'WHETSTONE_ADMIN_KEY is revoked',
    );
    await expect(app.clientOf(adminKey).getMe({})).rejects.toMatchObject({ code: 'unauthorized' });
    await app.close();
    await place.remove();
  });
});

// A PGlite directory belongs to one process.
describeOn(postgres, 'two servers on one database', (engine) => {
  it('agree within a second on revoked keys and changed flags', async () => {
    const place = await engine.place();
    const one = await startApp(engine, { place });
    const { secret, id } = await one.admin.createKey({ name: 'seen by both', role: 'viewer' });
    const flag = await one.admin.createFlag(aFlag('shared'));
    const other = await startApp(engine, { place });
    const there = other.clientOf(secret);
    expect(await there.evaluateFlag({ key: 'shared', userId: 'alice' })).toMatchObject({ enabled: true });

    await one.admin.updateFlag({ ...flag, enabled: false });
    const changedAtMs = Date.now();
    await vi.waitFor(async () => {
      expect(await there.evaluateFlag({ key: 'shared', userId: 'alice' })).toMatchObject({ enabled: false });
    }, 5_000);
    await one.admin.revokeKey({ id });
    const revokedAtMs = Date.now();
    await vi.waitFor(() => expect(there.getMe({})).rejects.toMatchObject({ code: 'unauthorized' }), 5_000);
    console.info(`flag seen after ${revokedAtMs - changedAtMs} ms, revocation after ${Date.now() - revokedAtMs} ms`);
    await Promise.all([one.close(), other.close()]);
    await place.remove();
  });
});
