import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

const dayMs = 24 * 3_600_000;

/** A split by task in which everybody is in at 100 and nobody at 0. */
const sticky = (coverage: number, change: object = {}) => ({
  fallthrough: {
    split: [{ variant: 'on', weight: 1 }],
    coverage,
    otherwise: 'off',
    by: 'taskId',
    sticky: 'taskId',
    ...change,
  },
  rules: [],
});

describeOnEngines('a sticky split over HTTP', (engine) => {
  const { clock, advance } = testClock();
  let app: TestApp;
  let uses = 0;
  const counting = (database: Database): Database => ({
    ...database,
    asProject: (projectId, work) => (uses++, database.asProject(projectId, work)),
    asSystem: (work) => (uses++, database.asSystem(work)),
  });
  beforeAll(async () => {
    app = await startApp(engine, { clock, wrap: counting });
  });
  afterAll(() => app.close());

  const variantOf = async (key: string, taskId: string, client = app.admin) =>
    (await client.evaluateFlag({ key, taskId })).variant;
  const change = async (key: string, wanted: object) =>
    app.admin.updateFlag({ ...(await app.admin.getFlag({ key })), ...wanted });

  it('keeps a task on its variant when coverage is lowered or raised; a new task gets the new one', async () => {
    await app.admin.createFlag(aFlag('keeps', sticky(100)));
    expect(await variantOf('keeps', 'early')).toBe('on');
    // A hundredth of a per cent, so that "on" can still be served, though hardly to these.
    await change('keeps', sticky(0.01));
    expect(await variantOf('keeps', 'early')).toBe('on');
    expect(await variantOf('keeps', 'late')).toBe('off');
    await change('keeps', sticky(100));
    expect(await variantOf('keeps', 'late')).toBe('off');
    expect(await variantOf('keeps', 'latest')).toBe('on');
  });

  it('never beats the switch, a prerequisite, an override, coverage 0 or a variant that is gone', async () => {
    await app.admin.createFlag(aFlag('gate', { rules: [], fallthrough: { variant: 'on' } }));
    const needs = { prerequisites: [{ flag: 'gate', variants: ['on'] }] };
    await app.admin.createFlag(aFlag('beaten', { ...sticky(100), ...needs }));
    expect(await variantOf('beaten', 't')).toBe('on');
    await change('beaten', { enabled: false });
    expect(await app.admin.evaluateFlag({ key: 'beaten', taskId: 't' })).toMatchObject({ reason: 'DISABLED' });
    await change('beaten', { enabled: true });
    await change('gate', { enabled: false });
    expect(await app.admin.evaluateFlag({ key: 'beaten', taskId: 't' })).toMatchObject({ reason: 'DISABLED' });
    await change('gate', { enabled: true });
    expect(await variantOf('beaten', 't')).toBe('on');
    await app.admin.putOverride({ key: 'beaten', attribute: 'taskId', values: ['t'], variant: 'off' });
    expect(await app.admin.evaluateFlag({ key: 'beaten', taskId: 't' })).toMatchObject({ variant: 'off' });
    await app.admin.deleteOverride({ key: 'beaten', attribute: 'taskId', value: 't' });
    await change('beaten', sticky(0));
    expect(await variantOf('beaten', 't')).toBe('off');
    await change('beaten', {
      ...sticky(100, { split: [{ variant: 'new', weight: 1 }], otherwise: 'new' }),
      variants: { new: 1, off: false },
    });
    expect(await variantOf('beaten', 't')).toBe('new');
  });

  it('does not beat an automatic rollback', async () => {
    await app.admin.createFlag(aFlag('harmful', sticky(100)));
    expect(await variantOf('harmful', 't')).toBe('on');
    await app.rollBackVariant(app.projectId, {
      key: 'harmful',
      variant: 'on',
      reason: 'it does harm',
      once: 'regression 1',
    });
    expect(await variantOf('harmful', 't')).toBe('off');
  });

  it('keeps nothing of what is asked about another time', async () => {
    await app.admin.createFlag(aFlag('timed', sticky(100)));
    const at = new Date(clock() + dayMs).toISOString();
    expect(await app.admin.evaluateFlag({ key: 'timed', taskId: 't', at })).toMatchObject({ variant: 'on' });
    await change('timed', sticky(0.01));
    expect(await variantOf('timed', 't')).toBe('off');
  });

  it('has a task that had to leave its variant stay where it went', async () => {
    await app.admin.createFlag(aFlag('moved', sticky(100)));
    expect(await variantOf('moved', 't')).toBe('on');
    await change('moved', sticky(0));
    expect(await variantOf('moved', 't')).toBe('off');
    await change('moved', sticky(100));
    expect(await variantOf('moved', 't')).toBe('off');
  });

  it('reads the database for sticky flags alone', async () => {
    await app.admin.createFlag(
      aFlag('plain', { rules: [], fallthrough: sticky(50, { sticky: undefined }).fallthrough }),
    );
    await app.admin.createFlag(aFlag('costs', sticky(50)));
    await variantOf('plain', 'warm');
    const before = uses;
    await variantOf('plain', 'a task');
    await app.admin.evaluateFlag({ key: 'costs', userId: 'of no task' });
    expect(uses).toBe(before);
    await variantOf('costs', 'a task');
    expect(uses).toBeGreaterThan(before);
  });

  it('asks for what a sticky prerequisite has served', async () => {
    await app.admin.createFlag(aFlag('behind', sticky(100)));
    const needs = { prerequisites: [{ flag: 'behind', variants: ['on'] }], rules: [], fallthrough: { variant: 'on' } };
    await app.admin.createFlag(aFlag('before', needs));
    expect(await variantOf('before', 't')).toBe('on');
    await change('behind', sticky(0.01));
    expect(await variantOf('before', 't')).toBe('on');
    expect(await variantOf('before', 'new')).toBe('off');
  });

  it('lets those who only look on see what is kept and keep nothing', async () => {
    await app.admin.createFlag(aFlag('looked-at', sticky(100)));
    const viewer = app.clientOf(await app.keyWith('viewer'));
    expect(await variantOf('looked-at', 't', viewer)).toBe('on');
    const { trace, variant, ...said } = await app.admin.evaluateFlag({ key: 'looked-at', taskId: 't', explain: true });
    expect({ variant, steps: trace?.length }).toEqual({ variant: 'on', steps: 1 });
    expect(said).not.toHaveProperty('sticky');
    await change('looked-at', sticky(0.01));
    expect(await variantOf('looked-at', 't')).toBe('off');
    await change('looked-at', sticky(100));
    expect(await variantOf('looked-at', 't', viewer)).toBe('off');
  });

  it('says one thing to all who ask at once', async () => {
    await app.admin.createFlag(aFlag('rush', sticky(50)));
    const answers = await Promise.all(Array.from({ length: 20 }, () => variantOf('rush', 'one task')));
    expect(new Set(answers).size).toBe(1);
  });

  it('agrees with what an agent has served and told, whether or not the rules are in memory', async () => {
    const { client, projectId, key } = await app.otherTenant('agents');
    await client.createFlag(aFlag('told', sticky(0.01)));
    const exposure = { flag: 'told', variant: 'on', reason: 'SPLIT' as const };
    await client.recordExposures({ exposures: [{ ...exposure, taskId: 'cold' }] });
    await client.evaluateFlag({ key: 'told', userId: 'to load the rules' });
    await client.recordExposures(
      {
        exposures: [
          { ...exposure, taskId: 'warm' },
          { ...exposure, taskId: 'warm', variant: 'off' },
        ],
      },
      { idempotencyKey: 'once' },
    );
    // What did not come from the sticky split says nothing of it.
    await client.recordExposures({ exposures: [{ ...exposure, taskId: 'other', reason: 'TARGETING_MATCH' }] });
    expect(await variantOf('told', 'cold', client)).toBe('on');
    expect(await variantOf('told', 'warm', client)).toBe('on');
    expect(await variantOf('told', 'other', client)).toBe('off');
    expect(await variantOf('told', 'unheard of', client)).toBe('off');
    const rows = await app.database.asProject(projectId, (tx) =>
      tx.sql.selectFrom('flag_assignment').selectAll().execute(),
    );
    expect(rows).toHaveLength(4);
    expect(JSON.stringify(rows)).not.toContain('cold');
    expect(key).toMatch(/^wsk_/);
  });

  it("is nobody else's", async () => {
    await app.admin.createFlag(aFlag('mine', sticky(100)));
    await variantOf('mine', 't');
    const { client, projectId } = await app.otherTenant('a stranger');
    await client.createFlag(aFlag('mine', sticky(0.01)));
    expect(await variantOf('mine', 't', client)).toBe('off');
    const theirs = await app.database.asProject(projectId, (tx) =>
      tx.sql.selectFrom('flag_assignment').select('variant').execute(),
    );
    expect(theirs).toEqual([{ variant: 'off' }]);
  });

  it('forgets after 30 days', async () => {
    const { expireAssignments } = await import('../../src/features/flags/sticky/expire.ts');
    await app.admin.createFlag(aFlag('forgets', sticky(100)));
    await variantOf('forgets', 'old');
    await change('forgets', sticky(0.01));
    const { signal } = new AbortController();
    await expireAssignments(app.database, clock() + 29 * dayMs, signal);
    expect(await variantOf('forgets', 'old')).toBe('on');
    advance(31 * dayMs);
    expect(await expireAssignments(app.database, clock(), signal)).toBeGreaterThan(0);
    expect(await variantOf('forgets', 'old')).toBe('off');
  });
});
