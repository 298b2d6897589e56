import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

const minuteMs = 60_000;

describeOnEngines('the history of flags', (engine) => {
  let app: TestApp;
  const { clock, advance } = testClock();
  beforeAll(async () => {
    app = await startApp(engine, { clock });
  });
  afterAll(() => app.close());

  const now = () => new Date(clock()).toISOString();
  /** A time between two changes. */
  const later = () => {
    advance(minuteMs);
    const at = now();
    advance(minuteMs);
    return at;
  };
  const expose = (flag: string, users: string[], more: object = {}) =>
    app.admin.recordExposures({ exposures: users.map((userId) => ({ flag, variant: 'off', userId, ...more })) });
  const split = (coverage: number) => ({ split: [{ variant: 'on', weight: 100 }], coverage });

  it('loses neither an edit nor an automatic rollback when both come at once', async () => {
    const key = 'raced';
    const served = { split: [{ variant: 'on', weight: 1 }], coverage: 50 };
    await app.admin.createFlag(aFlag(key, { rules: [], fallthrough: served }));
    for (let round = 0; round < 5; round++) {
      const { version, ...flag } = await app.admin.getFlag({ key });
      const back = await app.admin.updateFlag({ ...flag, version, fallthrough: served });
      const edits = ['ann', 'bob'].map((owner) => app.admin.updateFlag({ ...back, owner }));
      const [rolledBack, ...edited] = await Promise.allSettled([
        app.rollBackVariant(app.projectId, { key, variant: 'on', reason: 'does harm', once: `round ${round}` }),
        ...edits,
      ]);
      expect(rolledBack.status).toBe('fulfilled');
      const lost = edited.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      expect(lost.length).toBeGreaterThanOrEqual(1);
      for (const reason of lost) expect(reason).toMatchObject({ code: 'conflict' });
      // Whichever came first, the harm is over: an edit made from before the rollback is refused, one before it is kept.
      const now = await app.admin.getFlag({ key });
      expect(now.version).toBe(back.version + 1 + edited.length - lost.length);
      expect((await app.admin.evaluateFlag({ key, userId: 'alice' })).variant).toBe('off');
      const { items } = await app.admin.getFlagHistory({ key, limit: 1 });
      expect(items[0]?.action).toBe('variant_rolled_back');
    }
  });

  it('looks at fewer contexts of a flag that takes long to decide, and answers others meanwhile', async () => {
    const key = 'slow-to-decide';
    // 18,000 conditions that hold, each rule with a last one that does not.
    const holds = Array.from({ length: 99 }, () => ({ attribute: 'userId', op: 'exists' as const }));
    const when = [...holds, { attribute: 'userId', op: 'in' as const, values: ['nobody'] }];
    const rules = Array.from({ length: 180 }, (_, i) => ({ id: `r${i}`, when, serve: { variant: 'on' } }));
    const large = aFlag(key, { rules, fallthrough: split(50) });
    const made = await app.admin.createFlag(large);
    await app.admin.putRollout({ key, steps: [{ at: '2020-01-01T00:00:00Z', coverage: 10 }] });
    for (let i = 0; i < 3; i++)
      await expose(
        key,
        Array.from({ length: 1_000 }, (_, j) => `user-${i}-${j}`),
      );

    const order: string[] = [];
    const tried = app.admin.updateFlag({ ...made, version: 2, fallthrough: split(60), dryRun: true });
    const reached = app.admin.getRollout({ key });
    const others = async () => {
      for (let i = 0; i < 20; i++) await app.call('GET', '/healthz');
    };
    const log = (name: string) => () => void order.push(name);
    await Promise.all([tried.then(log('tried')), reached.then(log('reached')), others().then(log('others'))]);
    expect(order[0]).toBe('others');
    const { examined, simulated } = (await tried).moves!;
    for (const looked of [examined, (await reached).reached.of]) {
      expect(looked).toBeGreaterThan(0);
      expect(looked).toBeLessThan(3_000);
    }
    expect(simulated.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it('is the life of a flag: tried, made, changed, planned, asked about, taken back', async () => {
    const key = 'life';
    const users = Array.from({ length: 40 }, (_, i) => `user-${i}`);
    const served = async (more: object = {}) =>
      (await Promise.all(users.map((userId) => app.admin.evaluateFlag({ key, userId, ...more })))).map(
        ({ variant }) => variant,
      );
    const first = aFlag(key, { rules: [], fallthrough: split(20), reason: 'for a fifth' });

    const { reason: _, ...definition } = first;
    const tried = await app.admin.createFlag({ ...first, dryRun: true });
    expect(tried).toMatchObject({ key, version: 1, dryRun: true, diff: [{ path: '', after: definition }] });
    expect(tried.moves).toMatchObject({ examined: 0, moved: 0, transitions: [] });
    expect(tried.moves?.simulated.map(({ from, to }) => [from, to])).toEqual([
      [null, 'off'],
      [null, 'on'],
    ]);
    await expect(app.admin.getFlag({ key })).rejects.toMatchObject({ code: 'not_found' });
    const beforeAll = later();

    const made = await app.admin.createFlag(first);
    expect(made).not.toHaveProperty('dryRun');
    const inTheBeginning = await served();
    await expose(key, users);
    const atFirst = later();

    const wider = { ...made, fallthrough: split(60), reason: 'nobody complained' };
    const { diff, moves, ...wouldBe } = await app.admin.updateFlag({ ...wider, dryRun: true });
    expect(diff).toEqual([{ path: '/fallthrough/coverage', before: 20, after: 60 }]);
    expect(await app.admin.getFlag({ key })).toEqual(made);
    const changed = await app.admin.updateFlag(wider);
    expect(wouldBe).toEqual({ ...changed, updatedAt: wouldBe.updatedAt, dryRun: true });
    const afterwards = await served();
    const moved = afterwards.filter((variant, i) => variant !== inTheBeginning[i]).length;
    expect(moved).toBeGreaterThan(5);
    expect(moves).toMatchObject({ examined: 40, moved, transitions: [{ from: 'off', to: 'on', count: moved }] });
    expect(moves?.simulated.find(({ from, to }) => from !== to)?.share).toBeCloseTo(0.4, 1);
    later();

    const inAnHour = new Date(clock() + 60 * minuteMs).toISOString();
    const planned = await app.admin.updateFlag({
      ...changed,
      schedule: [{ at: inAnHour, set: { fallthrough: { variant: 'on' } } }],
    });
    expect(await served()).toEqual(afterwards);
    expect(new Set(await served({ at: inAnHour }))).toEqual(new Set(['on']));

    expect(await served({ asOfVersion: 1 })).toEqual(inTheBeginning);
    expect(await served({ asOfVersion: 2 })).toEqual(afterwards);
    expect(new Set(await served({ asOfVersion: 3, at: inAnHour }))).toEqual(new Set(['on']));
    expect(await served({ at: atFirst })).toEqual(inTheBeginning);
    await expect(app.admin.evaluateFlag({ key, userId: 'user-1', at: beforeAll })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining(`it was created at ${made.createdAt}`),
    });
    const explained = await app.admin.evaluateFlag({ key, userId: 'user-1', at: atFirst, explain: true });
    expect(explained).toMatchObject({ flagVersion: 1, metadata: { rolloutPercentage: 20 } });
    expect(explained.trace).toMatchObject([{ step: 'fallthrough', outcome: 'decided' }]);

    expect(await app.admin.rollBackFlag({ key, version: 1, dryRun: true })).toMatchObject({
      version: 4,
      moves: { moved, transitions: [{ from: 'on', to: 'off', count: moved }] },
    });
    const back = await app.admin.rollBackFlag({ key, version: 1, reason: 'somebody complained' });
    expect(back).toEqual({ ...made, version: 4, updatedAt: back.updatedAt });
    expect(await served()).toEqual(inTheBeginning);

    await app.rollBackVariant(app.projectId, {
      key,
      variant: 'on',
      reason: 'run 7: 12 points fewer solved',
      once: 'regression 1',
    });
    expect(new Set(await served())).toEqual(new Set(['off']));

    const { items, nextCursor } = await app.admin.getFlagHistory({ key });
    expect(nextCursor).toBeNull();
    const { key: me } = await app.admin.getMe({});
    const actor = { kind: 'key', id: me.id, name: me.name };
    expect(items.map(({ flag: _flag, at: _at, ...rest }) => rest)).toEqual([
      {
        version: 5,
        action: 'variant_rolled_back',
        actor: { kind: 'system', id: null, name: 'automatic rollback' },
        reason: 'run 7: 12 points fewer solved (regression 1)',
        diff: [{ path: '/fallthrough/split/0/variant', before: 'on', after: 'off' }],
      },
      {
        version: 4,
        action: 'rolled_back',
        actor,
        reason: 'somebody complained',
        diff: [
          { path: '/fallthrough/coverage', before: 60, after: 20 },
          { path: '/schedule', before: planned.schedule },
        ],
      },
      { version: 3, action: 'updated', actor, diff: [{ path: '/schedule', after: planned.schedule }] },
      {
        version: 2,
        action: 'updated',
        actor,
        reason: 'nobody complained',
        diff: [{ path: '/fallthrough/coverage', before: 20, after: 60 }],
      },
      { version: 1, action: 'created', actor, reason: 'for a fifth', diff: [] },
    ]);
    expect(items[2]?.flag).toEqual(planned);
    expect(items.map(({ at }) => at)).toEqual(items.map(({ flag }) => flag.updatedAt));
  });

  it('comes in pages, each version once, with its difference to the one before', async () => {
    let flag = await app.admin.createFlag(aFlag('paged'));
    for (let i = 2; i <= 50; i++) flag = await app.admin.updateFlag({ ...flag, description: `version ${i}` });
    for (const limit of [1, 7, 49, 50]) {
      const seen: [number, unknown][] = [];
      for (let cursor: string | undefined, isDone = false; !isDone;) {
        const page = await app.admin.getFlagHistory({ key: 'paged', limit, cursor });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        seen.push(...page.items.map(({ version, diff }): [number, unknown] => [version, diff.at(-1)?.after]));
        cursor = page.nextCursor ?? undefined;
        isDone = cursor === undefined;
      }
      expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => [50 - i, i === 49 ? undefined : `version ${50 - i}`]));
    }
    await expect(app.admin.getFlagHistory({ key: 'paged', cursor: 'bm90LW91cnM' })).rejects.toMatchObject({
      errors: [{ path: 'cursor' }],
    });
    await expect(app.admin.getFlagHistory({ key: 'never-was' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('cuts a page short where flags are large, and loses none', async () => {
    const values = (fill: string) => ({ large: fill.repeat(400_000), off: false });
    let flag = await app.admin.createFlag({
      key: 'large',
      enabled: true,
      variants: values('a'),
      offVariant: 'off',
      fallthrough: { variant: 'off' },
    });
    for (const fill of ['b', 'c', 'd', 'e', 'f'])
      flag = await app.admin.updateFlag({ ...flag, variants: values(fill) });
    const pages: number[][] = [];
    for (let cursor: string | undefined, isDone = false; !isDone;) {
      const page = await app.admin.getFlagHistory({ key: 'large', cursor });
      pages.push(page.items.map(({ version }) => version));
      cursor = page.nextCursor ?? undefined;
      isDone = cursor === undefined;
    }
    expect(pages.flat()).toEqual([6, 5, 4, 3, 2, 1]);
    expect(pages.length).toBeGreaterThan(1);
  });

  it('keeps the name of who made a change when the key is renamed and revoked', async () => {
    const secret = (await app.admin.createKey({ name: 'ann', role: 'editor' })).secret;
    const ann = app.clientOf(secret);
    const { key } = await ann.getMe({});
    await ann.createFlag(aFlag('by-ann'));
    await ann.archiveFlag({ key: 'by-ann', reason: 'not needed' });
    await app.admin.updateKey({ id: key.id, name: 'somebody else' });
    await app.admin.revokeKey({ id: key.id });
    const { items } = await app.admin.getFlagHistory({ key: 'by-ann' });
    expect(items.map(({ actor }) => actor)).toEqual([
      { kind: 'key', id: key.id, name: 'ann' },
      { kind: 'key', id: key.id, name: 'ann' },
    ]);
    expect(items[0]).toMatchObject({ action: 'archived', reason: 'not needed', diff: [{ path: '/archivedAt' }] });
  });

  it('says of sample flags that the system made them', async () => {
    const { client, projectId } = await app.otherTenant('samples');
    await app.work();
    await app.seedSamples(projectId);
    await expect.poll(async () => (await client.listFlags({})).items.length, { timeout: 10_000 }).toBeGreaterThan(0);
    const { items } = await client.getFlagHistory({ key: 'new-fixer-prompt' });
    expect(items).toMatchObject([{ version: 1, action: 'created', actor: { kind: 'system', name: 'sample flags' } }]);
  });

  it('has one version for each change that was let through, whoever raced', async () => {
    const made = await app.admin.createFlag(aFlag('raced-by-all'));
    const edits = Array.from({ length: 8 }, (_, i) => app.admin.updateFlag({ ...made, description: `editor ${i}` }));
    const results = await Promise.allSettled(edits);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'conflict', extra: { currentVersion: 2 } });
    const backs = Array.from({ length: 4 }, () => app.admin.rollBackFlag({ key: 'raced-by-all', version: 1 }));
    expect(new Set((await Promise.all(backs)).map(({ version }) => version))).toEqual(new Set([3, 4, 5, 6]));
    const { items } = await app.admin.getFlagHistory({ key: 'raced-by-all' });
    expect(items.map(({ version }) => version)).toEqual([6, 5, 4, 3, 2, 1]);
  });

  describe('rolling back', () => {
    it('refuses versions that are not there, the one there is, and archived flags', async () => {
      const made = await app.admin.createFlag(aFlag('back'));
      await app.admin.updateFlag({ ...made, enabled: false });
      const back = (version: number) => app.admin.rollBackFlag({ key: 'back', version });
      await expect(back(7)).rejects.toMatchObject({
        code: 'not_found',
        message: 'the history of the flag "back" has no version 7, it has 1 to 2',
      });
      await expect(back(2)).rejects.toMatchObject({ code: 'conflict' });
      await app.admin.archiveFlag({ key: 'back' });
      await expect(back(1)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('restore') });
      await expect(app.admin.rollBackFlag({ key: 'never-was', version: 1 })).rejects.toMatchObject({
        code: 'not_found',
      });
    });

    it('is held to what any change is: what it names must be there, and what others wait for stays', async () => {
      await app.admin.createFlag(aFlag('needed'));
      const waits = { prerequisites: [{ flag: 'needed', variants: ['on'] }] };
      const waiting = await app.admin.createFlag(aFlag('waiting', waits));
      await app.admin.updateFlag({ ...waiting, prerequisites: [] });
      await app.admin.archiveFlag({ key: 'needed' });
      for (const dryRun of [true, false]) {
        await expect(app.admin.rollBackFlag({ key: 'waiting', version: 1, dryRun })).rejects.toMatchObject({
          errors: [{ path: 'prerequisites.0.flag' }],
        });
      }
      const two = await app.admin.createFlag(aFlag('two'));
      await app.admin.updateFlag({ ...two, variants: { ...two.variants, third: 3 } });
      await app.admin.createFlag(aFlag('on-third', { prerequisites: [{ flag: 'two', variants: ['third'] }] }));
      for (const dryRun of [true, false]) {
        await expect(app.admin.rollBackFlag({ key: 'two', version: 1, dryRun })).rejects.toMatchObject({
          extra: { dependants: ['on-third'] },
        });
      }
    });
  });

  describe('a dry run', () => {
    it('stores nothing, tells nobody and leaves the idempotency key free', async () => {
      const made = await app.admin.createFlag(aFlag('untouched'));
      await app.admin.createFlag(aFlag('untouched-archived'));
      await app.admin.archiveFlag({ key: 'untouched-archived' });
      const ruleset = await app.admin.getRuleset({});
      const options = { idempotencyKey: 'first-dry-then-real' };
      const draft = aFlag('dry');
      const dryRun = true;
      expect(await app.admin.createFlag({ ...draft, dryRun }, options)).toMatchObject({ dryRun, version: 1 });
      expect(await app.admin.createFlag({ ...draft, dryRun }, options)).toMatchObject({ dryRun, version: 1 });
      expect(await app.admin.updateFlag({ ...made, enabled: false, dryRun })).toMatchObject({ dryRun, version: 2 });
      expect(await app.admin.archiveFlag({ key: 'untouched', dryRun })).toMatchObject({
        dryRun,
        version: 2,
        archivedAt: expect.any(String),
        diff: [{ path: '/archivedAt' }],
      });
      const restored = await app.admin.restoreFlag({ key: 'untouched-archived', dryRun });
      expect(restored).toMatchObject({ dryRun, version: 3, diff: [{ path: '/archivedAt' }] });
      expect(restored).not.toHaveProperty('archivedAt');
      expect(await app.admin.archiveFlag({ key: 'untouched-archived', dryRun })).toMatchObject({
        version: 2,
        diff: [],
        moves: { moved: 0 },
      });

      expect(await app.admin.getRuleset({})).toEqual(ruleset);
      expect((await app.admin.getFlagHistory({ key: 'untouched' })).items).toHaveLength(1);
      expect((await app.admin.getFlagHistory({ key: 'untouched-archived' })).items).toHaveLength(2);
      expect(await app.admin.createFlag(draft, options)).toMatchObject({ key: 'dry', version: 1 });
      // A receipt answers a real request alone: the dry run says what is true now.
      await expect(app.admin.createFlag({ ...draft, dryRun }, options)).rejects.toMatchObject({ code: 'conflict' });
      expect(await app.admin.createFlag(draft, options)).toMatchObject({ key: 'dry', version: 1 });
    });

    it('is refused what the change would be refused', async () => {
      const made = await app.admin.createFlag(aFlag('strict'));
      await app.admin.createFlag(aFlag('on-strict', { prerequisites: [{ flag: 'strict', variants: ['on'] }] }));
      const dryRun = true;
      await expect(app.admin.updateFlag({ ...made, version: 9, dryRun })).rejects.toMatchObject({
        code: 'conflict',
        extra: { currentVersion: 1 },
      });
      await expect(app.admin.createFlag({ ...aFlag('strict'), dryRun })).rejects.toMatchObject({ code: 'conflict' });
      await expect(app.admin.archiveFlag({ key: 'strict', dryRun })).rejects.toMatchObject({
        extra: { dependants: ['on-strict'] },
      });
      await expect(app.admin.restoreFlag({ key: 'strict', dryRun })).rejects.toMatchObject({ code: 'conflict' });
      const after = { prerequisites: [{ flag: 'on-strict', variants: ['on'] }] };
      await expect(app.admin.updateFlag({ ...made, ...after, dryRun })).rejects.toMatchObject({
        errors: [{ path: 'prerequisites.0.flag', message: 'goes round: strict -> on-strict -> strict' }],
      });
      const viewer = app.clientOf(await app.keyWith('viewer'));
      await expect(viewer.updateFlag({ ...made, dryRun })).rejects.toMatchObject({ code: 'forbidden' });
    });

    it('looks at each context that was exposed once, with its prerequisites and its own unit', async () => {
      const base = await app.admin.createFlag(aFlag('gate', { rules: [], fallthrough: { variant: 'on' } }));
      const flag = await app.admin.createFlag(
        aFlag('examined', {
          prerequisites: [{ flag: 'gate', variants: ['on'] }],
          rules: [
            { id: 'web', when: [{ attribute: 'repoId', op: 'in', values: ['acme/web'] }], serve: { variant: 'on' } },
          ],
          fallthrough: { split: [{ variant: 'off', weight: 1 }], by: 'team' },
        }),
      );
      await expose('examined', ['ann', 'ann', 'bob'], { repoId: 'acme/web', ruleId: 'web' });
      await expose('examined', ['ann'], { repoId: 'acme/api', unit: 'core', reason: 'SPLIT', taskType: 'refactor' });
      await expose('of-another-flag', ['zoe']);
      const whole = { ...flag, fallthrough: { split: [{ variant: 'on', weight: 1 }], by: 'team' }, dryRun: true };
      expect((await app.admin.updateFlag(whole)).moves).toMatchObject({
        examined: 3,
        moved: 1,
        transitions: [{ count: 1, examples: [{ unit: 'core', userId: 'ann', repoId: 'acme/api' }] }],
      });
      await app.admin.updateFlag({ ...base, enabled: false });
      expect((await app.admin.updateFlag(whole)).moves).toMatchObject({ examined: 3, moved: 0 });
    });
  });

  describe('evaluating as of', () => {
    it('takes the prerequisites of that time, by version and by time', async () => {
      const gate = await app.admin.createFlag(aFlag('old-gate', { rules: [], fallthrough: { variant: 'on' } }));
      const chained = { prerequisites: [{ flag: 'old-gate', variants: ['on'] }] };
      await app.admin.createFlag(aFlag('old-middle', { rules: [], fallthrough: { variant: 'on' }, ...chained }));
      const after = { prerequisites: [{ flag: 'old-middle', variants: ['on'] }] };
      const flag = await app.admin.createFlag(aFlag('old', { rules: [], fallthrough: { variant: 'on' }, ...after }));
      const open = later();
      await app.admin.updateFlag({ ...gate, enabled: false });
      const shut = later();
      await app.admin.updateFlag({ ...flag, description: 'written when the gate was shut' });
      await app.admin.updateFlag({ ...gate, version: 2, enabled: true });
      later();

      const variant = async (more: object) =>
        (await app.admin.evaluateFlag({ key: 'old', userId: 'ann', ...more })).variant;
      expect(await variant({})).toBe('on');
      expect(await variant({ at: open })).toBe('on');
      expect(await variant({ at: shut })).toBe('off');
      expect(await variant({ asOfVersion: 1 })).toBe('on');
      expect(await variant({ asOfVersion: 2 })).toBe('off');
      expect(await app.admin.evaluateFlag({ key: 'old', userId: 'ann', at: shut, explain: true })).toMatchObject({
        reason: 'DISABLED',
        flagVersion: 1,
        trace: [{ step: 'prerequisite', id: 'old-middle', outcome: 'decided' }],
      });
    });

    it('takes the segments of that time, those that are gone by now included', async () => {
      const testers = await app.admin.createSegment({ key: 'testers', included: ['ann'] });
      const inSegment = [{ attribute: 'userId', op: 'segment' as const, values: ['testers'] }];
      const rules = [{ id: 'testers', when: inSegment, serve: { variant: 'on' } }];
      const flag = await app.admin.createFlag(aFlag('for-testers', { rules }));
      const forAnn = later();
      await app.admin.updateSegment({ ...testers, included: ['bob'] });
      const forBob = later();
      const second = await app.admin.updateFlag({ ...flag, description: 'written when bob was in' });
      await app.admin.updateFlag({ ...second, rules: [] });
      await app.admin.deleteSegment({ key: 'testers' });
      later();

      const whoIsOn = async (more: object) => {
        const users = ['ann', 'bob'];
        const answers = users.map((userId) => app.admin.evaluateFlag({ key: 'for-testers', userId, ...more }));
        return (await Promise.all(answers)).flatMap(({ enabled }, i) => (enabled ? users[i] : []));
      };
      expect(await whoIsOn({})).toEqual([]);
      expect(await whoIsOn({ at: forAnn })).toEqual(['ann']);
      expect(await whoIsOn({ at: forBob })).toEqual(['bob']);
      expect(await whoIsOn({ asOfVersion: 1 })).toEqual(['ann']);
      expect(await whoIsOn({ asOfVersion: 2 })).toEqual(['bob']);
      await expect(app.admin.rollBackFlag({ key: 'for-testers', version: 2 })).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('no segment is called "testers"'),
      });
    });

    it('serves nobody: a sticky split asked about another time keeps its first answer for the first real question', async () => {
      const half = (first: string, second: string) => ({
        split: [
          { variant: first, weight: 1 },
          { variant: second, weight: 1 },
        ],
        by: 'taskId',
        sticky: 'taskId',
      });
      const flag = await app.admin.createFlag(aFlag('sticky', { rules: [], fallthrough: half('on', 'off') }));
      const agent = app.clientOf(await app.keyWith('agent'));
      const ask = async (more: object = {}) =>
        (await agent.evaluateFlag({ key: 'sticky', taskId: 'task-1', ...more })).variant;
      const soon = new Date(clock() + minuteMs).toISOString();
      const atFirst = await ask({ at: soon });
      expect(await ask({ asOfVersion: 1 })).toBe(atFirst);
      const turned = await app.admin.updateFlag({ ...flag, fallthrough: half('off', 'on') });
      const served = await ask();
      expect(served).not.toBe(atFirst);
      await app.admin.updateFlag({ ...turned, fallthrough: half('on', 'off') });
      expect(await ask()).toBe(served);
      expect(await agent.evaluateFlag({ key: 'sticky', taskId: 'task-1', asOfVersion: 1 })).not.toHaveProperty(
        'sticky',
      );
    });

    it('says what there was not', async () => {
      await app.admin.createFlag(aFlag('gone'));
      const alive = later();
      await app.admin.archiveFlag({ key: 'gone' });
      const archived = later();
      const ask = (more: object, key = 'gone') => app.admin.evaluateFlag({ key, userId: 'alice', ...more });
      expect(await ask({ at: alive })).toMatchObject({ variant: 'on', flagVersion: 1 });
      expect(await ask({ asOfVersion: 1 })).toMatchObject({ variant: 'on', flagVersion: 1 });
      await expect(ask({ at: archived })).rejects.toMatchObject({
        code: 'not_found',
        message: `the flag "gone" was archived at ${archived}; it served nobody`,
      });
      await expect(ask({ asOfVersion: 2 })).rejects.toMatchObject({
        message: 'the flag "gone" was archived in version 2; it served nobody',
      });
      await expect(ask({ asOfVersion: 3 })).rejects.toMatchObject({
        code: 'not_found',
        message: 'the history of the flag "gone" has no version 3, it has 1 to 2',
      });
      await expect(ask({ asOfVersion: 1 }, 'never-was')).rejects.toMatchObject({ code: 'not_found' });
      await expect(ask({ at: alive }, 'never-was')).rejects.toMatchObject({ code: 'not_found' });
      const { client } = await app.otherTenant('as-of');
      const stranger = client.evaluateFlag({ key: 'gone', userId: 'alice', asOfVersion: 1 });
      await expect(stranger).rejects.toMatchObject({ code: 'not_found', message: 'no flag is called "gone"' });
    });
  });

  describe('an automatic rollback', () => {
    const take = (key: string, variant: string, { once = 'regression 1', dryRun = false } = {}) =>
      app.rollBackVariant(app.projectId, { key, variant, reason: 'solves less', once, dryRun });

    it('happens once for each cause, and says to others that it has happened', async () => {
      const made = await app.admin.createFlag(aFlag('twice'));
      expect(await take('twice', 'on', { dryRun: true })).toEqual({ outcome: 'rolled_back', version: 2 });
      expect((await app.admin.getFlag({ key: 'twice' })).version).toBe(1);
      const once = await take('twice', 'on');
      expect(once).toEqual({ outcome: 'rolled_back', version: 2 });
      expect(await take('twice', 'on')).toEqual(once);
      expect(await take('twice', 'on', { once: 'regression 2' })).toEqual({ outcome: 'already_done', version: 2 });
      expect((await app.admin.getFlagHistory({ key: 'twice' })).items).toHaveLength(2);
      // Who brings it back has decided: the same cause takes it away no second time, another one does.
      await app.admin.updateFlag({ ...made, version: 2 });
      expect(await take('twice', 'on')).toEqual(once);
      expect(await take('twice', 'on', { once: 'regression 2' })).toEqual({ outcome: 'rolled_back', version: 4 });
    });

    it('is refused where nothing can be taken away', async () => {
      const made = await app.admin.createFlag(aFlag('firm'));
      const refusal = async (key: string, variant: string) => {
        const answer = await take(key, variant);
        return answer.outcome === 'refused' ? answer.reason : answer;
      };
      expect(await refusal('firm', 'off')).toContain('is the off variant');
      expect(await refusal('firm', 'purple')).toBe('the flag "firm" has no variant "purple"');
      expect(await refusal('never-was', 'on')).toBe('no flag is called "never-was"');
      await app.admin.updateFlag({ ...made, rules: [] });
      expect(await refusal('firm', 'on')).toBe('the flag "firm" no longer serves the variant "on"');
      await app.admin.archiveFlag({ key: 'firm' });
      expect(await refusal('firm', 'on')).toBe('the flag "firm" is archived: it serves nobody');
    });
  });
});
