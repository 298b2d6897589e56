import type { Input, WhetstoneContract } from '@whetstone/shared/contract';
import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expireExposures, expireUsage } from '../../src/features/flags/exposures/expire.ts';
import { rollUpExposures } from '../../src/features/flags/exposures/roll-up.ts';
import type { Database, Tx } from '../../src/platform/db/database.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOn, describeOnEngines, postgres } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

type Entry = Input<WhetstoneContract['recordExposures']>['exposures'][number];

const hourMs = 3_600_000;
const keep = { usageDays: 400, exposureDays: 90 };
const dayMs = 24 * hourMs;
const ago = (ms: number, now = Date.now()) => new Date(now - ms).toISOString();

const entries = ({ sql: trx }: Tx) => trx.selectFrom('exposure').select(['flag', 'unit']).execute();
const entriesOf = async ({ database }: TestApp, flag: string) =>
  (await database.asSystem(entries)).filter((entry) => entry.flag === flag).length;
const unitsOf = async ({ database }: TestApp, flag: string) => {
  const rows = await database.asSystem(({ sql: trx }) =>
    trx.selectFrom('exposure_unit').select(['unit']).where('flag', '=', flag).orderBy('unit').execute(),
  );
  return rows.map(({ unit }) => unit);
};

/** As the database, but what a project's transaction did is lost at its end, as when the process dies there. */
const dyingBeforeCommit = (database: Database): Database => ({
  ...database,
  asProject: (projectId, work) =>
    database.asProject(projectId, async (tx) => {
      await work(tx);
      throw new Error('died');
    }),
});

/** As the database, but the process dies when so many transactions of projects have been committed. */
function dyingAfter(database: Database, transactions: number): Database {
  let left = transactions;
  return {
    ...database,
    asProject: async (projectId, work) => {
      if (left-- === 0) throw new Error('died');
      return database.asProject(projectId, work);
    },
  };
}

