import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

const none = { created: [], updated: [], unchanged: [] };

const banner = (weightOfOn: number) => ({
  state: 'ENABLED',
  variants: { on: true, off: false },
  defaultVariant: 'off',
  targeting: {
    if: [
      { in: ['@faas.com', { var: 'email' }] },
      'on',
      {
        fractional: [
          ['on', weightOfOn],
          ['off', 100 - weightOfOn],
        ],
      },
    ],
  },
});

describeOnEngines('documents of flags', (engine) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine);
  });
  afterAll(() => app.close());

  it('come from flagd: rehearsed, made once, replaced when they differ, with what cannot be said named', async () => {
    const { client } = await app.otherTenant('from flagd');
    const document = {
      flags: { banner: banner(50), nested: { ...banner(50), targeting: { var: 'user.name' } } },
    };
    const asked = { format: 'flagd' as const, document, reason: 'moving in' };
    const refused = [{ key: 'nested', path: '$.flags.nested.targeting.var', why: expect.any(String) }];
    expect(await client.importFlags({ ...asked, dryRun: true })).toEqual({
      ...none,
      created: ['banner'],
      segments: none,
      refused,
      dryRun: true,
      changes: [],
      moves: { examined: 0, moved: 0, flags: [], notExamined: 0 },
    });
    expect((await client.listFlags({})).items).toEqual([]);

    expect(await client.importFlags(asked)).toEqual({ ...none, created: ['banner'], segments: none, refused });
    expect(await client.evaluateFlag({ key: 'banner', attributes: { email: 'a@faas.com' } })).toMatchObject({
      value: true,
      reason: 'TARGETING_MATCH',
    });
    expect((await client.evaluateFlag({ key: 'banner', userId: 'user-1' })).reason).toBe('SPLIT');

    expect(await client.importFlags(asked)).toMatchObject({ ...none, unchanged: ['banner'] });
    expect((await client.getFlag({ key: 'banner' })).version).toBe(1);
    const more = { ...asked, document: { flags: { banner: banner(80), myFlag: banner(10) } } };
    expect(await client.importFlags({ ...more, keys: { myFlag: 'my-flag' } })).toMatchObject({
      created: ['my-flag'],
      updated: ['banner'],
      refused: [],
    });
    expect(await client.getFlag({ key: 'my-flag' })).toMatchObject({ salt: 'myFlag', version: 1 });
    expect(await client.getFlag({ key: 'banner' })).toMatchObject({ version: 2 });
  });

  it('go to flagd, and say of each flag that cannot go what flagd has not', async () => {
    const { client } = await app.otherTenant('to flagd');
    await client.createFlag(aFlag('plain', { rules: [] }));
    await client.createFlag(aFlag('waits', { prerequisites: [{ flag: 'plain', variants: ['on'] }] }));
    await client.createFlag(aFlag('timed', { schedule: [{ at: '2030-01-01T00:00:00Z', set: { enabled: false } }] }));
    const matches = [{ attribute: 'branch', op: 'matches' as const, values: ['^main$'] }];
    await client.createFlag(aFlag('pattern', { rules: [{ id: 'r', when: matches, serve: { variant: 'on' } }] }));
    const { document, refused } = await client.exportFlags({ format: 'flagd' });
    expect(document['flags']).toEqual({
      plain: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' },
    });
    expect(refused.map(({ key, path }) => [key, path])).toEqual([
      ['pattern', '$.rules[0].when[0].op'],
      ['timed', '$.schedule'],
      ['waits', '$.prerequisites'],
    ]);
  });

  it('of our own bring a project over as it is, segments and all', async () => {
    const from = (await app.otherTenant('from')).client;
    await from.createSegment({
      key: 'beta',
      included: ['alice'],
      rules: [{ when: [{ attribute: 'plan', op: 'in', values: ['pro'] }] }],
    });
    await from.createSegment({
      key: 'wide',
      rules: [{ when: [{ attribute: 'userId', op: 'segment', values: ['beta'] }] }],
    });
    const when = [{ attribute: 'userId', op: 'segment' as const, values: ['wide'] }];
    await from.createFlag(aFlag('base', { variants: { on: { z: 1, a: [2] }, off: null } }));
    await from.createFlag(
      aFlag('above', {
        rules: [{ id: 'r', when, serve: { variant: 'on' } }],
        prerequisites: [{ flag: 'base', variants: ['on', 'off'] }],
        schedule: [{ at: '2030-01-01T00:00:00Z', set: { enabled: false } }],
        overrides: [{ values: ['bob'], variant: 'on', note: 'to try' }],
      }),
    );
    const { document, refused } = await from.exportFlags({});
    expect(refused).toEqual([]);

    const to = (await app.otherTenant('to')).client;
    expect(await to.importFlags({ format: 'whetstone', document })).toEqual({
      ...none,
      created: ['above', 'base'],
      refused: [],
      segments: { ...none, created: ['beta', 'wide'] },
    });
    const timeless = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (name, inner: unknown) => (/^(created|updated)At$/.test(name) ? '' : inner)));
    expect(timeless((await to.exportFlags({})).document)).toEqual(timeless(document));
    expect(await to.importFlags({ format: 'whetstone', document })).toEqual({
      ...none,
      unchanged: ['above', 'base'],
      refused: [],
      segments: { ...none, unchanged: ['beta', 'wide'] },
    });
  });

  it('are taken as far as they hold together', async () => {
    const { client } = await app.otherTenant('refuses');
    await client.createFlag(aFlag('gone'));
    await client.archiveFlag({ key: 'gone' });
    await client.createFlag(aFlag('needed'));
    await client.createFlag(aFlag('needs', { prerequisites: [{ flag: 'needed', variants: ['on'] }] }));
    const needs = (flag: string) => ({ prerequisites: [{ flag, variants: ['on'] }] });
    const flags = [
      aFlag('gone'),
      aFlag('needed', { variants: { yes: true, off: false }, rules: [] }),
      aFlag('first', needs('second')),
      aFlag('second', needs('nowhere')),
      aFlag('good', needs('needed')),
      { ...aFlag('broken'), enabeld: true },
      aFlag('good'),
    ];
    const { refused, ...done } = await client.importFlags({ format: 'whetstone', document: { flags, colour: 1 } });
    expect(done).toEqual({ ...none, created: ['good'], segments: none });
    expect(refused).toEqual([
      { key: '', path: '$["colour"]', why: expect.any(String) },
      { key: 'broken', path: expect.stringContaining('$.flags[5]'), why: expect.stringContaining('enabeld') },
      { key: 'good', path: '$.flags[6]', why: expect.stringContaining('twice') },
      { key: 'gone', path: '$.flags["gone"]', why: expect.stringContaining('archived') },
      { key: 'needed', path: '$.flags["needed"].variants', why: expect.stringContaining('needs') },
      { key: 'second', path: '$.flags["second"].prerequisites.0.flag', why: expect.stringContaining('nowhere') },
      { key: 'first', path: '$.flags["first"].prerequisites.0.flag', why: expect.stringContaining('second') },
    ]);
  });

  it('are refused where they go round, with all that leads there, however many they are', async () => {
    const { client } = await app.otherTenant('circles');
    const needs = (key: string, flag: string) => aFlag(key, { rules: [], prerequisites: [{ flag, variants: ['on'] }] });
    const of = (prefix: string, kind: 'flags' | 'segments') => `$.${kind}["${prefix}"].`;
    const when = (key: string) => [{ when: [{ attribute: 'userId', op: 'segment', values: [key] }] }];
    const document = {
      flags: [needs('leads', 'one'), needs('one', 'two'), needs('two', 'one')],
      segments: [
        { key: 'leads', rules: when('one') },
        { key: 'one', rules: when('two') },
        { key: 'two', rules: when('one') },
      ],
    };
    const { refused, ...done } = await client.importFlags({ format: 'whetstone', document });
    expect(done).toEqual({ ...none, segments: none });
    const [goes, lacks] = ['goes round: one -> two -> one', 'is called "one"'];
    expect(refused.map(({ path, why }) => [path, why])).toEqual([
      [`${of('one', 'segments')}rules.0.when.0.values.0`, goes],
      [`${of('two', 'segments')}rules.0.when.0.values.0`, 'goes round: two -> one -> two'],
      [`${of('leads', 'segments')}rules.0.when.0.values.0`, expect.stringContaining(lacks)],
      [`${of('one', 'flags')}prerequisites.0.flag`, goes],
      [`${of('two', 'flags')}prerequisites.0.flag`, 'goes round: two -> one -> two'],
      [`${of('leads', 'flags')}prerequisites.0.flag`, expect.stringContaining(lacks)],
    ]);

    const many = 3_500;
    const circle = Array.from({ length: many }, (_, i) => needs(`c${i}`, `c${(i + 1) % many}`));
    const round = await client.importFlags({ format: 'whetstone', document: { flags: circle } });
    expect(round.created).toEqual([]);
    expect(round.refused).toHaveLength(many);
    const chain = Array.from({ length: many }, (_, i) => needs(`c${i}`, i === 0 ? 'nowhere' : `c${i - 1}`));
    const cut = await client.importFlags({ format: 'whetstone', document: { flags: chain } });
    expect(cut.refused).toHaveLength(many);
    expect(cut.refused.at(-1)?.why).toContain('no flag is called');
  });

  it('reach connected clients like any other change', async () => {
    const { client } = await app.otherTenant('reached');
    const before = (await client.getRuleset({})).revision;
    await client.importFlags({ format: 'flagd', document: { flags: { banner: banner(50) } } });
    const { revision, flags } = await client.getRuleset({});
    expect(revision).toBeGreaterThan(before);
    expect(flags.map(({ key }) => key)).toEqual(['banner']);
  });

  it('are rehearsed with how much of each flag changes and who moves, over flags and segments at once', async () => {
    const { client } = await app.otherTenant('rehearsed');
    const asks = (key: string, segment: string) =>
      aFlag(key, {
        rules: [
          {
            id: 'group',
            when: [{ attribute: 'userId', op: 'segment', values: [segment] }],
            serve: { variant: 'on' },
          },
        ],
      });
    await client.createSegment({ key: 'beta', included: ['alice'] });
    await client.createSegment({
      key: 'outer',
      rules: [{ when: [{ attribute: 'userId', op: 'segment', values: ['beta'] }] }],
    });
    for (const flag of [asks('asks', 'outer'), aFlag('plain', { rules: [] }), aFlag('same')])
      await client.createFlag(flag);
    await client.recordExposures({
      exposures: ['asks', 'plain', 'same'].flatMap((flag) =>
        ['alice', 'bob', 'carol'].map((userId) => ({ flag, variant: 'off', userId })),
      ),
    });
    const document = {
      flags: [
        aFlag('plain', { rules: [], description: 'for all', fallthrough: { variant: 'on' } }),
        aFlag('same'),
        aFlag('new'),
      ],
      segments: [{ key: 'beta', included: ['alice', 'bob'] }],
    };
    const wanted = { format: 'whetstone' as const, document };
    const tried = await client.importFlags({ ...wanted, dryRun: true });
    expect(tried).toMatchObject({ created: ['new'], updated: ['plain'], unchanged: ['same'], dryRun: true });
    expect(tried.changes).toEqual([{ key: 'plain', changes: 2 }]);
    expect(tried.moves).toMatchObject({
      examined: 6,
      moved: 4,
      notExamined: 0,
      flags: [
        {
          key: 'asks',
          examined: 3,
          moved: 1,
          transitions: [{ from: 'off', to: 'on', count: 1, examples: [{ userId: 'bob' }] }],
        },
        { key: 'plain', examined: 3, moved: 3, transitions: [{ from: 'off', to: 'on', count: 3 }] },
      ],
    });
    expect((await client.getFlag({ key: 'plain' })).version).toBe(1);
    const made = await client.importFlags(wanted);
    expect([made.changes, made.moves, made.updated]).toEqual([undefined, undefined, ['plain']]);
    expect((await client.evaluateFlag({ key: 'asks', userId: 'bob' })).variant).toBe('on');
  });

  it('larger than a request may be are refused as that, in words, and change nothing', async () => {
    const { client } = await app.otherTenant('too much at once');
    const flags = Array.from({ length: 5_000 }, (_, i) => aFlag(`flag-${i}`));
    await expect(client.importFlags({ format: 'whetstone', document: { flags } })).rejects.toMatchObject({
      code: 'payload_too_large',
    });
    expect((await client.listFlags({})).items).toEqual([]);
  });
});
