import type { Input, WhetstoneContract } from '@whetstone/shared/contract';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldOutcomes } from '../../src/features/portfolio/learn/fold.ts';
import { poolRepository } from '../../src/features/portfolio/learn/pool/repository.ts';
import { rebuildCells } from '../../src/features/portfolio/learn/rebuild.ts';
import { shareCounts } from '../../src/features/portfolio/learn/share-counts.ts';
import { watchPrices } from '../../src/features/portfolio/learn/watch-prices.ts';
import { expireOutcomes } from '../../src/features/portfolio/record/expire.ts';
import type { Database, ProjectTx } from '../../src/platform/db/database.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines, silentLog } from '../support/engines.ts';
import { layOutcomes, learnedOf, learningOn } from '../support/portfolio.ts';
import { makeProject } from '../support/projects.ts';

type Outcome = Input<WhetstoneContract['recordOutcome']>;

const base: Outcome = { taskType: 'fix', language: 'go', model: 'a', outcome: 'solved', costUsd: 1, timeMs: 1_000 };
const never = new AbortController().signal;

/** As the database, but what a project's transaction did is lost at its end, as when the process dies there. */
const dyingBeforeCommit = (database: Database): Database => ({
  ...database,
  asProject: (projectId, work) =>
    database.asProject(projectId, async (tx) => {
      await work(tx);
      throw new Error('died');
    }),
});