describeOnEngines('exposures', (engine) => {
  let app: TestApp;
  let agent: TestApp['admin'];
  beforeAll(async () => {
    app = await startApp(engine);
    agent = app.clientOf(await app.keyWith('agent'));
  });
  afterAll(() => app.close());

  const record = (...exposures: Entry[]) => agent.recordExposures({ exposures });
  const rollUp = (entriesAtOnce = 1_000) => rollUpExposures({ database: app.database, entriesAtOnce });
  const usage = async (key: string, timeRange = '7d', client = app.admin) => {
    const { to: _, ...rest } = await client.getFlagUsage({ key, timeRange });
    return rest;
  };
  const totals = async (key: string, timeRange = '7d') => {
    const { variants } = await usage(key, timeRange);
    return Object.fromEntries(variants.map(({ variant, exposures, units }) => [variant, [exposures, units]]));
  };

  describe('are counted', () => {
    it('once for an idempotency key, though it comes twenty times at once, and never for another body', async () => {
      const idempotencyKey = 'exposures-once';
      const exposures = [{ flag: 'once', variant: 'on', userId: 'alice', count: 3 }];
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => agent.recordExposures({ exposures }, { idempotencyKey })),
      );
      expect(answers).toEqual(Array.from({ length: 20 }, () => ({ accepted: 1 })));
      const other = agent.recordExposures({ exposures: [{ flag: 'once', variant: 'off' }] }, { idempotencyKey });
      await expect(other).rejects.toMatchObject({ code: 'conflict' });
      expect(await totals('once')).toEqual({ on: [3, 1] });
    });

    it('as often as they are sent without a key', async () => {
      const key = await app.keyWith('agent');
      const body = { exposures: [{ flag: 'keyless', variant: 'on', userId: 'alice' }] };
      const send = async () => {
        const answer = await app.call('POST', '/api/flags/exposures', { key, body });
        return [answer.status, await answer.json()];
      };
      expect([await send(), await send()]).toEqual([
        [200, { accepted: 1 }],
        [200, { accepted: 1 }],
      ]);
      expect(await totals('keyless')).toEqual({ on: [2, 1] });
    });

    it('all or none of a request', async () => {
      const body = { exposures: [{ flag: 'all-or-none', variant: 'on' }, { flag: 'all-or-none' }] };
      const answer = await app.call('POST', '/api/flags/exposures', { key: app.adminKey, body });
      expect(answer.status).toBe(400);
      expect(await entriesOf(app, 'all-or-none')).toBe(0);
    });

    it('by variant, with each unit once, whatever its version and whether rolled up or not', async () => {
      await record(
        { flag: 'units', variant: 'on', userId: 'alice', flagVersion: 1, count: 10 },
        { flag: 'units', variant: 'on', userId: 'alice', flagVersion: 2 },
        { flag: 'units', variant: 'on', userId: 'alice', unit: 'acme/api' },
        { flag: 'units', variant: 'off', userId: 'alice' },
        { flag: 'units', variant: 'off' },
      );
      const before = await usage('units');
      expect(await totals('units')).toEqual({ on: [12, 2], off: [2, 1] });
      expect(await rollUp()).toBeGreaterThan(0);
      expect(await usage('units')).toEqual(before);
      await record({ flag: 'units', variant: 'on', userId: 'alice' }, { flag: 'units', variant: 'on', userId: 'bob' });
      expect(await totals('units')).toEqual({ on: [14, 3], off: [2, 1] });
      await rollUp();
      expect(await totals('units')).toEqual({ on: [14, 3], off: [2, 1] });
    });

    it('with one row for each flag, variant, version and unit, however often and in whatever batches it comes', async () => {
      const alice = { flag: 'twice', variant: 'on', unit: 'alice', flagVersion: 1 };
      const others = [{ variant: 'off' }, { flagVersion: 2 }, { unit: 'bob' }, { flag: 'twice-more' }];
      const all = [alice, ...others.map((other) => ({ ...alice, ...other }))];
      for (let i = 0; i < 3; i++) {
        await record(...all, ...all);
        await rollUp();
      }
      const rows = await app.database.asSystem(({ sql: trx }) =>
        trx
          .selectFrom('exposure_unit')
          .select(['flag', 'variant', 'flag_version', 'unit'])
          .where('flag', 'like', 'twice%')
          .orderBy('flag')
          .orderBy('variant')
          .orderBy('flag_version')
          .orderBy('unit')
          .execute(),
      );
      expect(rows.map((row) => [row.flag, row.variant, row.flag_version, row.unit])).toEqual([
        ['twice', 'off', 1, 'alice'],
        ['twice', 'on', 1, 'alice'],
        ['twice', 'on', 1, 'bob'],
        ['twice', 'on', 2, 'alice'],
        ['twice-more', 'on', 1, 'alice'],
      ]);
      expect(await totals('twice')).toEqual({ on: [18, 2], off: [6, 1] });
    });

    it('over all variants, each unit once; the least exposed variants beyond a hundred together', async () => {
      const variants = Array.from({ length: 130 }, (_, i) => `v${String(i).padStart(3, '0')}`);
      await record(
        ...variants.map((variant, i) => ({ flag: 'many', variant, unit: 'alice', count: i < 100 ? 10 : 1 })),
        { flag: 'many', variant: 'v000', unit: 'bob' },
      );
      for (const rolledUp of [false, true]) {
        if (rolledUp) await rollUp();
        const answer = await usage('many', '24h');
        expect(answer).toMatchObject({ exposures: 1_031, units: 2, other: { variants: 30, exposures: 30 } });
        expect(answer.variants.map(({ variant }) => variant)).toEqual(variants.slice(0, 100));
        expect(answer.variants[0]).toMatchObject({ exposures: 11, units: 2 });
        expect(answer.other?.series.reduce((sum, { exposures }) => sum + exposures, 0)).toBe(30);
        expect(answer.other?.series.map(({ at }) => at)).toEqual(answer.variants[0]?.series.map(({ at }) => at));
        expect(answer.notes).toEqual(['30 variants beyond the 100 most exposed are added up in "other".']);
      }
    });

    it('with units as long as they may be, in any script', async () => {
      const long = '漢'.repeat(1_024);
      await record(
        { flag: 'long', variant: '漢'.repeat(128), unit: long, model: long, taskId: long },
        { flag: 'long', variant: '漢'.repeat(128), unit: `${long.slice(1)}字` },
        { flag: 'long', variant: 'quotes', unit: `{"a\\b,\n'c'"}` },
        { flag: 'long', variant: 'empty', unit: 'NULL' },
      );
      await rollUp();
      expect(await totals('long')).toEqual({ ['漢'.repeat(128)]: [2, 2], quotes: [1, 1], empty: [1, 1] });
      expect(await unitsOf(app, 'long')).toContain(`{"a\\b,\n'c'"}`);
    });

    it('for flags that are archived, or that the cloud never knew; of neither flag nor exposure nothing is known', async () => {
      await app.admin.createFlag(aFlag('archived'));
      expect(await usage('archived')).toMatchObject({ exposures: 0, variants: [] });
      await app.admin.archiveFlag({ key: 'archived' });
      await record({ flag: 'archived', variant: 'gone' }, { flag: 'never-made', variant: 'on' });
      expect(await totals('archived')).toEqual({ gone: [1, 0] });
      expect(await totals('never-made')).toEqual({ on: [1, 0] });
      await record({ flag: 'long-ago', variant: 'on', firstAt: ago(200 * dayMs) });
      expect(await usage('long-ago')).toMatchObject({ exposures: 0, variants: [] });
      await rollUp();
      expect(await usage('long-ago')).toMatchObject({ exposures: 0, variants: [] });
      await expect(usage('nobody-knows')).rejects.toMatchObject({ code: 'not_found' });
    });

    it('for their own tenant alone', async () => {
      const { client } = await app.otherTenant('exposed elsewhere');
      await record({ flag: 'shared-name', variant: 'on', userId: 'alice' });
      await expect(usage('shared-name', '7d', client)).rejects.toMatchObject({ code: 'not_found' });
      await client.recordExposures({ exposures: [{ flag: 'shared-name', variant: 'on', userId: 'bob', count: 5 }] });
      for (const rolledUp of [false, true]) {
        if (rolledUp) await rollUp();
        expect(await usage('shared-name')).toMatchObject({ exposures: 1, variants: [{ units: 1 }] });
        expect(await usage('shared-name', '7d', client)).toMatchObject({ exposures: 5, variants: [{ units: 1 }] });
      }
    });
  });

  describe('have a time', () => {
    it('that puts them into their hour, however late they come', async () => {
      const now = Date.now();
      const at = (hours: number) => ago(hours * hourMs, now);
      await record({ flag: 'late', variant: 'on', unit: 'a', firstAt: at(2), lastAt: at(2) });
      await rollUp();
      await record({ flag: 'late', variant: 'on', unit: 'a', firstAt: at(30), lastAt: at(20), count: 7 });
      for (const rolledUp of [false, true]) {
        if (rolledUp) await rollUp();
        const { variants, ...rest } = await usage('late', '48h');
        expect(rest).toMatchObject({ step: 'hour', exposures: 8 });
        const [{ series, ...on }] = variants as [(typeof variants)[0]];
        expect(on).toEqual({
          variant: 'on',
          exposures: 8,
          units: 1,
          firstSeenAt: at(30),
          lastSeenAt: at(2),
        });
        expect(series.filter(({ exposures }) => exposures > 0).map(({ exposures }) => exposures)).toEqual([7, 1]);
        expect(series.find(({ exposures }) => exposures === 7)?.at).toBe(`${at(20).slice(0, 13)}:00:00.000Z`);
        expect(await totals('late', '5h')).toEqual({ on: [1, 1] });
      }
    });

    it('that is the arrival when the client says none, or one that cannot be', async () => {
      await record(
        { flag: 'clocks', variant: 'none' },
        { flag: 'clocks', variant: 'future', firstAt: '2199-01-01T00:00:00Z' },
        {
          flag: 'clocks',
          variant: 'year-nought',
          firstAt: '0000-01-01T00:00:00+14:00',
          lastAt: '1970-01-01T00:00:00Z',
        },
        { flag: 'clocks', variant: 'half', firstAt: ago(hourMs), lastAt: '9999-12-31T23:59:59.999-23:59' },
        { flag: 'clocks', variant: 'last-alone', lastAt: ago(hourMs) },
      );
      expect(await totals('clocks', '3h')).toEqual({
        none: [1, 0],
        future: [1, 0],
        'year-nought': [1, 0],
        half: [1, 0],
        'last-alone': [1, 0],
      });
      const { variants, from } = await usage('clocks', '3h');
      expect(variants.every(({ firstSeenAt, lastSeenAt }) => firstSeenAt >= from && lastSeenAt <= ago(-1))).toBe(true);
    });
  });

  describe('name the field at fault:', () => {
    const good = { flag: 'limits', variant: 'on' };
    const many = (count: number) => Array.from({ length: count }, () => good);
    it.each<[string, unknown, string]>([
      ['none at all', [], 'exposures'],
      ['too many', many(1_001), 'exposures'],
      ['no flag', [good, { variant: 'on' }], 'exposures.1.flag'],
      ['a key that is none', [{ ...good, flag: 'No Flag' }], 'exposures.0.flag'],
      ['a word of the API', [{ ...good, flag: 'exposures' }], 'exposures.0.flag'],
      ['an empty variant', [{ ...good, variant: '' }], 'exposures.0.variant'],
      ['a long unit', [{ ...good, unit: 'x'.repeat(1_025) }], 'exposures.0.unit'],
      ['a NUL', [{ ...good, taskId: 'a\0' }], 'exposures.0.taskId'],
      ['a count of 0', [good, good, { ...good, count: 0 }], 'exposures.2.count'],
      ['a count too large', [{ ...good, count: 1_000_001 }], 'exposures.0.count'],
      ['half a count', [{ ...good, count: 1.5 }], 'exposures.0.count'],
      ['version 0', [{ ...good, flagVersion: 0 }], 'exposures.0.flagVersion'],
      ['a version no integer holds', [{ ...good, flagVersion: 2 ** 31 }], 'exposures.0.flagVersion'],
      ['a reason of their own', [{ ...good, reason: 'BECAUSE' }], 'exposures.0.reason'],
      ['a time without a zone', [{ ...good, firstAt: '2026-01-01T00:00:00' }], 'exposures.0.firstAt'],
      ['no time', [{ ...good, lastAt: 'yesterday' }], 'exposures.0.lastAt'],
      [
        'the end before the beginning',
        [{ ...good, firstAt: '2026-01-02T00:00:00Z', lastAt: '2026-01-01T00:00:00Z' }],
        'exposures.0.lastAt',
      ],
      ['a field nobody knows', [{ ...good, variable: 'x' }], 'exposures.0.variable'],
    ])('%s', async (_, exposures, path) => {
      const answer = await app.call('POST', '/api/flags/exposures', { key: app.adminKey, body: { exposures } });
      expect(await answer.json()).toMatchObject({ status: 400, errors: [{ path }] });
    });

    it.each(['0d', '1101d', '26401h', '-1d', '7', 'd', '7w', '07d', '1e3h', '7d7d', ''])(
      'timeRange %j',
      async (range) => {
        const answer = await app.call('GET', `/api/flags/limits/usage?timeRange=${range}`, { key: app.adminKey });
        expect(await answer.json()).toMatchObject({ status: 400, errors: [{ path: 'timeRange' }] });
      },
    );

    it('and are taken up to the limits', async () => {
      const { accepted } = await agent.recordExposures({ exposures: many(1_000) });
      expect(accepted).toBe(1_000);
      expect((await usage('limits', '2160h')).variants[0]?.series).toHaveLength(91);
      expect((await usage('limits', '72h')).variants[0]?.series).toHaveLength(73);
    });
  });

  describe('are rolled up', () => {
    it('in transactions that take no more than about as many entries as they may', async () => {
      await rollUp();
      for (let i = 0; i < 10; i++)
        await record(...Array.from({ length: 100 }, () => ({ flag: 'bounded', variant: 'on' })));
      let transactions = 0;
      const counting: Database = {
        ...app.database,
        asProject: (projectId, work) => (transactions++, app.database.asProject(projectId, work)),
      };
      // Three batches of a hundred reach 250; the last look finds nothing.
      expect(await rollUpExposures({ database: counting, entriesAtOnce: 250 })).toBe(10);
      expect(transactions).toBe(5);
      expect(await totals('bounded')).toEqual({ on: [1_000, 0] });
    });

    it('and left off where they are when told to stop', async () => {
      await rollUp();
      for (let i = 0; i < 4; i++) await record({ flag: 'stopped', variant: 'on' });
      const stop = new AbortController();
      const stopping: Database = {
        ...app.database,
        asProject: async (projectId, work) => {
          stop.abort();
          return app.database.asProject(projectId, work);
        },
      };
      expect(await rollUpExposures({ database: stopping, signal: stop.signal, entriesAtOnce: 1 })).toBe(1);
      expect(await rollUp()).toBe(3);
      expect(await totals('stopped')).toEqual({ on: [4, 0] });
    });

    it('once, though four do it at once while more come in', async () => {
      const send = () =>
        record({ flag: 'crowd', variant: 'on', unit: 'a' }, { flag: 'crowd', variant: 'on', unit: 'b' });
      for (let i = 0; i < 20; i++) await send();
      const rolling = Array.from({ length: 4 }, () => rollUp(6));
      await Promise.all([...rolling, ...Array.from({ length: 10 }, send)]);
      expect(await totals('crowd')).toEqual({ on: [60, 2] });
      await rollUp();
      expect(await totals('crowd')).toEqual({ on: [60, 2] });
      expect(await rollUp()).toBe(0);
    });

    it('without loss or gain, whatever comes when and whoever dies', { timeout: 120_000 }, async () => {
      const unit = fc.constantFrom('a', 'b', 'c', 'd');
      const variant = fc.constantFrom('on', 'off');
      const entry = fc.record({ variant, unit, count: fc.integer({ min: 1, max: 1_000 }), hoursAgo: fc.nat(100) });
      const step = fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({
            kind: fc.constant('send' as const),
            batch: fc.array(entry, { minLength: 1, maxLength: 6 }),
          }),
        },
        {
          weight: 2,
          arbitrary: fc.record({ kind: fc.constant('roll up' as const), atOnce: fc.integer({ min: 1, max: 12 }) }),
        },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('die before commit' as const) }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('die after' as const), transactions: fc.nat(2) }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('two at once' as const) }) },
      );
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
          const flag = `conserved-${runs++}`;
          const model = new Map<string, { exposures: number; units: Set<string> }>();
          const dies = (database: Database) =>
            rollUpExposures({ database, entriesAtOnce: 4 }).catch((error: Error) => expect(error.message).toBe('died'));
          for (const what of steps) {
            if (what.kind === 'roll up') await rollUp(what.atOnce);
            else if (what.kind === 'two at once') await Promise.all([rollUp(3), rollUp(3)]);
            else if (what.kind === 'die before commit') await dies(dyingBeforeCommit(app.database));
            else if (what.kind === 'die after') await dies(dyingAfter(app.database, what.transactions));
            else {
              await record(
                ...what.batch.map(({ hoursAgo, ...rest }) => ({ flag, ...rest, firstAt: ago(hoursAgo * hourMs) })),
              );
              for (const sent of what.batch) {
                const known = model.get(sent.variant) ?? { exposures: 0, units: new Set() };
                model.set(sent.variant, known);
                known.exposures += sent.count;
                known.units.add(sent.unit);
              }
            }
            if (model.size === 0) continue;
            const expected = [...model].map(([name, { exposures, units }]) => [name, [exposures, units.size]]);
            expect(await totals(flag)).toEqual(Object.fromEntries(expected));
          }
        }),
        { numRuns: 40 },
      );
    });
  });
});

