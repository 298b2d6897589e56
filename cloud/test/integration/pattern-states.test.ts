import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

/** 2,000 states, all that one flag or segment may have. */
const large = 'a{1998}';
const matching = (value: string) => ({ attribute: 'repoId', op: 'matches' as const, values: [value] });
const withPattern = (key: string, value = large) =>
  aFlag(key, { rules: [{ id: 'r', when: [matching(value)], serve: { variant: 'on' } }] });

const refused = (states: number, here: number) =>
  `all patterns of the project would take ${states} states, ${here} of them here; ` +
  'the budget of all its flags and segments is 20000';

describeOnEngines('the patterns of a project', (engine) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine);
    for (let i = 0; i < 9; i++) await app.admin.createFlag(withPattern(`large-${i}`));
    await app.admin.createSegment({ key: 'large', rules: [{ when: [matching(large)] }] });
  });
  afterAll(() => app.close());

  it('are refused where they exceed what all of them may take, in a flag and in a segment', async () => {
    const errors = [{ path: 'rules.0.when.0.values', message: refused(20_002, 2) }];
    const invalid = { code: 'invalid', errors };
    await expect(app.admin.createFlag(withPattern('one-more', 'a'))).rejects.toMatchObject(invalid);
    await expect(app.admin.createFlag({ ...withPattern('one-more', 'a'), dryRun: true })).rejects.toMatchObject(
      invalid,
    );
    const rules = [{ when: [matching('a')] }];
    await expect(app.admin.createSegment({ key: 'one-more', rules })).rejects.toMatchObject(invalid);
    await app.admin.createSegment({ key: 'without' });
    await expect(app.admin.updateSegment({ key: 'without', version: 1, rules })).rejects.toMatchObject(invalid);
    await app.admin.createFlag(aFlag('without'));
    await expect(app.admin.updateFlag({ ...withPattern('without', 'a'), version: 1 })).rejects.toMatchObject(invalid);
  });

  it('are refused by name in an import, and what is there already stays', async () => {
    const flags = [withPattern('a-new-one', 'a'), withPattern('large-0'), aFlag('plain')];
    const done = await app.admin.importFlags({ format: 'whetstone', document: { flags } });
    expect(done).toMatchObject({
      created: ['plain'],
      updated: [],
      unchanged: ['large-0'],
      refused: [{ key: 'a-new-one', path: '$.flags["a-new-one"].rules.0.when.0.values', why: refused(20_002, 2) }],
    });
  });

  it('may change as long as they take no more, and give room when they go', async () => {
    await app.admin.updateFlag({ ...withPattern('large-1', 'b{1998}'), version: 1 });
    await app.admin.archiveFlag({ key: 'large-2' });
    await app.admin.createFlag(withPattern('instead'));
    await expect(app.admin.restoreFlag({ key: 'large-2' })).rejects.toMatchObject({
      code: 'invalid',
      errors: [{ message: refused(22_000, 2_000) }],
    });
    const { items } = await app.admin.listFlags({ limit: 100 });
    for (const { key } of items) expect(await app.admin.evaluateFlag({ key })).not.toHaveProperty('errorCode');
  });
});
