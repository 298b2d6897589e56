import { afterAll, beforeAll, expect, it } from 'vitest';
import { rollUpExposures } from '../../src/features/flags/exposures/roll-up.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

const dayMs = 24 * 3_600_000;

describeOnEngines('the use of flags', (engine) => {
  const { clock, advance } = testClock();
  const startedMs = clock();
  let app: TestApp;
  let other: Awaited<ReturnType<TestApp['otherTenant']>>;
  beforeAll(async () => {
    app = await startApp(engine, { clock });
    other = await app.otherTenant('elsewhere');
    const { createFlag, recordExposures, archiveFlag } = app.admin;
    await createFlag(aFlag('busy', { owner: 'team-a', tags: ['core'], description: 'In use' }));
    await createFlag(aFlag('expired', { expiresAt: new Date(startedMs + 5 * dayMs).toISOString() }));
    await createFlag(aFlag('needed'));
    await createFlag(aFlag('needs', { prerequisites: [{ flag: 'needed', variants: ['on'] }] }));
    await createFlag(aFlag('never', { owner: 'team-b' }));
    await createFlag(aFlag('settled', { rules: [], fallthrough: { variant: 'on' } }));
    await createFlag(aFlag('unused'));
    await createFlag(aFlag('gone'));
    await archiveFlag({ key: 'gone' });
    await other.client.createFlag(aFlag('never'));
    await recordExposures({
      exposures: [{ flag: 'unused', variant: 'on', lastAt: new Date(startedMs).toISOString() }],
    });
    await other.client.recordExposures({ exposures: [{ flag: 'never', variant: 'on' }] });
    advance(31 * dayMs);
    const used = ['busy', 'expired', 'needs', 'settled'];
    await recordExposures({ exposures: used.map((flag) => ({ flag, variant: 'on', userId: 'kim' })) });
    await other.client.recordExposures({ exposures: [{ flag: 'never', variant: 'on' }] });
    await rollUpExposures({ database: app.database });
  });
  afterAll(() => app.close());

  const kindsOf = async (query: Parameters<TestApp['admin']['listStaleFlags']>[0]) =>
    (await app.admin.listStaleFlags(query)).items.map(({ key, reasons }) => [key, ...reasons.map(({ kind }) => kind)]);

  it('is told with the list: when each was last evaluated, and why it may have had its time', async () => {
    const { items } = await app.admin.listFlags({});
    const told = items.map(({ key, lastEvaluatedAt, staleReasons }) => [
      key,
      lastEvaluatedAt === null ? null : Math.round((Date.parse(lastEvaluatedAt) - startedMs) / dayMs),
      ...staleReasons.map(({ kind }) => kind),
    ]);
    expect(told).toEqual([
      ['busy', 31],
      ['expired', 31, 'expired'],
      ['needed', null],
      ['needs', 31],
      ['never', null, 'never_evaluated'],
      ['settled', 31, 'settled'],
      ['unused', 0, 'not_evaluated'],
    ]);
    expect((await app.admin.listFlags({ archived: true })).items).toMatchObject([
      { key: 'gone', lastEvaluatedAt: null, staleReasons: [] },
    ]);
  });

  it('makes a list of those that may go, with whose they are', async () => {
    const { items, nextCursor } = await app.admin.listStaleFlags({});
    expect(nextCursor).toBeNull();
    expect(items.map(({ key, reasons }) => [key, ...reasons.map(({ kind }) => kind)])).toEqual([
      ['expired', 'expired'],
      ['never', 'never_evaluated'],
      ['settled', 'settled'],
      ['unused', 'not_evaluated'],
    ]);
    expect(items[1]).toMatchObject({ key: 'never', owner: 'team-b', version: 1, lastEvaluatedAt: null });
    expect(items[2]?.reasons[0]).toMatchObject({
      variant: 'on',
      text: expect.stringContaining('put "on" into the code'),
    });
  });

  it('is judged by the days that were asked for, and by one reason alone', async () => {
    expect(await kindsOf({ neverEvaluatedDays: 32, notEvaluatedDays: 32, settledDays: 32 })).toEqual([
      ['expired', 'expired'],
    ]);
    expect(await kindsOf({ kind: 'settled' })).toEqual([['settled', 'settled']]);
    await expect(app.admin.listStaleFlags({ settledDays: 0 })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('comes in pages without gaps or repeats', async () => {
    const pages: string[][] = [];
    for (let cursor: string | undefined; pages.length < 9;) {
      const page = await app.admin.listStaleFlags({ limit: 1, ...(cursor !== undefined && { cursor }) });
      pages.push(page.items.map(({ key }) => key));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(pages).toEqual([['expired'], ['never'], ['settled'], ['unused']]);
  });

  it("is each tenant's own", async () => {
    expect((await other.client.listStaleFlags({})).items).toEqual([]);
    const [theirs] = (await other.client.listFlags({})).items;
    expect(theirs).toMatchObject({ key: 'never', staleReasons: [] });
    expect(theirs?.lastEvaluatedAt).not.toBeNull();
  });

  it('goes on with exposures that come late only forwards', async () => {
    const at = async () => (await app.admin.listFlags({})).items.find(({ key }) => key === 'busy')?.lastEvaluatedAt;
    const before = await at();
    const late = new Date(startedMs).toISOString();
    await app.admin.recordExposures({ exposures: [{ flag: 'busy', variant: 'on', lastAt: late }] });
    await rollUpExposures({ database: app.database });
    expect(await at()).toBe(before);
  });
});

describeOnEngines('a project with 6,000 flags', (engine) => {
  it('looks at no more than 5,000 of them for a page, and goes on from there', async () => {
    const { clock, advance } = testClock();
    const app = await startApp(engine, { clock });
    const now = new Date(clock());
    await app.database.asSystem(async ({ sql: trx }) => {
      for (let first = 0; first < 6_000; first += 1_000) {
        const rows = Array.from({ length: 1_000 }, (_, i) => {
          const key = `f${String(first + i).padStart(4, '0')}`;
          const definition = { ...aFlag(key), ...(first + i === 5_500 && { expiresAt: now.toISOString() }) };
          return { project_id: app.projectId, key, version: 1, definition: JSON.stringify(definition) };
        });
        await trx
          .insertInto('flag')
          .values(rows.map((row) => ({ ...row, created_at: now, updated_at: now, archived_at: null })))
          .execute();
      }
    });
    advance(1_000);
    const first = await app.admin.listStaleFlags({});
    expect(first).toEqual({ items: [], nextCursor: expect.any(String) });
    const second = await app.admin.listStaleFlags({ cursor: first.nextCursor! });
    expect(second).toMatchObject({ items: [{ key: 'f5500' }], nextCursor: null });
    await app.close();
  });
});