describeOnEngines('what is learned from outcomes', (engine) => {
  let app: TestApp;
  let learning: ReturnType<typeof learningOn>;
  beforeAll(async () => {
    app = await startApp(engine);
    learning = learningOn(app);
  });
  afterAll(() => app.close());

  const tenant = async () => {
    const { client, projectId } = await app.otherTenant(`tenant ${performance.now()}`);
    const dependencies = { ...learning, database: app.database, events: app.events, log: silentLog };
    return {
      client,
      projectId,
      record: (...outcomes: Partial<Outcome>[]) =>
        client.recordOutcomes({ outcomes: outcomes.map((said) => ({ ...base, ...said }) as Outcome) }),
      fold: (outcomesAtOnce = 500, database: Database = app.database) =>
        foldOutcomes({ ...dependencies, database }, { projectId, outcomesAtOnce }),
      rebuild: async (rowsAtOnce = 10_000) => {
        await app.database.asProject(projectId, learning.wantRebuild);
        return rebuildCells(dependencies, { projectId, signal: never, rowsAtOnce });
      },
      learned: () => learnedOf(app.database, projectId),
      global: async (model: string, origin = 'work') => {
        const { cells } = await learnedOf(app.database, projectId);
        return cells.filter((cell) => cell.level === 'global' && cell.model === model && cell.origin === origin);
      },
      state: () =>
        app.database.asSystem(({ sql: trx }) =>
          trx.selectFrom('portfolio_state').selectAll().where('project_id', '=', projectId).executeTakeFirstOrThrow(),
        ),
      /** As a run of evals stores what it found. */
      asRun: () =>
        app.database.asSystem(({ sql: trx }) =>
          trx.updateTable('outcome').set({ source: 'run' }).where('project_id', '=', projectId).execute(),
        ),
    };
  };

  it('is counted by the server itself, soon after it was recorded', async () => {
    const own = await startApp(engine);
    await own.work();
    await own.admin.recordOutcome(base);
    await expect
      .poll(async () => (await learnedOf(own.database, own.projectId)).cells.map(({ level, n }) => [level, n]), {
        timeout: 20_000,
      })
      .toEqual([
        ['global', 1],
        ['type', 1],
      ]);
    await own.close();
  });

  it('is counted in each cell of its task, retries as one try for what they cost together', async () => {
    const { record, fold, learned } = await tenant();
    await record(
      { taskId: 't', attempt: 1, outcome: 'failed', complexity: 'high', repoId: 'r' },
      { taskId: 't', attempt: 2, outcome: 'solved', complexity: 'high', repoId: 'r', costUsd: 2 },
    );
    expect(await fold()).toBe(2);
    const { cells, rescues } = await learned();
    expect(cells.map(({ level, key, n, solved, cost }) => [level, key, n, solved, cost.sum])).toEqual(
      [
        ['complexity', 'fix/go/high', 1, 1, 3],
        ['global', '', 1, 1, 3],
        ['repo', 'fix/go/r', 1, 1, 3],
        ['type', 'fix/go', 1, 1, 3],
      ].map((cell) => expect.objectContaining(cell)),
    );
    expect(rescues).toEqual([]);
  });

  it('never counts against a model what its provider did', async () => {
    const { record, fold, learned, global } = await tenant();
    await record({ outcome: 'provider_error' }, { outcome: 'aborted' }, { outcome: 'unknown' });
    await record({ taskId: 't', attempt: 1, outcome: 'provider_error' });
    await fold();
    expect((await learned()).cells).toEqual([]);
    await record({ taskId: 't', attempt: 2, outcome: 'solved' });
    await fold();
    expect(await global('a')).toMatchObject([{ n: 1, solved: 1, cost: { sum: 2 } }]);
  });

  it('counts a follow-up as a rescue alone, in the order in which models were asked', async () => {
    const { record, fold, learned, global } = await tenant();
    await record(
      { taskId: 't', attempt: 3, model: 'c', outcome: 'solved', costUsd: 5 },
      { taskId: 't', attempt: 1, model: 'a', outcome: 'failed' },
      { taskId: 't', attempt: 2, model: 'b', outcome: 'failed' },
    );
    await fold(1);
    const { rescues } = await learned();
    expect(
      rescues.map(({ failed, failed_second, model, n, solved }) => [failed, failed_second, model, n, solved]),
    ).toEqual([
      ['a', '', 'b', 1, 0],
      ['a', '', 'c', 1, 1],
      ['a', 'b', 'c', 1, 1],
      ['b', '', 'c', 1, 1],
    ]);
    expect(await global('a')).toMatchObject([{ n: 1, solved: 0 }]);
    expect([...(await global('b')), ...(await global('c'))]).toEqual([]);
  });

  it('counts rescues of eval runs in all orders, beside what work has', async () => {
    const { record, fold, learned, asRun, global } = await tenant();
    await record(
      { taskId: 'p', attempt: 1, model: 'a', outcome: 'failed' },
      { taskId: 'p', attempt: 2, model: 'b', outcome: 'failed' },
    );
    await asRun();
    await fold();
    const { rescues } = await learned();
    expect(rescues.map(({ failed, model, n }) => [failed, model, n])).toEqual([
      ['a', 'b', 1],
      ['b', 'a', 1],
    ]);
    expect(await global('b', 'run')).toMatchObject([{ n: 1, solved: 0 }]);
    expect(await global('b', 'work')).toEqual([]);
  });

  it('learns anew from a late attempt and from a correction, and a row of nothing leaves', async () => {
    const { record, fold, learned, global } = await tenant();
    await record(
      { taskId: 't', attempt: 2, model: 'b', outcome: 'solved' },
      { taskId: 's', attempt: 1, language: 'ada' },
    );
    await fold();
    await record({ taskId: 't', attempt: 1, model: 'a', outcome: 'failed' });
    await fold();
    expect((await learned()).rescues).toMatchObject([{ failed: 'a', model: 'b', n: 1, solved: 1 }]);
    await record({ taskId: 's', attempt: 1, outcome: 'failed', corrects: true });
    await record({ taskId: 't', attempt: 1, outcome: 'solved', corrects: true });
    expect(await fold()).toBe(2);
    const { cells, rescues } = await learned();
    expect(rescues).toEqual([]);
    expect(cells.filter(({ key }) => key === 'fix/ada')).toEqual([]);
    expect(await global('a')).toMatchObject([{ n: 2, solved: 1 }]);
  });

  it('is one version more, and tells the log, once for whatever was folded together', async () => {
    const { record, fold, state, projectId } = await tenant();
    const head = async () => (await app.events.read(projectId, 0, 100)) as { events: { topic: string }[] };
    await record({}, {});
    await fold();
    await fold();
    expect(await state()).toMatchObject({ version: '1' });
    expect((await head()).events.filter(({ topic }) => topic === 'portfolio')).toHaveLength(1);
    expect((await state()).data_at).not.toBeNull();
  });

  it(
    'is as if made from all outcomes at once, whatever comes when, is corrected, and whoever dies',
    { timeout: 120_000 },
    async () => {
      const attempt = fc.record({
        taskId: fc.constantFrom('t', 'u', 'v'),
        attempt: fc.integer({ min: 1, max: 4 }),
        model: fc.constantFrom('a', 'b', 'c'),
        outcome: fc.constantFrom('solved' as const, 'failed' as const, 'provider_error' as const),
        complexity: fc.constantFrom('low', undefined),
        costUsd: fc.constantFrom(0.1, 0.25, 3),
      });
      const step = fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({
            kind: fc.constant('record' as const),
            sent: fc.array(attempt, { minLength: 1, maxLength: 6 }),
          }),
        },
        {
          weight: 2,
          arbitrary: fc.record({ kind: fc.constant('fold' as const), atOnce: fc.integer({ min: 1, max: 5 }) }),
        },
        {
          weight: 1,
          arbitrary: fc.record({ kind: fc.constantFrom('die', 'two at once', 'rebuild', 'half a rebuild') }),
        },
      );
      const run = async (steps: Parameters<typeof apply>[1][]) => {
        const t = await tenant();
        for (const one of steps) await apply(t, one);
        await t.fold();
        const folded = await t.learned();
        expect((await t.state()).rebuild_wanted_at).toBeNull();
        expect(await t.rebuild(3)).toBe(true);
        expect(await t.learned()).toEqual(folded);
      };
      const apply = async (
        t: Awaited<ReturnType<typeof tenant>>,
        what: { kind: string; sent?: Partial<Outcome>[]; atOnce?: number },
      ) => {
        if (what.kind === 'record') await t.record(...what.sent!.map((one) => ({ ...one, corrects: true as const })));
        else if (what.kind === 'fold') await t.fold(what.atOnce);
        else if (what.kind === 'two at once') await Promise.all([t.fold(2), t.fold(3)]);
        else if (what.kind === 'rebuild') await t.rebuild(2);
        else if (what.kind === 'die')
          await t.fold(2, dyingBeforeCommit(app.database)).catch(({ message }: Error) => expect(message).toBe('died'));
        else {
          // What is recorded while a rebuild reads waits, and what was counted before stays what it counts.
          const recording = t.record({ taskId: 't', attempt: 1, model: 'b', outcome: 'failed', corrects: true });
          await Promise.all([recording, t.rebuild(1), t.fold(1)]);
        }
      };
      await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), run), { numRuns: 25 });
    },
  );

  it('waits while the cells are made again, and one who has died at that is taken over', async () => {
    const { record, fold, rebuild, state, projectId, global } = await tenant();
    await record({});
    await fold();
    const until = (ms: number) =>
      app.database.asSystem(({ sql: trx }) =>
        trx
          .updateTable('portfolio_state')
          .set({ rebuild_owner: '01990000-0000-7000-8000-000000000000', rebuild_until: new Date(Date.now() + ms) })
          .where('project_id', '=', projectId)
          .execute(),
      );
    await until(60_000);
    await record({});
    expect(await fold()).toBe(0);
    expect(await rebuild()).toBe(false);
    expect((await state()).rebuild_wanted_at).not.toBeNull();
    await until(-1);
    await learning.run('rebuild', projectId);
    expect(await global('a')).toMatchObject([{ n: 1 }]);
    expect((await state()).rebuild_wanted_at).toBeNull();
    await learning.queue.drain();
    expect(await global('a')).toMatchObject([{ n: 2 }]);
  });

  it('goes from a rebuild that was overtaken, which leaves the cells as they are', async () => {
    const { record, fold, projectId, learned } = await tenant();
    await record({}, {}, {});
    await fold();
    const before = await learned();
    await app.database.asProject(projectId, learning.wantRebuild);
    let transactions = 0;
    const overtaken: Database = {
      ...app.database,
      asProject: async (id, work) => {
        if (++transactions === 3)
          await app.database.asProject(projectId, (tx) =>
            learning.openEpoch(tx, { model: 'z', since: tx.now, why: 'said so' }),
          );
        return app.database.asProject(id, work);
      },
    };
    const rebuilding = rebuildCells(
      { database: overtaken, events: app.events, log: silentLog },
      { projectId, signal: never, rowsAtOnce: 1 },
    );
    await expect(rebuilding).rejects.toThrow(/changed while they were made again/);
    expect(await learned()).toEqual(before);
  });

  it.for([
    ['a number that is none', sql`n = 'NaN'::float8`],
    ['less than nothing', sql`n = -5`],
    ['another shape', sql`cost = '{"n": "many"}'::json`],
    ['no shape', sql`"time" = '[]'::json`],
  ] as const)('outlives a row of %s, which the next rebuild heals', async ([, damage]) => {
    const { record, fold, projectId, state, learned, global } = await tenant();
    await record({}, { model: 'b' });
    await fold();
    const healthy = await learned();
    await app.database.asSystem((tx) =>
      sql`update portfolio_cell set ${damage} where project_id = ${projectId} and model = 'a' and level = 'global'`.execute(
        tx.sql,
      ),
    );
    await record({ model: 'b' }, { outcome: 'failed' });
    expect(await fold()).toBe(2);
    expect(await global('b')).toMatchObject([{ n: 2 }]);
    expect((await state()).rebuild_wanted_at).not.toBeNull();
    await learning.run('rebuild', projectId);
    expect(await global('a')).toMatchObject([{ n: 2, solved: 1 }]);
    expect(healthy.cells).toHaveLength(4);
    expect((await state()).rebuild_wanted_at).toBeNull();
  });

  it('is made again when outcomes have had their time', async () => {
    const { projectId, fold, global } = await tenant();
    const old = new Date(Date.now() - 500 * 86_400_000);
    await layOutcomes(
      app.database,
      projectId,
      [old, old, new Date()].map((at) => ({ model: 'a', solved: true, at })),
    );
    await fold();
    expect(await global('a')).toMatchObject([{ n: 3 }]);
    await expireOutcomes({ database: app.database, onRemoved: learning.wantRebuild });
    await learning.run('rebuild', projectId);
    expect(await global('a')).toMatchObject([{ n: 1 }]);
  });

  describe('of a model that becomes another one', () => {
    it('is kept apart from what came before, and counted again where the change lies in the past', async () => {
      const { projectId, fold, global, state } = await tenant();
      const day = (n: number) => new Date(Date.now() - n * 86_400_000);
      await layOutcomes(app.database, projectId, [
        { model: 'a', solved: true, at: day(3) },
        { model: 'a', solved: false, at: day(1) },
        { model: 'b', solved: false, at: day(1) },
      ]);
      await fold();
      await app.database.asProject(projectId, (tx) =>
        learning.openEpoch(tx, { model: 'a', since: day(2), why: 'a new version' }),
      );
      expect((await state()).rebuild_wanted_at).not.toBeNull();
      await learning.run('rebuild', projectId);
      expect((await global('a')).map(({ epoch, n, solved }) => [epoch, n, solved])).toEqual([
        [0, 1, 1],
        [1, 1, 0],
      ]);
      expect(await global('b')).toMatchObject([{ epoch: 0, n: 1 }]);
      expect((await state()).drift).toMatchObject({ found: [{ model: 'a', why: 'a new version', before: null }] });
    });

    it('is found by what it makes of its tasks, near the try from which on it did', async () => {
      const { projectId, fold, state, global } = await tenant();
      const start = Date.now() - 400 * 60_000;
      const at = (i: number) => new Date(start + i * 60_000);
      // Four of five until the two hundredth, then one of five.
      const tries = Array.from({ length: 300 }, (_, i) => ({
        model: 'a',
        solved: i < 200 ? i % 5 !== 0 : i % 5 === 0,
        at: at(i),
      }));
      await layOutcomes(app.database, projectId, tries);
      await fold(20);
      const { epochs, drift } = await state();
      expect(epochs).toMatchObject([{ model: 'a', epoch: 1 }]);
      const [{ since }] = epochs as [{ since: string }];
      expect(Math.abs((Date.parse(since) - start) / 60_000 - 200)).toBeLessThan(5);
      expect(drift).toMatchObject({ found: [{ model: 'a', why: expect.stringMatching(/^success fell from/) }] });
      await learning.run('rebuild', projectId);
      const [before, after] = await global('a');
      expect(before!.solved / before!.n).toBeGreaterThan(0.75);
      expect(after!.solved / after!.n).toBeLessThan(0.3);
    });

    it('is found by another price in the catalogue', async () => {
      const { record, fold, state } = await tenant();
      await record({ model: 'a' }, { model: 'b' });
      await fold();
      const watch = (usd: number) =>
        watchPrices({
          database: app.database,
          openEpoch: learning.openEpoch,
          log: silentLog,
          listPrice: (model) =>
            model === 'a' ? { inputUsdPerMillion: usd, outputUsdPerMillion: 8, cacheUsdPerMillion: null } : undefined,
        });
      await watch(2);
      await watch(2);
      expect((await state()).epochs).toEqual([]);
      await watch(3);
      expect((await state()).epochs).toMatchObject([
        { model: 'a', epoch: 1, why: expect.stringContaining('from $2 in') },
      ]);
    });
  });

  it('is of one tenant alone', async () => {
    const [one, other] = [await tenant(), await tenant()];
    await one.record({ taskId: 'same', attempt: 1, outcome: 'failed' });
    await other.record({ taskId: 'same', attempt: 2, model: 'b' });
    await one.fold();
    await other.fold();
    expect((await other.learned()).rescues).toEqual([]);
    expect(await one.global('b')).toEqual([]);
  });
});

