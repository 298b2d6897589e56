import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

const hourMs = 3_600_000;

describeOnEngines('overrides and rollout plans', (engine) => {
  const { clock, advance } = testClock();
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine, { clock });
  });
  afterAll(() => app.close());

  const inHours = (hours: number) => new Date(clock() + hours * hourMs).toISOString();
  const variantOf = async (key: string, userId: string) => (await app.admin.evaluateFlag({ key, userId })).variant;
  const reasonsOf = (key: string) =>
    app.database.asProject(app.projectId, (tx) =>
      tx.sql
        .selectFrom('flag_version')
        .select(['version', 'reason'])
        .where('key', '=', key)
        .orderBy('version')
        .execute(),
    );
  const split = [{ variant: 'on', weight: 1 }];
  const rolling = (key: string, change: object = {}) =>
    aFlag(key, { rules: [], fallthrough: { split, coverage: 0, otherwise: 'off' }, ...change });

  it('give a unit a variant at once, replace it, and take it away, each as a version with its reason', async () => {
    await app.admin.createFlag(aFlag('tried'));
    const put = (variant: string, reason?: string) =>
      app.admin.putOverride({
        key: 'tried',
        values: ['alice', 'zoe'],
        variant,
        note: 'demo',
        ...(reason && { reason }),
      });
    expect(await put('off', 'a look')).toMatchObject({
      version: 2,
      overrides: [{ attribute: 'userId', values: ['alice', 'zoe'], variant: 'off', note: 'demo' }],
    });
    expect([await variantOf('tried', 'alice'), await variantOf('tried', 'zoe')]).toEqual(['off', 'off']);
    await put('on');
    expect([await variantOf('tried', 'alice'), await variantOf('tried', 'zoe')]).toEqual(['on', 'on']);
    const left = await app.admin.deleteOverride({ key: 'tried', value: 'zoe', reason: 'done' });
    expect(left.overrides).toMatchObject([{ values: ['alice'] }]);
    expect(await variantOf('tried', 'zoe')).toBe('off');
    expect(await app.admin.deleteOverride({ key: 'tried', value: 'alice' })).not.toHaveProperty('overrides');
    expect(await reasonsOf('tried')).toEqual([
      { version: 1, reason: null },
      { version: 2, reason: 'a look' },
      { version: 3, reason: null },
      { version: 4, reason: 'done' },
      { version: 5, reason: null },
    ]);
  });

  it('end by themselves when they expire', async () => {
    await app.admin.createFlag(aFlag('expires'));
    await app.admin.putOverride({ key: 'expires', values: ['zoe'], variant: 'on', expiresAt: inHours(1) });
    expect(await variantOf('expires', 'zoe')).toBe('on');
    advance(hourMs);
    expect(await variantOf('expires', 'zoe')).toBe('off');
  });

  it('are refused where they make no sense', async () => {
    await app.admin.createFlag(aFlag('refuses'));
    const put = (change: object) => app.admin.putOverride({ key: 'refuses', values: ['a'], variant: 'on', ...change });
    await expect(put({ variant: 'none' })).rejects.toMatchObject({ errors: [{ path: 'variant' }] });
    await expect(put({ expiresAt: inHours(-1) })).rejects.toMatchObject({ errors: [{ path: 'expiresAt' }] });
    await expect(app.admin.deleteOverride({ key: 'refuses', value: 'a' })).rejects.toMatchObject({ code: 'not_found' });
    const steps = [{ at: inHours(1), coverage: 50 }];
    await expect(app.admin.putRollout({ key: 'refuses', steps })).rejects.toMatchObject({
      errors: [{ path: 'rule', message: expect.stringContaining('serves one variant') }],
    });
    await expect(app.admin.putRollout({ key: 'refuses', rule: 'r9', steps })).rejects.toMatchObject({
      errors: [{ path: 'rule', message: 'no rule has the id "r9"' }],
    });
    await expect(
      app.admin.putRollout({ key: 'refuses', rule: 'r2', steps: [...steps, ...steps] }),
    ).rejects.toMatchObject({
      errors: [{ path: 'steps.1.at' }],
    });
    await expect(app.admin.getRollout({ key: 'refuses' })).rejects.toMatchObject({ code: 'not_found' });
    await app.admin.archiveFlag({ key: 'refuses' });
    await expect(put({})).rejects.toMatchObject({ code: 'conflict' });
    expect((await app.admin.getFlag({ key: 'refuses' })).version).toBe(2);
  });

  it('raise coverage by the clock, pause, go on, and leave what they have reached', async () => {
    await app.admin.createFlag(rolling('rolls'));
    const steps = [1, 2, 3].map((hours) => ({ at: inHours(hours), coverage: hours === 3 ? 100 : hours }));
    await app.admin.putRollout({ key: 'rolls', steps, reason: 'slowly' });
    const stateOf = async () => {
      const { steps: all, plannedPercent, paused } = await app.admin.getRollout({ key: 'rolls' });
      return [plannedPercent, paused, ...all.map(({ state }) => state)];
    };
    expect(await stateOf()).toEqual([0, false, 'next', 'planned', 'planned']);
    advance(hourMs);
    expect(await stateOf()).toEqual([1, false, 'current', 'next', 'planned']);
    await app.admin.pauseRollout({ key: 'rolls' });
    await expect(app.admin.pauseRollout({ key: 'rolls' })).rejects.toMatchObject({ code: 'conflict' });
    advance(10 * hourMs);
    expect(await stateOf()).toEqual([1, true, 'current', 'held', 'held']);
    expect(await variantOf('rolls', 'alice')).toBe('off');
    await app.admin.resumeRollout({ key: 'rolls' });
    await expect(app.admin.resumeRollout({ key: 'rolls' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await stateOf()).toEqual([1, false, 'current', 'next', 'planned']);
    advance(2 * hourMs);
    expect(await stateOf()).toEqual([100, false, 'done', 'done', 'current']);
    expect(await variantOf('rolls', 'alice')).toBe('on');
    await expect(app.admin.pauseRollout({ key: 'rolls' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await app.admin.deleteRollout({ key: 'rolls' })).not.toHaveProperty('rollout');
    expect(await variantOf('rolls', 'alice')).toBe('on');
  });

  it('know from exposures who is in and who is next', async () => {
    await app.admin.createFlag(rolling('knows'));
    await app.admin.putRollout({ key: 'knows', steps: [{ at: inHours(1), coverage: 50 }] });
    const names = ['alice', 'bob', 'dave', 'zoë', 'u-42'];
    await app.admin.recordExposures({
      exposures: names.map((userId) => ({
        flag: 'knows',
        variant: 'off',
        reason: 'SPLIT',
        userId,
        repoId: 'acme/api',
      })),
    });
    const before = await app.admin.getRollout({ key: 'knows' });
    expect(before.reached).toEqual({ units: 0, of: 5, percent: 0 });
    const entering = before.next!.units.map(({ unit }) => unit);
    expect(before.next).toMatchObject({ coverage: 50, count: entering.length });
    advance(hourMs);
    const served = await Promise.all(names.map(async (name) => [name, await variantOf('knows', name)] as const));
    expect(entering.toSorted()).toEqual(
      served.flatMap(([name, variant]) => (variant === 'on' ? [name] : [])).toSorted(),
    );
    const after = await app.admin.getRollout({ key: 'knows' });
    expect(after).toMatchObject({ reached: { units: entering.length, of: 5 }, next: null });
    expect(entering.length).toBeGreaterThan(0);
    expect(entering.length).toBeLessThan(5);
  });

  it('can be tried: what would change, for whom, and nothing is stored', async () => {
    await app.admin.createFlag(rolling('tries'));
    await app.admin.recordExposures({
      exposures: ['alice', 'bob'].map((userId) => ({ flag: 'tries', variant: 'off', reason: 'SPLIT', userId })),
    });
    const override = { key: 'tries', values: ['alice'], variant: 'on' };
    const tried = await app.admin.putOverride({ ...override, dryRun: true });
    expect(tried).toMatchObject({
      version: 2,
      dryRun: true,
      diff: [{ path: '/overrides' }],
      moves: { examined: 2, moved: 1, transitions: [{ from: 'off', to: 'on', count: 1 }] },
    });
    const steps = [{ at: inHours(-1), coverage: 100 }];
    expect(await app.admin.putRollout({ key: 'tries', steps, dryRun: true })).toMatchObject({ moves: { moved: 2 } });
    expect(await app.admin.getFlag({ key: 'tries' })).toMatchObject({ version: 1 });
  });

  it('are written by editors and read by viewers of the project', async () => {
    await app.admin.createFlag(rolling('guarded'));
    const steps = [{ at: inHours(1), coverage: 50 }];
    const [viewer, editor] = [await app.keyWith('viewer'), await app.keyWith('editor')].map(app.clientOf);
    await editor!.putRollout({ key: 'guarded', steps });
    expect(await viewer!.getRollout({ key: 'guarded' })).toMatchObject({ steps: [{ state: 'next' }] });
    await expect(viewer!.pauseRollout({ key: 'guarded' })).rejects.toMatchObject({ code: 'forbidden' });
    const { client } = await app.otherTenant('outside');
    await expect(client.getRollout({ key: 'guarded' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
