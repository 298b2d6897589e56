import { loadDataset } from '@whetstone/evals';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOn, pglite } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

const patience = { timeout: 240_000, interval: 200 };
const starter = await loadDataset('starter', { datasetsDir: '' });

/** What somebody recorded: the reference answers, of which the first so many are cut down to nothing. */
const recorded = (weakened: number) => ({
  kind: 'samples' as const,
  label: 'recorded answers, weakened by hand',
  samples: starter.problems.map((problem, i) => ({
    task_id: problem.id,
    solution: i >= weakened && problem.kind === 'function' ? (problem.reference ?? '') : '',
  })),
});

/** Everything real: the queue, the sandbox, the runs, the flags, and a webhook where nobody listens. */
describeOn(pglite, 'a subject that got worse', () => {
  let app: TestApp;
  let webhookId: string;
  beforeAll(async () => {
    app = await startApp(pglite);
    webhookId = (await app.admin.createWebhook({ url: 'http://127.0.0.1/hook' })).id;
    await app.admin.putEvalSettings({ rerunSamples: 1 });
    await app.work();
  });
  afterAll(() => app.close());

  const told = async () =>
    (await app.admin.listWebhookDeliveries({ id: webhookId })).items.map(({ event }) => event).toReversed();

  const measured = async (weakened: number, flag?: { key: string; variant: string }) => {
    const { runId } = await app.admin.startEvalRun({
      dataset: 'starter',
      subject: recorded(weakened),
      workers: 2,
      ...(flag && { flag }),
    });
    await vi.waitFor(async () => {
      const { run } = await app.admin.getEvalResults({ runId, limit: 1 });
      expect(run.status).toBe('completed');
    }, patience);
    return runId;
  };

  it(
    'is found, run again on both arms, and the flag that carried it is rolled back',
    { timeout: 300_000 },
    async () => {
      const key = 'new-prompt';
      await app.admin.createFlag(aFlag(key, { rules: [], fallthrough: { variant: 'on' } }));
      const before = await measured(0);
      const after = await measured(10, { key, variant: 'on' });
      await vi.waitFor(async () => expect((await told()).at(-1)).toBe('rollback.done'), patience);
      // Of reruns nobody is told.
      expect(await told()).toEqual([
        'eval.run.completed',
        'eval.run.completed',
        'regression.suspected',
        'regression.alert',
        'rollback.done',
      ]);

      const [regression] = (await app.admin.listRegressions({ open: true })).items;
      expect(regression).toMatchObject({
        state: 'alert',
        severity: 'critical',
        rollback: { outcome: 'rolled_back', flagVersion: 2 },
        evidence: { problems: 27, before: { passRate: 1, n: 54 }, after: { n: 54, infrastructureErrorRate: 0 } },
      });
      const weakened = starter.problems.slice(0, 10).map(({ id }) => id);
      expect(regression!.evidence!.lost.map(({ problemId }) => problemId).toSorted()).toEqual(weakened.toSorted());
      const reruns = (await app.admin.listEvalRuns({ parentId: regression!.id })).items;
      expect(reruns.map(({ purpose, flag }) => [purpose, flag])).toEqual([
        ['rerun', undefined],
        ['rerun', undefined],
      ]);

      expect((await app.admin.evaluateFlag({ key, userId: 'ann' })).variant).toBe('off');
      const { items } = await app.admin.getFlagHistory({ key, limit: 1 });
      expect(items[0]).toMatchObject({ action: 'variant_rolled_back', actor: { kind: 'system' } });
      for (const word of [before, after, `regression ${regression!.id}`]) expect(items[0]!.reason).toContain(word);
    },
  );
});