describeOnEngines('counts that projects share', (engine) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine);
  });
  afterAll(() => app.close());

  /** A project of an organisation of its own that has solved one task with model a. */
  const sharing = async (pool: 'none' | 'organisation' | 'everyone') => {
    const projectId = await makeProject(app.database);
    const learning = learningOn(app);
    const choose = (chosen: typeof pool) =>
      app.database.asProject(projectId, async (tx) => {
        await tx.sql
          .insertInto('portfolio_settings')
          .values({ project_id: projectId, version: 1, settings: '{}', pool: chosen, updated_at: tx.now })
          .onConflict((conflict) => conflict.column('project_id').doUpdateSet({ pool: chosen }))
          .execute();
        await learning.followPoolSetting(tx, chosen);
      });
    await layOutcomes(app.database, projectId, [{ model: 'a', solved: true, at: new Date() }]);
    await learning.run('fold', projectId);
    await choose(pool);
    await shareCounts({ database: app.database });
    return {
      projectId,
      choose,
      pool: () => app.database.asProject(projectId, (tx) => poolRepository.read(tx)),
      global: async () =>
        (await app.database.asProject(projectId, (tx) => poolRepository.read(tx))).filter(
          ({ level }) => level === 'global',
        ),
    };
  };
  const sharedBy = (projectId: string) =>
    app.database.asSystem(({ sql: trx }) =>
      trx.selectFrom('portfolio_pool').select('model').where('project_id', '=', projectId).execute(),
    );

  it('show beyond an organisation only where three others share them, and no longer at once with their word', async () => {
    const reader = await sharing('everyone');
    const others = [await sharing('everyone'), await sharing('everyone')];
    await sharing('organisation');
    expect(await reader.pool()).toEqual([]);
    others.push(await sharing('everyone'));
    expect(await reader.global()).toMatchObject([{ model: 'a', n: 3, solved: 3, contributors: 3 }]);
    await others[0]!.choose('organisation');
    expect(await reader.pool()).toEqual([]);
    await others[0]!.choose('everyone');
    await shareCounts({ database: app.database });
    expect(await reader.global()).toMatchObject([{ n: 3 }]);
    await others[0]!.choose('none');
    expect(await reader.pool()).toEqual([]);
    expect(await sharedBy(others[0]!.projectId)).toEqual([]);
    expect(await others[0]!.pool()).toEqual([]);
    await reader.choose('organisation');
    expect(await reader.pool()).toEqual([]);
  });

  it('show within an organisation, but never to one that shares nothing', async () => {
    const one = await sharing('organisation');
    const other = await sharing('organisation');
    await app.database.asSystem(async ({ sql: trx }) => {
      const { organisation_id } = await trx
        .selectFrom('project')
        .select('organisation_id')
        .where('id', '=', one.projectId)
        .executeTakeFirstOrThrow();
      await trx
        .updateTable('project')
        .set({ organisation_id, name: 'another' })
        .where('id', '=', other.projectId)
        .execute();
    });
    await other.choose('organisation');
    expect(await shareCounts({ database: app.database })).toBe(1);
    expect(await one.global()).toMatchObject([{ model: 'a', n: 1, contributors: 1 }]);
    await one.choose('none');
    expect(await one.pool()).toEqual([]);
    expect(await other.pool()).toEqual([]);
  });

  it('are to be had by no other way', async () => {
    const { projectId } = await sharing('everyone');
    const direct = ({ sql: trx }: ProjectTx) => trx.selectFrom('portfolio_pool').selectAll().execute();
    expect(await sharedBy(projectId)).not.toEqual([]);
    // Without a grant the engine refuses; with one the policy leaves nothing.
    await expect(app.database.asProject(projectId, direct).then((rows) => rows.length)).rejects.toThrow(
      /permission denied/,
    );
  });

  it('are written anew only when something has changed', async () => {
    await sharing('organisation');
    expect(await shareCounts({ database: app.database })).toBe(0);
  });
});
