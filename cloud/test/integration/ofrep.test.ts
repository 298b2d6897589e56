import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, type Client } from '@openfeature/server-sdk';
import { OpenFeature as OpenFeatureWeb, type Provider } from '@openfeature/web-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';
import { ofrepData, ofrepJudge } from '../support/ofrep-judge.ts';

const dayMs = 24 * 3_600_000;

interface Item {
  key: string;
  value?: unknown;
  variant?: string;
  reason?: string;
  errorCode?: string;
}

describeOnEngines('OFREP', (engine) => {
  let app: TestApp;
  let isBroken = false;
  const { clock, advance } = testClock();
  const breaking = (database: Database): Database => ({
    ...database,
    asProject: (projectId, work) =>
      isBroken ? Promise.reject(new Error('broken by the test')) : database.asProject(projectId, work),
  });

  const single = (key: string, body: unknown, options = {}) =>
    app.call('POST', `/ofrep/v1/evaluate/flags/${key}`, { key: app.adminKey, body, ...options });
  const bulk = (context: Record<string, unknown>, headers: Record<string, string> = {}, key = app.adminKey) =>
    app.call('POST', '/ofrep/v1/evaluate/flags', { key, body: { context }, headers });
  const etagFor = async (context: Record<string, unknown>, key?: string) =>
    (await bulk(context, {}, key)).headers.get('etag')!;
  const from = (days: number) => new Date(clock() + days * dayMs).toISOString();

  beforeAll(async () => {
    app = await startApp(engine, { clock, wrap: breaking });
    await app.admin.createFlag(aFlag('boolean'));
    const of = (key: string, served: unknown, other: unknown) =>
      app.admin.createFlag(
        aFlag(key, { variants: { a: served, b: other }, offVariant: 'b', rules: [], fallthrough: { variant: 'a' } }),
      );
    await of('text', 'line 1\n"line 2" \u2028 zoë', '');
    await of('integer', 42, 0);
    await of('float', 0.5, 0);
    await of('object', { model: 'large', tokens: [1, 2] }, {});
    await of('list', ['a', 'b'], []);
    await app.admin.createFlag(aFlag('disabled', { enabled: false }));
    await app.admin.createFlag(
      aFlag('by-repo', { rules: [], fallthrough: { split: [{ variant: 'on', weight: 1 }], by: 'repoId' } }),
    );
    await app.admin.createFlag(
      aFlag('attributes', {
        rules: [
          {
            id: 'paying',
            when: [
              { attribute: 'plan', op: 'in', values: ['pro'] },
              { attribute: 'seats', op: 'gte', values: [10] },
              { attribute: 'orgId', op: 'in', values: ['7'] },
            ],
            serve: { variant: 'on' },
          },
        ],
      }),
    );
  });
  afterAll(() => app.close());

  describe('to the stock provider of OpenFeature for servers', () => {
    const context = { targetingKey: 'alice' };
    let client: Client;

    const connect = async (headers: [string, string][]) => {
      await OpenFeature.setProviderAndWait('stock', new OFREPProvider({ baseUrl: app.baseUrl, headers }));
      client = OpenFeature.getClient('stock');
    };
    beforeAll(() => connect([['Authorization', `Bearer ${app.adminKey}`]]));
    afterAll(() => OpenFeature.close());

    it('serves every type with variant, reason and metadata', async () => {
      expect(await client.getBooleanDetails('boolean', false, context)).toMatchObject({
        value: true,
        variant: 'on',
        reason: 'TARGETING_MATCH',
        flagMetadata: { flagVersion: 1, ruleId: 'r1', rolloutPercentage: 100 },
      });
      expect(
        await client.getBooleanDetails('boolean', true, { targetingKey: 'bob', repoId: 'acme/api' }),
      ).toMatchObject({ reason: 'SPLIT', flagMetadata: { ruleId: 'r2', bucket: expect.any(Number) } });
      expect(await client.getBooleanDetails('boolean', true, { targetingKey: 'bob' })).toMatchObject({
        value: false,
        reason: 'DEFAULT',
      });
      expect(await client.getStringDetails('text', 'd', context)).toMatchObject({
        value: 'line 1\n"line 2" \u2028 zoë',
        reason: 'STATIC',
      });
      expect((await client.getNumberDetails('integer', 1, context)).value).toBe(42);
      expect((await client.getNumberDetails('float', 1, context)).value).toBe(0.5);
      expect((await client.getObjectDetails('object', {}, context)).value).toEqual({ model: 'large', tokens: [1, 2] });
      expect((await client.getObjectDetails('list', {}, context)).value).toEqual(['a', 'b']);
      expect(await client.getBooleanDetails('disabled', true, context)).toMatchObject({
        value: false,
        variant: 'off',
        reason: 'DISABLED',
      });
    });

    it('reads first-class attributes by name, and any other as an attribute of its type', async () => {
      const value = (more: object) => client.getBooleanValue('attributes', false, { ...context, ...more });
      expect(await value({ plan: 'pro', seats: 12, orgId: 7 })).toBe(true);
      expect(await value({ plan: 'pro', seats: 9, orgId: 7 })).toBe(false);
      expect(await value({ plan: 'pro', seats: 12 })).toBe(false);
    });

    it('leaves the program its default where no flag decides, and says why', async () => {
      expect(await client.getBooleanDetails('nobody-made-it', true, context)).toMatchObject({
        value: true,
        reason: 'ERROR',
        errorCode: 'FLAG_NOT_FOUND',
      });
      expect(await client.getStringDetails('boolean', 'd', context)).toMatchObject({
        value: 'd',
        errorCode: 'TYPE_MISMATCH',
      });
      expect(await client.getBooleanDetails('boolean', true, {})).toMatchObject({
        value: true,
        errorCode: 'TARGETING_KEY_MISSING',
      });
      expect(await client.getBooleanDetails('by-repo', true, context)).toMatchObject({
        value: true,
        errorCode: 'TARGETING_KEY_MISSING',
      });
      expect(await client.getBooleanDetails('boolean', true, { targetingKey: 'x'.repeat(1_025) })).toMatchObject({
        value: true,
        errorCode: 'INVALID_CONTEXT',
      });
    });

    it('takes the key as X-API-Key as well, and none but a good one', async () => {
      await connect([['X-API-Key', app.adminKey]]);
      expect(await client.getBooleanValue('boolean', false, context)).toBe(true);
      await connect([['X-API-Key', 'wsk_wrong']]);
      expect(await client.getBooleanDetails('boolean', true, context)).toMatchObject({
        value: true,
        errorCode: 'GENERAL',
      });
      await connect([
        ['X-API-Key', app.adminKey],
        ['Authorization', 'Bearer wsk_wrong'],
      ]);
      expect((await client.getBooleanDetails('boolean', true, context)).errorCode).toBe('GENERAL');
    });
  });

  it('serves the stock provider for browsers: all flags at once, then nothing new, then what changed', async () => {
    await app.admin.createFlag(aFlag('watched', { rules: [], fallthrough: { variant: 'on' } }));
    const statuses: number[] = [];
    const provider = new OFREPWebProvider({
      baseUrl: app.baseUrl,
      headers: [['X-API-Key', app.adminKey]],
      pollInterval: 25,
      cacheMode: 'disabled',
      fetchImplementation: async (...request: Parameters<typeof fetch>) => {
        const response = await fetch(...request);
        statuses.push(response.status);
        return response;
      },
    });
    await OpenFeatureWeb.setContext({ targetingKey: 'alice' });
    // Its types are not made for exactOptionalPropertyTypes.
    await OpenFeatureWeb.setProviderAndWait(provider as Provider);
    const client = OpenFeatureWeb.getClient();
    expect(client.getBooleanDetails('watched', false)).toMatchObject({ value: true, reason: 'STATIC' });
    expect(client.getObjectValue('object', {})).toEqual({ model: 'large', tokens: [1, 2] });
    expect(client.getBooleanDetails('none', true)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' });
    expect(client.getBooleanDetails('by-repo', true)).toMatchObject({
      value: true,
      errorCode: 'TARGETING_KEY_MISSING',
    });
    await expect.poll(() => statuses, { timeout: 10_000 }).toContain(304);
    await app.admin.updateFlag({
      ...aFlag('watched', { rules: [], fallthrough: { variant: 'off' } }),
      version: 1,
    });
    await expect.poll(() => client.getBooleanValue('watched', true), { timeout: 10_000 }).toBe(false);
    await OpenFeatureWeb.close();
  });

  describe('for all flags at once', () => {
    it('answers what each alone would, by key', async () => {
      for (const context of [{ targetingKey: 'alice' }, { targetingKey: 'bob', repoId: 'acme/api', plan: 'pro' }]) {
        const { flags } = (await (await bulk(context)).json()) as { flags: Item[] };
        expect(flags.map(({ key }) => key)).toEqual(flags.map(({ key }) => key).toSorted());
        expect(flags.length).toBeGreaterThan(8);
        for (const item of flags) expect(await (await single(item.key, { context })).json()).toEqual(item);
      }
    });

    it('is not sent again while nothing changed', async () => {
      const context = { targetingKey: 'alice', plan: 'pro' };
      const first = await bulk(context);
      const etag = first.headers.get('etag')!;
      const second = await bulk(context, { 'if-none-match': etag });
      expect([first.status, second.status, await second.text()]).toEqual([200, 304, '']);
      expect(second.headers.get('etag')).toBe(etag);
      expect((await bulk(context, { 'if-none-match': `"other", W/${etag}` })).status).toBe(304);
      expect((await bulk(context, { 'if-none-match': '"other"' })).status).toBe(200);
    });

    it('has another ETag for every context and every tenant', async () => {
      const contexts = [
        { targetingKey: 'a' },
        { targetingKey: 'b' },
        { targetingKey: 'a', plan: 'pro' },
        { targetingKey: 'a', plan: ['pro'] },
        { targetingKey: 'a', userId: 'b' },
        { targetingKey: 'a', attributes: { plan: 'pro' } },
        { targetingKey: 'a', seats: 1 },
        { targetingKey: 'a', seats: '1' },
      ];
      const etags = await Promise.all(contexts.map((context) => etagFor(context)));
      const { key } = await app.otherTenant('another');
      etags.push(await etagFor({ targetingKey: 'a' }, key));
      expect(new Set(etags).size).toBe(contexts.length + 1);
    });

    it('changes its ETag with a flag, and when a scheduled change, a rollout step or an expiry comes into force', async () => {
      const context = { targetingKey: 'alice' };
      const before = await etagFor(context);
      await app.admin.createFlag(
        aFlag('timed', {
          rules: [],
          fallthrough: { split: [{ variant: 'on', weight: 1 }], coverage: 0 },
          schedule: [{ at: from(1), set: { enabled: false } }],
          rollout: { steps: [{ at: from(3), coverage: 100 }] },
          overrides: [{ values: ['alice'], variant: 'on', expiresAt: from(5) }],
        }),
      );
      const seen = [before];
      for (const days of [0, 2, 2, 2]) {
        advance(days * dayMs);
        const etag = await etagFor(context);
        expect(seen).not.toContain(etag);
        expect((await bulk(context, { 'if-none-match': etag })).status).toBe(304);
        expect((await bulk(context, { 'if-none-match': seen.at(-1)! })).status).toBe(200);
        seen.push(etag);
      }
      const { flags } = (await (await bulk(context)).json()) as { flags: Item[] };
      expect(flags.find(({ key }) => key === 'timed')).toMatchObject({ reason: 'DISABLED' });
      await app.admin.archiveFlag({ key: 'timed' });
      expect(seen).not.toContain(await etagFor(context));
    });
  });

  it('keeps the first answer of a sticky split, for one flag and for all, and tells by the ETag that one was kept', async () => {
    const sticky = (weightOfA: number) => ({
      variants: { a: 'a', b: 'b' },
      offVariant: 'b',
      rules: [],
      fallthrough: {
        split: [
          { variant: 'a', weight: weightOfA },
          { variant: 'b', weight: 100 - weightOfA },
        ],
        sticky: 'taskId',
      },
    });
    await app.admin.createFlag(aFlag('sticky', sticky(99)));
    await app.admin.createFlag(aFlag('sticky-too', sticky(99)));
    // Alice falls into b, bob into a, as long as nothing is kept of the task.
    const users = Array.from({ length: 1_000 }, (_, i) => `u${i}`);
    const viewer = await app.keyWith('viewer');
    const served = async (targetingKey: string, taskId: string, key: string) => {
      const response = await bulk({ targetingKey, taskId }, {}, key);
      const { flags } = (await response.json()) as { flags: Item[] };
      return { value: flags.find((item) => item.key === 'sticky')!.value, etag: response.headers.get('etag')! };
    };
    let rare = '';
    for (const user of users) {
      if (!rare && (await served(user, `probe-${user}`, viewer)).value === 'b') rare = user;
      if (rare) break;
    }
    const before = await served('bob', 'task-1', viewer);
    expect(before.value).toBe('a');
    expect(await (await single('sticky', { context: { targetingKey: rare, taskId: 'task-1' } })).json()).toMatchObject({
      value: 'b',
    });
    const after = await served('bob', 'task-1', app.adminKey);
    expect(after.value).toBe('b');
    expect(after.etag).not.toBe(before.etag);
    const again = await bulk({ targetingKey: 'bob', taskId: 'task-1' }, { 'if-none-match': after.etag });
    expect(again.status).toBe(304);
    await app.admin.archiveFlag({ key: 'sticky' });
    await app.admin.archiveFlag({ key: 'sticky-too' });
  });

  it.each<[string, unknown, number, string]>([
    ['nothing', undefined, 400, 'PARSE_ERROR'],
    ['what is no JSON', '{', 400, 'PARSE_ERROR'],
    ['a list', [], 400, 'PARSE_ERROR'],
    ['no context', {}, 400, 'INVALID_CONTEXT'],
    ['a context that is a list', { context: [] }, 400, 'INVALID_CONTEXT'],
    ['no targeting key', { context: { userId: 'alice' } }, 400, 'TARGETING_KEY_MISSING'],
    ['an empty targeting key', { context: { targetingKey: '' } }, 400, 'TARGETING_KEY_MISSING'],
    ['a targeting key that is no text', { context: { targetingKey: 5 } }, 400, 'INVALID_CONTEXT'],
    ['a NUL', { context: { targetingKey: 'a\0' } }, 400, 'INVALID_CONTEXT'],
    ['half of a pair', '{"context":{"targetingKey":"a","plan":["\\ud800"]}}', 400, 'INVALID_CONTEXT'],
    ['a text that is too long', { context: { targetingKey: 'a', plan: 'x'.repeat(1_025) } }, 400, 'INVALID_CONTEXT'],
    ['a name that is too long', { context: { targetingKey: 'a', ['x'.repeat(129)]: 1 } }, 400, 'INVALID_CONTEXT'],
    ['more than 1 MiB', { context: { targetingKey: 'a', plan: 'x'.repeat(1_100_000) } }, 413, 'GENERAL'],
  ])('refuses %s in its own words, for one flag and for all', async (_, body, status, errorCode) => {
    const one = await single('boolean', body);
    expect([one.status, await one.json()]).toMatchObject([status, { key: 'boolean', errorCode }]);
    const every = await app.call('POST', '/ofrep/v1/evaluate/flags', { key: app.adminKey, body });
    const failure = (await every.json()) as Item & { errorDetails: string };
    expect([every.status, failure]).toMatchObject([status, { errorCode, errorDetails: expect.any(String) }]);
    expect(failure).not.toHaveProperty('key');
  });

  it('says in its own words that a key may not ask, or that something broke', async () => {
    const context = { targetingKey: 'alice' };
    const refused = await app.call('POST', '/ofrep/v1/evaluate/flags/boolean', { body: { context } });
    expect([refused.status, await refused.json()]).toEqual([401, { errorDetails: expect.stringContaining('API key') }]);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    const { key } = await app.otherTenant('broken');
    isBroken = true;
    const broken = await app.call('POST', '/ofrep/v1/evaluate/flags', { key, body: { context } });
    isBroken = false;
    expect([broken.status, await broken.json()]).toEqual([500, { errorDetails: expect.stringContaining('internal') }]);
  });

  it('fits the OpenAPI document of OFREP, in what it serves and in how it fails', async ({ skip }) => {
    if (ofrepData.missing) return skip(ofrepData.missing);
    const judge = ofrepJudge();
    const context = { targetingKey: 'alice' };
    const json = async (response: Promise<Response>) => (await response).json();
    for (const key of ['boolean', 'text', 'integer', 'float', 'object', 'disabled', 'attributes']) {
      expect(judge('serverEvaluationSuccess', await json(single(key, { context })))).toBeUndefined();
    }
    expect(judge('evaluationFailure', await json(single('by-repo', { context })))).toBeUndefined();
    expect(judge('evaluationFailure', await json(single('boolean', { context: {} })))).toBeUndefined();
    expect(judge('evaluationFailure', await json(single('boolean', '{')))).toBeUndefined();
    expect(judge('flagNotFound', await json(single('none', { context })))).toBeUndefined();
    expect(judge('bulkEvaluationFailure', await json(bulk({})))).toBeUndefined();
    const refused = app.call('POST', '/ofrep/v1/evaluate/flags', { body: { context } });
    expect(judge('generalErrorResponse', await json(refused))).toBeUndefined();

    // A list is a value that OFREP does not know; its providers take it.
    const answer = (await json(bulk(context))) as { flags: Item[] };
    const flags = answer.flags.filter(({ key }) => key !== 'list');
    expect(judge('bulkEvaluationSuccess', { ...answer, flags })).toBeUndefined();
    expect(judge('bulkEvaluationSuccess', { ...answer, flags: [{ key: 'k', reason: 'NOVEL', value: 1 }] })).toContain(
      'reason',
    );
  });

  it('is timed for /metrics under the names of its operations', async () => {
    await single('boolean', { context: { targetingKey: 'alice' } });
    const metrics = await (await app.call('GET', '/metrics')).text();
    expect(metrics).toMatch(/operation="evaluateFlagByOfrep"[^\n]*status="200"/);
    expect(metrics).toMatch(/operation="evaluateFlagsByOfrep"[^\n]*status="304"/);
  });
});