describeOnEngines('exposures that grow old', (engine) => {
  it('go when they are rolled up, with the units not seen since; the counts stay', async () => {
    const { clock, advance } = testClock();
    const app = await startApp(engine, { clock });
    const record = (unit: string) =>
      app.admin.recordExposures({ exposures: [{ flag: 'old', variant: 'on', unit, count: 5 }] });
    const { database } = app;
    const range = async (timeRange: string) => {
      const { exposures, variants } = await app.admin.getFlagUsage({ key: 'old', timeRange });
      return [exposures, variants[0]?.units];
    };

    await record('once');
    await record('always');
    advance(60 * dayMs);
    await record('always');
    advance(29 * dayMs);
    await rollUpExposures({ database });
    expect(await expireExposures({ database, keep })).toBe(0);
    expect(await range('90d')).toEqual([15, 2]);

    advance(2 * dayMs);
    await app.admin.recordExposures({ exposures: [{ flag: 'old', variant: 'on', unit: 'late', firstAt: ago(0) }] });
    const dying = expireExposures({ database: dyingBeforeCommit(database), keep });
    await expect(dying).rejects.toThrow('died');
    expect(await entriesOf(app, 'old')).toBe(4);
    expect(await expireExposures({ database, keep, rowsAtOnce: 1 })).toBe(2);
    expect(await entriesOf(app, 'old')).toBe(2);
    expect(await unitsOf(app, 'old')).toEqual(['always']);
    expect(await range('90d')).toEqual([5, 1]);

    // Not rolled up by anybody, the late one outlives its time.
    advance(200 * dayMs);
    expect(await expireExposures({ database, keep })).toBe(1);
    expect(await entriesOf(app, 'old')).toBe(1);
    await rollUpExposures({ database });
    await expireExposures({ database, keep });
    expect(await entriesOf(app, 'old')).toBe(0);
    expect(await unitsOf(app, 'old')).toEqual([]);
    const hours = await database.asSystem(({ sql: trx }) =>
      trx.selectFrom('exposure_hour').select('exposures').execute(),
    );
    expect(hours.reduce((sum, { exposures }) => sum + Number(exposures), 0)).toBe(16);

    await app.close();
  });

  it('are still counted when their units are gone, and the answer says what it does not know', async () => {
    const { clock, advance } = testClock();
    const app = await startApp(engine, { clock, keep: { usageDays: 400, exposureDays: 10 } });
    const { database } = app;
    await app.admin.recordExposures({ exposures: [{ flag: 'kept', variant: 'on', unit: 'a', count: 5 }] });
    advance(20 * dayMs);
    await rollUpExposures({ database });
    await expireExposures({ database, keep: { ...keep, exposureDays: 10 } });
    await app.admin.recordExposures({ exposures: [{ flag: 'kept', variant: 'on', unit: 'b' }] });
    expect(await app.admin.getFlagUsage({ key: 'kept', timeRange: '10d' })).toMatchObject({
      exposures: 1,
      units: 1,
      variants: [{ units: 1 }],
      notes: [],
    });
    // Nobody was exposed between eleven and ten days ago: nobody is missing.
    expect(await app.admin.getFlagUsage({ key: 'kept', timeRange: '11d' })).toMatchObject({ units: 1, notes: [] });
    expect(await app.admin.getFlagUsage({ key: 'kept', timeRange: '30d' })).toMatchObject({
      exposures: 6,
      units: null,
      variants: [{ units: null }],
      notes: [expect.stringContaining('WHETSTONE_EXPOSURE_DAYS is 10')],
    });
    const year = await app.admin.getFlagUsage({ key: 'kept', timeRange: '365d' });
    expect(year).toMatchObject({ exposures: 6, units: null, step: 'week' });
    expect(new Date(year.variants[0]!.series[0]!.at).getUTCDay()).toBe(1);
    expect(year.variants[0]!.series.reduce((sum, { exposures }) => sum + exposures, 0)).toBe(6);
    await app.close();
  });

  it('lose their counts by whole weeks once these have had their time, in small transactions; the last one stays known', async () => {
    const { clock, advance } = testClock();
    const short = { usageDays: 30, exposureDays: 90 };
    const app = await startApp(engine, { clock, keep: short });
    const { database } = app;
    const record = (...exposures: Entry[]) => app.admin.recordExposures({ exposures });
    const hoursOf = async (flag: string) =>
      (
        await database.asSystem(({ sql: trx }) =>
          trx.selectFrom('exposure_hour').select('hour').where('flag', '=', flag).execute(),
        )
      ).length;
    await app.admin.createFlag(aFlag('made'));
    const { client } = await app.otherTenant('kept elsewhere');
    await client.recordExposures({ exposures: [{ flag: 'made', variant: 'on' }] });
    const at = Date.now();
    const lateAt = (hours: number) => new Date(at - hours * hourMs).toISOString();
    await record(
      ...[1, 2, 3].flatMap((hours) =>
        ['made', 'stranger'].map((flag) => ({ flag, variant: 'on', lastAt: lateAt(hours) })),
      ),
    );
    advance(29 * dayMs);
    await rollUpExposures({ database });
    expect(await expireUsage({ database, keep: short })).toBe(0);
    advance(10 * dayMs);
    await record({ flag: 'made', variant: 'on' });
    await rollUpExposures({ database });

    const before = await app.admin.getFlagUsage({ key: 'made', timeRange: '1000d' });
    expect(before).toMatchObject({ exposures: 1, notes: [expect.stringContaining('WHETSTONE_USAGE_DAYS is 30')] });
    const dying = expireUsage({ database: dyingBeforeCommit(database), keep: short });
    await expect(dying).rejects.toThrow('died');
    expect(await hoursOf('stranger')).toBe(3);
    let transactions = 0;
    const counting: Database = {
      ...database,
      asProject: (projectId, work) => (transactions++, database.asProject(projectId, work)),
    };
    // Both tenants' counts, two rows a transaction: 6 in 3, 1 in 1, each with a last look and one for the names.
    expect(await expireUsage({ database: counting, keep: short, rowsAtOnce: 2 })).toBe(7);
    expect(transactions).toBe(8);
    expect([await hoursOf('made'), await hoursOf('stranger')]).toEqual([1, 0]);
    expect(await app.admin.getFlagUsage({ key: 'made', timeRange: '1000d' })).toEqual({
      ...before,
      to: expect.any(String),
    });
    await expect(app.admin.getFlagUsage({ key: 'stranger' })).rejects.toMatchObject({ code: 'not_found' });
    const [listed] = (await app.admin.listFlags({})).items;
    expect(Date.parse(listed!.lastEvaluatedAt!)).toBeGreaterThan(at + 38 * dayMs);
    await app.close();
  });
});

