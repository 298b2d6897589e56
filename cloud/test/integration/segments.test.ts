import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

const inSegment = (...keys: string[]) => ({ attribute: 'userId', op: 'segment' as const, values: keys });
const ruleFor = (...keys: string[]) => [{ id: 'group', when: [inSegment(...keys)], serve: { variant: 'on' } }];
const nested = (...keys: string[]) => [{ when: [inSegment(...keys)] }];

describeOnEngines('segments', (engine) => {
  const { clock, advance } = testClock();
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine, { clock });
  });
  afterAll(() => app.close());

  it('come back as they were sent and are listed by key, a page at a time', async () => {
    const rules = [{ when: [{ attribute: 'repoId', op: 'startsWith' as const, values: ['acme/'] }] }];
    const made = await app.admin.createSegment({
      key: 'list-b',
      description: 'People of acme',
      included: ['alice'],
      excluded: ['mallory'],
      rules,
    });
    expect(made).toMatchObject({ key: 'list-b', version: 1, included: ['alice'], excluded: ['mallory'], rules });
    expect(await app.admin.getSegment({ key: 'list-b' })).toEqual(made);
    await app.admin.createSegment({ key: 'list-a' });
    const first = await app.admin.listSegments({ limit: 1 });
    expect(first.items.map(({ key }) => key)).toEqual(['list-a']);
    const second = await app.admin.listSegments({ limit: 1, cursor: first.nextCursor! });
    expect(second.items.map(({ key }) => key)).toEqual(['list-b']);
  });

  it('decide at once: lists, rules, and again when they change', async () => {
    await app.admin.createSegment({ key: 'beta', included: ['alice'] });
    await app.admin.createFlag(aFlag('asks-beta', { rules: ruleFor('beta') }));
    const enabled = async (userId: string) => (await app.admin.evaluateFlag({ key: 'asks-beta', userId })).enabled;
    expect([await enabled('alice'), await enabled('bob')]).toEqual([true, false]);
    const changed = await app.admin.updateSegment({
      key: 'beta',
      version: 1,
      excluded: ['alice'],
      included: ['alice', 'bob'],
    });
    expect(changed).toMatchObject({ version: 2 });
    expect([await enabled('alice'), await enabled('bob')]).toEqual([false, true]);
  });

  it('refuse a change made from an older version, and a key that is taken', async () => {
    await app.admin.createSegment({ key: 'contested' });
    await app.admin.updateSegment({ key: 'contested', version: 1, included: ['first'] });
    await expect(app.admin.updateSegment({ key: 'contested', version: 1 })).rejects.toMatchObject({
      code: 'conflict',
      extra: { currentVersion: 2 },
    });
    await expect(app.admin.createSegment({ key: 'contested' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(app.admin.updateSegment({ key: 'nobody', version: 1 })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are refused where a flag or a segment names one that is not there, in scheduled rules too', async () => {
    const schedule = [{ at: '2030-01-01T00:00:00Z', set: { rules: ruleFor('nobody') } }];
    await expect(app.admin.createFlag(aFlag('names', { rules: ruleFor('nobody') }))).rejects.toMatchObject({
      errors: [{ path: 'rules.0.when.0.values.0', message: 'no segment is called "nobody"' }],
    });
    await expect(app.admin.createFlag(aFlag('names', { schedule }))).rejects.toMatchObject({
      errors: [{ path: 'schedule.0.set.rules.0.when.0.values.0', message: 'no segment is called "nobody"' }],
    });
    await expect(app.admin.createSegment({ key: 'names', rules: nested('nobody') })).rejects.toMatchObject({
      errors: [{ path: 'rules.0.when.0.values.0', message: 'no segment is called "nobody"' }],
    });
  });

  it('cannot lead back to themselves: the path is named', async () => {
    await app.admin.createSegment({ key: 'ring-a' });
    await app.admin.createSegment({ key: 'ring-b', rules: nested('ring-a') });
    await app.admin.createSegment({ key: 'ring-c', rules: nested('ring-b') });
    await expect(app.admin.updateSegment({ key: 'ring-a', version: 1, rules: nested('ring-c') })).rejects.toMatchObject(
      {
        errors: [{ path: 'rules.0.when.0.values.0', message: 'goes round: ring-a -> ring-c -> ring-b -> ring-a' }],
      },
    );
    await expect(app.admin.createSegment({ key: 'self', rules: nested('self') })).rejects.toMatchObject({
      errors: [{ message: 'goes round: self -> self' }],
    });
  });

  it('cannot be deleted while something names them, and say what does', async () => {
    await app.admin.createSegment({ key: 'needed' });
    await app.admin.createSegment({ key: 'around', rules: nested('needed') });
    await app.admin.createFlag(aFlag('needs-now', { rules: ruleFor('needed') }));
    const schedule = [{ at: '2030-01-01T00:00:00Z', set: { rules: ruleFor('needed') } }];
    await app.admin.createFlag(aFlag('needs-later', { schedule }));
    await expect(app.admin.deleteSegment({ key: 'needed' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('the flag "needs-later", the flag "needs-now", the segment "around"'),
      extra: { flags: ['needs-later', 'needs-now'], segments: ['around'] },
    });
    await app.admin.archiveFlag({ key: 'needs-now' });
    await app.admin.archiveFlag({ key: 'needs-later' });
    await app.admin.deleteSegment({ key: 'around' });
    await app.admin.deleteSegment({ key: 'needed', reason: 'nobody needs it' });
    await expect(app.admin.getSegment({ key: 'needed' })).rejects.toMatchObject({ code: 'not_found' });
    // What comes back is looked up again.
    await expect(app.admin.restoreFlag({ key: 'needs-now' })).rejects.toMatchObject({
      errors: [{ message: 'no segment is called "needed"' }],
    });
  });

  it('leave a line in the history for every version, deletions and what follows them included', async () => {
    await app.admin.createSegment({ key: 'told', included: ['a'], reason: 'begins' });
    await app.admin.updateSegment({ key: 'told', version: 1, included: ['b'] });
    await app.admin.deleteSegment({ key: 'told', reason: 'ends' });
    expect(await app.admin.createSegment({ key: 'told', included: ['c'] })).toMatchObject({ version: 4 });
    const lines = await app.database.asProject(app.projectId, (tx) =>
      tx.sql.selectFrom('segment_version').selectAll().where('key', '=', 'told').orderBy('version').execute(),
    );
    expect(
      lines.map(({ version, action, reason, definition, actor_name }) => ({
        version,
        action,
        reason,
        included: (definition as { included: string[] }).included,
        actor_name,
      })),
    ).toEqual([
      { version: 1, action: 'created', reason: 'begins', included: ['a'], actor_name: 'Admin key of this machine' },
      { version: 2, action: 'updated', reason: null, included: ['b'], actor_name: 'Admin key of this machine' },
      { version: 3, action: 'deleted', reason: 'ends', included: ['b'], actor_name: 'Admin key of this machine' },
      { version: 4, action: 'created', reason: null, included: ['c'], actor_name: 'Admin key of this machine' },
    ]);
    expect(lines.map(({ deleted_at }) => deleted_at !== null)).toEqual([false, false, true, false]);
    const sequences = lines.map(({ sequence }) => Number(sequence));
    expect(sequences.toSorted((a, b) => a - b)).toEqual(sequences);
  });

  it('are as they were then for who asks as of a version or a time, and as they are for a dry run', async () => {
    await app.admin.createSegment({ key: 'then', included: ['alice'] });
    await app.admin.createSegment({ key: 'around-then', rules: nested('then') });
    const first = await app.admin.createFlag(aFlag('asks-then', { rules: ruleFor('around-then') }));
    advance(60_000);
    const atFirst = new Date(clock() - 30_000).toISOString();
    await app.admin.updateSegment({ key: 'then', version: 1, included: ['bob'] });
    const second = await app.admin.updateFlag({ ...first, description: 'again' });
    const enabled = async (userId: string, asOf: object) =>
      (await app.admin.evaluateFlag({ key: 'asks-then', userId, ...asOf })).enabled;
    for (const asOf of [{ asOfVersion: 1 }, { at: atFirst }])
      expect([await enabled('alice', asOf), await enabled('bob', asOf)]).toEqual([true, false]);
    for (const asOf of [{ asOfVersion: 2 }, {}])
      expect([await enabled('alice', asOf), await enabled('bob', asOf)]).toEqual([false, true]);
    await app.admin.recordExposures({
      exposures: ['alice', 'bob'].map((userId) => ({ flag: 'asks-then', variant: 'on', userId })),
    });
    const tried = await app.admin.updateFlag({ ...second, rules: [], dryRun: true });
    expect(tried.moves).toMatchObject({ examined: 2, moved: 1, transitions: [{ from: 'on', to: 'off', count: 1 }] });
    await app.admin.archiveFlag({ key: 'asks-then' });
    await app.admin.deleteSegment({ key: 'around-then' });
    expect(await enabled('alice', { asOfVersion: 1 })).toBe(true);
  });

  it('come with the ruleset, whose ETag changes with them', async () => {
    const before = await app.call('GET', '/api/flags/ruleset', { key: app.adminKey });
    await app.admin.createSegment({ key: 'carried', included: ['alice'] });
    const after = await app.call('GET', '/api/flags/ruleset', {
      key: app.adminKey,
      headers: { 'if-none-match': before.headers.get('etag')! },
    });
    expect(after.status).toBe(200);
    const { segments } = (await after.json()) as { segments: { key: string }[] };
    expect(segments.find(({ key }) => key === 'carried')).toMatchObject({ version: 1, included: ['alice'] });
  });

  it('are read by viewers, written by editors, and nobody else’s business', async () => {
    const [viewer, editor] = [await app.keyWith('viewer'), await app.keyWith('editor')].map(app.clientOf);
    await editor!.createSegment({ key: 'by-editor' });
    expect(await viewer!.getSegment({ key: 'by-editor' })).toMatchObject({ version: 1 });
    await expect(viewer!.createSegment({ key: 'by-viewer' })).rejects.toMatchObject({ code: 'forbidden' });
    const { client } = await app.otherTenant('elsewhere');
    await expect(client.getSegment({ key: 'by-editor' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(client.createFlag(aFlag('theirs', { rules: ruleFor('by-editor') }))).rejects.toMatchObject({
      errors: [{ message: 'no segment is called "by-editor"' }],
    });
    expect(await client.createSegment({ key: 'by-editor' })).toMatchObject({ version: 1 });
  });

  it('refuse patterns beyond the budget, an empty rule and members that no segment has', async () => {
    const pattern = { attribute: 'repoId', op: 'matches' as const, values: ['a'.repeat(900)] };
    const costly = Array.from({ length: 3 }, () => ({ when: [pattern] }));
    await expect(app.admin.createSegment({ key: 'costly', rules: costly })).rejects.toMatchObject({
      errors: [{ path: expect.stringMatching(/^rules\.\d\.when\.0/) }],
    });
    await expect(app.admin.createSegment({ key: 'empty', rules: [{ when: [] }] })).rejects.toMatchObject({
      errors: [{ path: 'rules.0.when' }],
    });
    const answer = await app.call('POST', '/api/flags/segments', {
      key: app.adminKey,
      body: { key: 'wrong', include: ['alice'] },
    });
    expect(await answer.json()).toMatchObject({ errors: [{ path: 'include', message: 'no field has this name' }] });
  });

  it('are rehearsed: what would change, and who moves on the flags that use them, directly or by others', async () => {
    const { client } = await app.otherTenant('rehearsed');
    await client.createSegment({ key: 'inner', included: ['alice'], excluded: ['dave'] });
    await client.createSegment({ key: 'outer', rules: nested('inner') });
    await client.createFlag(aFlag('by-inner', { rules: ruleFor('inner') }));
    await client.createFlag(aFlag('by-outer', { rules: ruleFor('outer') }));
    await client.createFlag(
      aFlag('waits', { rules: ruleFor('outer'), prerequisites: [{ flag: 'by-inner', variants: ['on'] }] }),
    );
    await client.createFlag(aFlag('unconcerned'));
    const flags = ['by-inner', 'by-outer', 'waits', 'unconcerned'];
    await client.recordExposures({
      exposures: flags.flatMap((flag) => ['alice', 'bob'].map((userId) => ({ flag, variant: 'off', userId }))),
    });
    const change = { key: 'inner', version: 1, included: ['bob'], excluded: ['dave'] };
    const tried = await client.updateSegment({ ...change, dryRun: true });
    const there = { from: 'on', to: 'off', count: 1, examples: [{ userId: 'alice' }] };
    const back = { from: 'off', to: 'on', count: 1, examples: [{ userId: 'bob' }] };
    expect(tried).toMatchObject({ version: 2, included: ['bob'], dryRun: true });
    expect(tried.diff).toEqual([{ path: '/included', before: ['alice'], after: ['bob'] }]);
    expect(tried.moves).toMatchObject({
      examined: 6,
      moved: 6,
      notExamined: 0,
      flags: ['by-inner', 'by-outer', 'waits'].map((key) => ({ key, examined: 2, moved: 2 })),
    });
    for (const { transitions, simulated } of tried.moves!.flags) {
      expect(transitions).toMatchObject(transitions[0]!.from === 'on' ? [there, back] : [back, there]);
      expect(simulated).toEqual([{ from: 'off', to: 'off', share: 1 }]);
    }
    expect(await client.getSegment({ key: 'inner' })).toMatchObject({ version: 1, included: ['alice'] });
    await expect(client.deleteSegment({ key: 'inner', dryRun: true })).rejects.toMatchObject({ code: 'conflict' });
    await expect(client.updateSegment({ ...change, version: 7, dryRun: true })).rejects.toMatchObject({
      code: 'conflict',
    });
    const unused = await client.createSegment({ key: 'unused', included: ['alice'], dryRun: true });
    expect(unused).toMatchObject({ version: 1, diff: [{ path: '', after: { key: 'unused', included: ['alice'] } }] });
    expect(unused.moves).toEqual({ examined: 0, moved: 0, flags: [], notExamined: 0 });
    await expect(client.getSegment({ key: 'unused' })).rejects.toMatchObject({ code: 'not_found' });
    const { dryRun: _1, diff: _2, moves: _3, updatedAt: _4, ...wouldBe } = tried;
    expect(await client.updateSegment(change)).toMatchObject(wouldBe);
    expect((await client.evaluateFlag({ key: 'waits', userId: 'bob' })).variant).toBe('on');
  });

  it('are rehearsed on ten flags at most, and say how many more use them', async () => {
    const { client } = await app.otherTenant('much used');
    await client.createSegment({ key: 'popular', included: ['alice'] });
    const keys = Array.from({ length: 12 }, (_, i) => `user-${String(i).padStart(2, '0')}`);
    for (const key of keys) await client.createFlag(aFlag(key, { rules: ruleFor('popular') }));
    const { moves } = await client.updateSegment({ key: 'popular', version: 1, dryRun: true });
    expect(moves!.flags.map(({ key }) => key)).toEqual(keys.slice(0, 10));
    expect(moves!.notExamined).toBe(2);
  });

  it('tell what they were, and go back to it as a new version', async () => {
    const { client } = await app.otherTenant('with a past');
    await client.createSegment({ key: 'lived', included: ['alice'], reason: 'first' });
    await client.updateSegment({ key: 'lived', version: 1, included: ['alice', 'bob'], reason: 'more' });
    const tried = await client.rollBackSegment({ key: 'lived', version: 1, dryRun: true });
    expect(tried).toMatchObject({ version: 3, included: ['alice'], diff: [{ path: '/included' }] });
    const back = await client.rollBackSegment({ key: 'lived', version: 1, reason: 'too many' });
    expect(back).toMatchObject({ version: 3, included: ['alice'] });
    await client.deleteSegment({ key: 'lived' });
    const first = await client.getSegmentHistory({ key: 'lived', limit: 2 });
    const rest = await client.getSegmentHistory({ key: 'lived', limit: 2, cursor: first.nextCursor! });
    const actor = expect.objectContaining({ kind: 'key', id: expect.any(String) });
    expect([...first.items, ...rest.items]).toMatchObject([
      { version: 4, action: 'deleted', diff: [{ path: '', before: { key: 'lived', included: ['alice'] } }] },
      { version: 3, action: 'rolled_back', reason: 'too many', actor, diff: [{ path: '/included', after: ['alice'] }] },
      { version: 2, action: 'updated', reason: 'more', segment: { included: ['alice', 'bob'] } },
      { version: 1, action: 'created', reason: 'first', diff: [], segment: { key: 'lived', included: ['alice'] } },
    ]);
    expect(rest.nextCursor).toBeNull();
    await expect(client.rollBackSegment({ key: 'lived', version: 1 })).rejects.toMatchObject({ code: 'not_found' });
    await expect(client.getSegmentHistory({ key: 'never' })).rejects.toMatchObject({ code: 'not_found' });
    await client.createSegment({ key: 'lived' });
    await expect(client.rollBackSegment({ key: 'lived', version: 9 })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('1 to 5'),
    });
    await expect(client.rollBackSegment({ key: 'lived', version: 5 })).rejects.toMatchObject({ code: 'conflict' });
  });
});

describeOnEngines('prerequisites', (engine) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine);
  });
  afterAll(() => app.close());

  it('cannot go round: the whole path is named', async () => {
    const needs = (flag: string) => ({ prerequisites: [{ flag, variants: ['on'] }] });
    const first = await app.admin.createFlag(aFlag('first'));
    await app.admin.createFlag(aFlag('second', needs('first')));
    await app.admin.createFlag(aFlag('third', needs('second')));
    await expect(app.admin.updateFlag({ ...first, ...needs('third') })).rejects.toMatchObject({
      errors: [{ path: 'prerequisites.0.flag', message: 'goes round: first -> third -> second -> first' }],
    });
  });
});
