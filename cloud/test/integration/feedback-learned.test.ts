import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { aCorrection, wholeFile } from '../support/corrections.ts';
import { describeOnEngines, silentLog } from '../support/engines.ts';

const agent = `export function pick(rows: Row[], id: string) {
  console.log(rows);
  const sorted = order(rows);
  const first = sorted.find((row) => row.id == id);
  if (first == null) return undefined;
  return first;
}
`;
const human = agent.replace('  console.log(rows);\n', '').replace('row.id == id', 'row.id === id');

describeOnEngines('what is learned of a correction', (engine) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine);
  });
  afterAll(() => app.close());

  const learn = async ({ projectId }: { projectId: string }) => {
    const { signal } = new AbortController();
    await app.learn.jobs[0]!.run({ projectId }, { projectId: undefined, attempt: 1, signal, log: silentLog });
  };
  const patches = {
    originalPatch: wholeFile('src/pick.ts', null, agent),
    correctedPatch: wholeFile('src/pick.ts', null, human),
  };

  it('stands in the place of the one hunk that was told, and no two hunks overlap', async () => {
    const tenant = await app.otherTenant('hunks');
    const hunks = [
      { file: 'src/pick.ts', verdict: 'mixed' as const, startLine: 1, endLine: 6, before: agent, after: human },
    ];
    const { id } = await tenant.client.captureFeedback(aCorrection({ ...patches, hunks }));
    await learn(tenant);
    const read = (await tenant.client.getFeedback({ id })).hunks;
    expect(read.map(({ before, after, verdict }) => ({ before, after, verdict }))).toEqual([
      { before: '  console.log(rows);', after: '', verdict: 'mixed' },
      {
        before: '  const first = sorted.find((row) => row.id == id);',
        after: '  const first = sorted.find((row) => row.id === id);',
        verdict: 'mixed',
      },
    ]);
  });

  it('leaves alone what was told of other lines', async () => {
    const tenant = await app.otherTenant('other lines');
    const told = {
      file: 'src/other.ts',
      verdict: 'agent_revision' as const,
      startLine: 1,
      endLine: 1,
      before: 'a',
      after: 'b',
    };
    const { id } = await tenant.client.captureFeedback(aCorrection({ ...patches, hunks: [told] }));
    await learn(tenant);
    expect((await tenant.client.getFeedback({ id })).hunks).toMatchObject([
      told,
      { before: '  console.log(rows);' },
      { startLine: 3 },
    ]);
  });

  it('has for each detector the lines where the same was left', async () => {
    const tenant = await app.otherTenant('counterexamples');
    const { id } = await tenant.client.captureFeedback(aCorrection(patches));
    await learn(tenant);
    const { items } = await tenant.client.listPatterns({ all: true, kind: 'detector' });
    const equality = items.find(({ key, taskType }) => key === 'strict-equality' && taskType === null);
    expect(equality).toMatchObject({ changed: 1, survived: 1 });
    expect((await tenant.client.getPattern({ id: equality!.id })).counterexamples).toEqual([
      { feedbackId: id, file: 'src/pick.ts', text: 'if (first == null) return undefined;' },
    ]);
  });
});
