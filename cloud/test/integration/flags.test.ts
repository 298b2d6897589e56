import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

describeOnEngines('flags', (engine) => {
  let app: TestApp;
  let uses = 0;
  const counting = (database: Database): Database => ({
    ...database,
    asProject: (projectId, work) => (uses++, database.asProject(projectId, work)),
    asSystem: (work) => (uses++, database.asSystem(work)),
  });

  beforeAll(async () => {
    app = await startApp(engine, { wrap: counting });
  });
  afterAll(() => app.close());

  it('come back as they were sent, member order and all', async () => {
    const prompt = { zeta: 1, alpha: ['b', { y: null, x: 'ü' }], 10: 'ten' };
    const made = await app.admin.createFlag(aFlag('as-sent', { variants: { on: prompt, off: null }, tags: ['a'] }));
    expect(made).toMatchObject({ version: 1, tags: ['a'] });
    const read = await app.admin.getFlag({ key: 'as-sent' });
    expect(read).toEqual(made);
    expect(JSON.stringify(read.variants)).toBe(JSON.stringify({ on: prompt, off: null }));
  });

  it('decide by rule, split and fallthrough, over plain HTTP', async () => {
    await app.admin.createFlag(aFlag('decides'));
    const evaluate = async (query: string) =>
      (await app.call('GET', `/api/flags/decides/evaluate?${query}`, { key: app.adminKey })).json();
    expect(await evaluate('userId=alice')).toEqual({
      key: 'decides',
      enabled: true,
      variant: 'on',
      value: true,
      reason: 'TARGETING_MATCH',
      ruleId: 'r1',
      flagVersion: 1,
      metadata: { rolloutPercentage: 100 },
    });
    expect(await evaluate('userId=bob&repoId=acme/api')).toMatchObject({ reason: 'SPLIT', ruleId: 'r2' });
    expect(await evaluate('userId=bob')).toMatchObject({ enabled: false, reason: 'DEFAULT' });
    expect(await evaluate('repoId=acme/api')).toMatchObject({ enabled: false, reason: 'DEFAULT' });
  });

  it('read any other query name as an attribute, as text, list or number', async () => {
    const when = [
      { attribute: 'plan', op: 'in' as const, values: ['pro'] },
      { attribute: 'seats', op: 'gte' as const, values: [10] },
    ];
    await app.admin.createFlag(aFlag('attributes', { rules: [{ id: 'r', when, serve: { variant: 'on' } }] }));
    const enabled = async (query: string) => {
      const answer = await app.call('GET', `/api/flags/attributes/evaluate?${query}`, { key: app.adminKey });
      return ((await answer.json()) as { enabled: boolean }).enabled;
    };
    expect(await enabled('plan=pro&seats=12')).toBe(true);
    expect(await enabled('plan=free&plan=pro&seats=10.0')).toBe(true);
    expect(await enabled('plan=pro&seats=9')).toBe(false);
    expect(await enabled('plan=pro&seats=many')).toBe(false);
    const long = await app.call('GET', `/api/flags/attributes/evaluate?plan=${'x'.repeat(1_025)}`, {
      key: app.adminKey,
    });
    expect(await long.json()).toMatchObject({ status: 400, errors: [{ path: 'attributes.plan' }] });
    const typed = await app.admin.evaluateFlag({ key: 'attributes', attributes: { plan: ['free', 'pro'], seats: 12 } });
    expect(typed.enabled).toBe(true);
  });

  it('explain themselves when asked', async () => {
    await app.admin.createFlag(aFlag('explains'));
    const { trace } = await app.admin.evaluateFlag({ key: 'explains', userId: 'bob', explain: true });
    expect(trace?.map(({ step, id, outcome }) => [step, id, outcome])).toEqual([
      ['rule', 'r1', 'skipped'],
      ['rule', 'r2', 'skipped'],
      ['fallthrough', undefined, 'decided'],
    ]);
    expect(await app.admin.evaluateFlag({ key: 'explains', userId: 'bob' })).not.toHaveProperty('trace');
  });

  it('take the short form', async () => {
    const made = await app.admin.createFlag({
      key: 'short',
      rolloutPercentage: 0,
      users: ['ann'],
      repos: ['acme/web'],
    });
    expect(made).toMatchObject({ variants: { on: true, off: false }, fallthrough: { coverage: 0, otherwise: 'off' } });
    expect(await app.admin.evaluateFlag({ key: 'short', userId: 'ann' })).toMatchObject({ enabled: true });
    expect(await app.admin.evaluateFlag({ key: 'short', repoId: 'acme/web' })).toMatchObject({ enabled: true });
    expect(await app.admin.evaluateFlag({ key: 'short', userId: 'bob' })).toMatchObject({
      enabled: false,
      reason: 'SPLIT',
    });
  });

  it('show a change to the very next question', async () => {
    const made = await app.admin.createFlag(aFlag('switch'));
    expect(await app.admin.evaluateFlag({ key: 'switch', userId: 'alice' })).toMatchObject({ enabled: true });
    await app.admin.updateFlag({ ...made, enabled: false });
    expect(await app.admin.evaluateFlag({ key: 'switch', userId: 'alice' })).toMatchObject({
      enabled: false,
      reason: 'DISABLED',
      flagVersion: 2,
    });
  });

  it('refuse a change made from an older version and name the current one', async () => {
    const made = await app.admin.createFlag(aFlag('contested'));
    await app.admin.updateFlag({ ...made, description: 'first' });
    await expect(app.admin.updateFlag({ ...made, description: 'second' })).rejects.toMatchObject({
      code: 'conflict',
      extra: { currentVersion: 2 },
    });
    expect(await app.admin.getFlag({ key: 'contested' })).toMatchObject({ version: 2, description: 'first' });
  });

  it('refuse a name that means nothing where it stands, instead of doing something else', async () => {
    const made = await app.admin.createFlag(aFlag('well-named'));
    const refused = async (method: string, path: string, body?: unknown) => {
      const answer = await app.call(method, path, { key: app.adminKey, body });
      return ((await answer.json()) as { errors?: { path: string }[] }).errors?.map((error) => error.path);
    };
    expect(await refused('PUT', '/api/flags/well-named', { ...made, dryRun: true })).toEqual(['dryRun']);
    expect(await refused('PUT', '/api/flags/well-named?dryRun=yes', made)).toEqual(['dryRun']);
    expect(await refused('PUT', '/api/flags/well-named?dryrun=true', made)).toEqual(['dryrun']);
    expect(await refused('DELETE', '/api/flags/well-named?dry=true')).toEqual(['dry']);
    expect(await refused('GET', '/api/flags/well-named/evaluate?at=yesterday')).toEqual(['at']);
    expect(await refused('GET', '/api/flags/well-named/evaluate?asOfVersion=0')).toEqual(['asOfVersion']);
    expect(await refused('GET', '/api/flags?limt=5')).toEqual(['limt']);
    expect(await app.admin.getFlag({ key: 'well-named' })).toEqual(made);
  });

  it('let exactly one of many simultaneous editors through', async () => {
    const made = await app.admin.createFlag(aFlag('crowded'));
    const edits = Array.from({ length: 10 }, (_, i) => app.admin.updateFlag({ ...made, description: `editor ${i}` }));
    const results = await Promise.allSettled(edits);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await app.admin.getFlag({ key: 'crowded' })).toMatchObject({ version: 2 });
  });

  it('are archived and restored, not deleted', async () => {
    const made = await app.admin.createFlag(aFlag('retired'));
    // Who says which version they saw is told when it has changed since.
    await expect(app.admin.archiveFlag({ key: 'retired', version: 2 })).rejects.toMatchObject({ code: 'conflict' });
    expect(await app.admin.archiveFlag({ key: 'retired' })).toMatchObject({
      version: 2,
      archivedAt: expect.any(String),
    });
    await expect(app.admin.evaluateFlag({ key: 'retired', userId: 'alice' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(app.admin.updateFlag({ ...made, version: 2 })).rejects.toMatchObject({ code: 'conflict' });
    await expect(app.admin.createFlag(aFlag('retired'))).rejects.toMatchObject({
      message: expect.stringContaining('restore'),
    });
    expect((await app.admin.listFlags({ archived: true })).items.map(({ key }) => key)).toEqual(['retired']);
    expect(await app.admin.restoreFlag({ key: 'retired' })).not.toHaveProperty('archivedAt');
    expect(await app.admin.evaluateFlag({ key: 'retired', userId: 'alice' })).toMatchObject({
      enabled: true,
      flagVersion: 3,
    });
  });

  it('are listed page by page without gap or repeat', async () => {
    const { client } = await app.otherTenant('paging');
    const keys = Array.from({ length: 7 }, (_, i) => `page-${i}`);
    for (const key of keys.toReversed()) await client.createFlag(aFlag(key));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.listFlags({ limit: 3, cursor });
      seen.push(...page.items.map(({ key }) => key));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(keys);
  });

  it('refuse prerequisites that lack, that go round, and to leave behind who depends on them', async () => {
    const after = (flag: string, variants = ['on']) => ({ prerequisites: [{ flag, variants }] });
    await expect(app.admin.createFlag(aFlag('needs-none', after('no-such')))).rejects.toMatchObject({
      errors: [{ path: 'prerequisites.0.flag', message: 'no flag is called "no-such"' }],
    });
    const base = await app.admin.createFlag(aFlag('base'));
    await app.admin.createFlag(aFlag('middle', after('base')));
    await app.admin.createFlag(aFlag('top', after('middle')));
    await expect(app.admin.updateFlag({ ...base, ...after('top') })).rejects.toMatchObject({
      errors: [{ path: 'prerequisites.0.flag', message: 'goes round: base -> top -> middle -> base' }],
    });
    await expect(app.admin.archiveFlag({ key: 'base' })).rejects.toMatchObject({
      code: 'conflict',
      extra: { dependants: ['middle'] },
    });
    expect(await app.admin.evaluateFlag({ key: 'top', userId: 'alice' })).toMatchObject({ enabled: true });
    await app.admin.updateFlag({ ...base, enabled: false });
    expect(await app.admin.evaluateFlag({ key: 'top', userId: 'alice' })).toMatchObject({
      enabled: false,
      reason: 'DISABLED',
    });
  });

  it('hand out the whole ruleset with an ETag that changes when a flag does', async () => {
    const { client, key } = await app.otherTenant('ruleset');
    const made = await client.createFlag(aFlag('one'));
    const ask = (etag?: string) =>
      app.call('GET', '/api/flags/ruleset', { key, headers: etag ? { 'if-none-match': etag } : {} });
    const first = await ask();
    const etag = first.headers.get('etag')!;
    expect(await first.json()).toEqual({ revision: 1, flags: [made], segments: [] });
    expect((await ask(etag)).status).toBe(304);
    expect((await ask(`"other", W/${etag}`)).status).toBe(304);
    await client.archiveFlag({ key: 'one' });
    const second = await ask(etag);
    expect([second.status, await second.json()]).toEqual([200, { revision: 2, flags: [], segments: [] }]);
  });

  it('hand out a large ruleset compressed to who takes it so, and tell the two forms apart', async () => {
    const { client, key } = await app.otherTenant('compressed');
    for (const name of ['one', 'two', 'three', 'four']) await client.createFlag(aFlag(name));
    const ask = (accepted: string | undefined, etag?: string) =>
      app.app.inject({
        url: '/api/flags/ruleset',
        headers: {
          authorization: `Bearer ${key}`,
          ...(accepted !== undefined && { 'accept-encoding': accepted }),
          ...(etag !== undefined && { 'if-none-match': etag }),
        },
      });
    const plain = await ask(undefined);
    const [zipped, again] = await Promise.all([ask('gzip, deflate, br'), ask('br;q=1.0, gzip;q=0.5')]);
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(plain.body);
    expect(again.rawPayload).toEqual(zipped.rawPayload);
    expect(zipped.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
    expect([plain, zipped].map(({ headers }) => [headers['content-encoding'], headers.etag, headers.vary])).toEqual([
      [undefined, plain.headers.etag, 'accept-encoding'],
      ['gzip', `W/${plain.headers.etag}`, 'accept-encoding'],
    ]);
    for (const accepted of [undefined, 'gzip']) {
      for (const known of [plain, zipped]) {
        const { statusCode, headers, rawPayload } = await ask(accepted, known.headers.etag as string);
        expect([statusCode, headers['content-encoding'], rawPayload.length]).toEqual([304, undefined, 0]);
      }
    }
    for (const refused of ['identity', 'gzip;q=0', '*;q=0', 'deflate, br']) {
      expect((await ask(refused)).body).toBe(plain.body);
    }
    await client.archiveFlag({ key: 'one' });
    const later = JSON.parse(gunzipSync((await ask('gzip')).rawPayload).toString());
    expect(later).toMatchObject({ revision: 5, flags: { length: 3 } });
  });

  it('are made once for an idempotency key, however often it is sent', async () => {
    const idempotencyKey = 'made-once';
    const first = await app.admin.createFlag(aFlag('once'), { idempotencyKey });
    expect(await app.admin.createFlag(aFlag('once'), { idempotencyKey })).toEqual(first);
    await expect(app.admin.createFlag(aFlag('twice'), { idempotencyKey })).rejects.toMatchObject({ code: 'conflict' });
    const together = Array.from({ length: 8 }, () =>
      app.admin.createFlag(aFlag('at-once'), { idempotencyKey: 'at-once' }),
    );
    const answers = new Set((await Promise.all(together)).map((flag) => JSON.stringify(flag)));
    expect(answers.size).toBe(1);
  });

  it('let a request that failed be sent again under its key', async () => {
    const idempotencyKey = 'second-chance';
    await app.admin.createFlag(aFlag('in-the-way'));
    await expect(app.admin.createFlag(aFlag('in-the-way'), { idempotencyKey })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await app.admin.createFlag(aFlag('out-of-the-way'), { idempotencyKey })).toMatchObject({ version: 1 });
  });

  it('cost no use of the database to evaluate', async () => {
    await app.admin.createFlag(aFlag('hot'));
    await app.admin.evaluateFlag({ key: 'hot', userId: 'alice' });
    uses = 0;
    for (let i = 0; i < 50; i++) await app.admin.evaluateFlag({ key: 'hot', userId: `user-${i}` });
    // Where others may write, the watch for their changes asks a few times a second, whatever the load.
    expect(uses).toBeLessThan(engine.name === 'pglite' ? 1 : 10);
  });
});
