import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluationNotes } from '../../src/features/flags/evaluated/notes.ts';
import { rollUpExposures } from '../../src/features/flags/exposures/roll-up.ts';
import type { Ctx } from '../../src/context.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines, type Place } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

const minuteMs = 60_000;
const dayMs = 24 * 3_600_000;

describeOnEngines('when a flag was last evaluated', (engine) => {
  const { clock, advance } = testClock();
  let place: Place;
  let app: TestApp;
  let adminKey: string;
  beforeAll(async () => {
    place = await engine.place();
    app = await startApp(engine, { place, clock });
    ({ adminKey } = app);
    for (const key of ['agents', 'bulk', 'explained', 'looked-at', 'other-time', 'single', 'told', 'unused'])
      await app.admin.createFlag(aFlag(key));
  });
  afterAll(async () => {
    await app.close();
    await place.remove();
  });

  /** What is in memory is written down at the end at the latest. */
  async function restart() {
    await app.close();
    app = await startApp(engine, { place, adminKey, clock });
  }
  const lastEvaluated = async () =>
    Object.fromEntries((await app.admin.listFlags({})).items.map(({ key, lastEvaluatedAt }) => [key, lastEvaluatedAt]));
  const ofrep = (path: string, key = adminKey) =>
    app.call('POST', `/ofrep/v1/evaluate/flags${path}`, { key, body: { context: { targetingKey: 'kim' } } });
  const ctxOf = (projectId: string) => ({ projectId, actor: { role: 'agent' } }) as Ctx;

  it('counts who asks over HTTP, and not who looks into the flag', async () => {
    const agent = await app.keyWith('agent');
    const viewer = app.clientOf(await app.keyWith('viewer'));
    const startedMs = clock();
    await app.clientOf(agent).evaluateFlag({ key: 'agents', userId: 'kim' });
    expect((await ofrep('/single')).status).toBe(200);
    expect((await ofrep('/no-such-flag')).status).toBe(404);
    await app.admin.evaluateFlag({ key: 'explained', userId: 'kim', explain: true });
    await app.admin.evaluateFlag({ key: 'other-time', userId: 'kim', at: new Date(startedMs + dayMs).toISOString() });
    await app.admin.evaluateFlag({ key: 'other-time', userId: 'kim', asOfVersion: 1 });
    await viewer.evaluateFlag({ key: 'looked-at', userId: 'kim' });
    await app.admin.recordExposures({ exposures: [{ flag: 'told', variant: 'on' }] });
    await rollUpExposures({ database: app.database });
    await restart();
    const { agents, single, told, ...others } = await lastEvaluated();
    for (const at of [agents, single, told]) {
      expect(Date.parse(at!)).toBeGreaterThanOrEqual(startedMs);
      expect(Date.parse(at!)).toBeLessThanOrEqual(clock());
    }
    expect(others).toEqual({ bulk: null, explained: null, 'looked-at': null, 'other-time': null, unused: null });
  });

  it('takes a flag that is only asked for over HTTP off the list of stale ones', async () => {
    advance(40 * dayMs);
    const staleKeys = async () => (await app.admin.listStaleFlags({})).items.map(({ key }) => key);
    expect(await staleKeys()).toEqual(expect.arrayContaining(['agents', 'bulk', 'single']));
    await app.admin.evaluateFlag({ key: 'agents', userId: 'kim' });
    expect((await ofrep('/single')).status).toBe(200);
    await restart();
    expect(await staleKeys()).toEqual(expect.not.arrayContaining(['agents', 'single']));
    expect(await staleKeys()).toContain('bulk');
  });

  it('counts all flags of a bulk answer, of one that says that nothing changed too, and of the own project alone', async () => {
    const other = await app.otherTenant('elsewhere');
    await other.client.createFlag(aFlag('bulk'));
    const answer = await ofrep('');
    const nowMs = clock();
    advance(5 * minuteMs);
    const again = await app.call('POST', '/ofrep/v1/evaluate/flags', {
      key: adminKey,
      body: { context: { targetingKey: 'kim' } },
      headers: { 'if-none-match': answer.headers.get('etag')! },
    });
    expect(again.status).toBe(304);
    await restart();
    const times = await lastEvaluated();
    expect(Object.keys(times)).toHaveLength(8);
    for (const at of Object.values(times)) expect(Date.parse(at!)).toBeGreaterThanOrEqual(nowMs + 5 * minuteMs - 1_000);
    const [item] = (await app.clientOf(other.key).listFlags({})).items;
    expect(item?.lastEvaluatedAt).toBeNull();
  });

  it('keeps the latest of what several servers and the roll-up say, in whichever order they come', async () => {
    const { database, projectId } = app;
    const [one, other] = [evaluationNotes({ database }), evaluationNotes({ database })];
    const baseMs = clock() + dayMs;
    const keys = Array.from({ length: 50 }, (_, i) => `many-${String(i).padStart(2, '0')}`);
    for (const key of keys) one.one(ctxOf(projectId), key, baseMs + 2 * minuteMs);
    for (const key of keys.toReversed()) other.one(ctxOf(projectId), key, baseMs);
    await Promise.all([one.flush(), other.flush()]);
    other.one(ctxOf(projectId), 'many-00', baseMs + minuteMs);
    await other.flush();
    const { rows } = await database.execute(
      `select distinct last_at from flag_last_evaluation where project_id = $1 and flag like 'many-%'`,
      [projectId],
    );
    expect(rows).toEqual([{ last_at: new Date(baseMs + 2 * minuteMs) }]);
  });

  it('holds no more flags than it may, and loses none that it could not write down', async () => {
    const { database, projectId } = app;
    let isBroken = true;
    const notes = evaluationNotes({
      database: {
        asSystem: (work) => (isBroken ? Promise.reject(new Error('broken by the test')) : database.asSystem(work)),
      },
      most: 2,
    });
    const baseMs = clock() + 2 * dayMs;
    const note = (key: string, minute: number) => notes.one(ctxOf(projectId), key, baseMs + minute * minuteMs);
    for (const key of ['few-a', 'few-b', 'few-c']) note(key, 0);
    await expect(notes.flush()).rejects.toThrow('broken by the test');
    note('few-b', 3);
    isBroken = false;
    await notes.flush();
    note('few-c', 4);
    await notes.flush();
    const { rows } = await database.execute(
      `select flag, last_at from flag_last_evaluation where project_id = $1 and flag like 'few-%' order by flag`,
      [projectId],
    );
    expect(rows.map(({ flag, last_at: at }) => [flag, ((at as Date).getTime() - baseMs) / minuteMs])).toEqual([
      ['few-a', 0],
      ['few-b', 3],
      ['few-c', 4],
    ]);
  });
});