const victims = 4;

describeOn(postgres, 'exposures rolled up by several processes', (engine) => {
  it(`are counted once, though all ${victims} are killed at their work`, { timeout: 120_000 }, async () => {
    const place = await engine.place();
    const app = await startApp(engine, { place });
    let sent = 0;
    const record = async () => {
      const exposures = ['a', 'b', 'c'].map((unit) => ({ flag: 'killed', variant: 'on', unit, count: 7 }));
      await app.admin.recordExposures({ exposures });
      sent += 21;
    };
    const total = async () => {
      const { exposures, variants } = await app.admin.getFlagUsage({ key: 'killed' });
      return [exposures, variants[0]?.units];
    };

    const script = fileURLToPath(new URL('../support/roll-up-forever.ts', import.meta.url));
    const tsx = createRequire(import.meta.url).resolve('tsx');
    const rolling = Array.from({ length: victims }, () =>
      spawn(process.execPath, ['--import', tsx, script, place.choice.url!], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    const atWork = rolling.map((child) =>
      Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => Promise.reject(new Error('it ended')))]),
    );
    let settled = false;
    const allAtWork = Promise.all(atWork).finally(() => (settled = true));
    while (!settled) await record();
    await allAtWork;
    for (const victim of rolling) {
      // Ten at once, so that the kill finds some waiting, some claimed and some counted.
      await Promise.all(Array.from({ length: 10 }, record));
      victim.kill('SIGKILL');
      await once(victim, 'exit');
      expect(await total()).toEqual([sent, 3]);
    }
    await rollUpExposures({ database: app.database });
    expect(await rollUpExposures({ database: app.database })).toBe(0);
    expect(await total()).toEqual([sent, 3]);
    await app.close();
    await place.remove();
  });
});
