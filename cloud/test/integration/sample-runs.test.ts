import type { Dataset } from '@whetstone/evals';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOn, pglite, type Place } from '../support/engines.ts';

const patience = { timeout: 60_000, interval: 50 };
const problem = 'typescript-slug';

/** Three runs of one problem, the second of which never comes to an end by itself. */
const plan = ({ name: dataset }: Dataset): EvalRunRequest[] => [
  { dataset, subject: { kind: 'reference' }, problems: [problem] },
  {
    dataset,
    subject: { kind: 'samples', samples: [{ task_id: problem, solution: 'for (;;);' }], label: 'goes on for ever' },
    problems: [problem],
    timeoutMs: 600_000,
  },
  {
    dataset,
    subject: { kind: 'reference' },
    problems: [problem],
    // Whoever has no such flag has none rolled back.
    flag: { key: 'a-flag-of-somebody', variant: 'on' },
  },
];

describeOn(pglite, 'the sample runs of a new installation', () => {
  let place: Place;
  let app: TestApp;
  let adminKey: string;
  beforeAll(async () => {
    place = await pglite.place();
    app = await startApp(pglite, { place, sampleRuns: plan });
    ({ adminKey } = app);
  });
  afterAll(async () => {
    await app.close();
    await place.remove();
  });

  const runs = async () => (await app.admin.listEvalRuns({})).items.toReversed();
  const statuses = async () => (await runs()).map(({ status }) => status);

  it('are made one after the other by jobs that can be seen', async () => {
    await app.seedRuns(app.projectId);
    expect(await statuses()).toEqual([]);
    await app.work();
    await vi.waitFor(async () => expect(await statuses()).toEqual(['completed', 'running']), patience);
    expect((await runs()).map(({ purpose }) => purpose)).toEqual(['seed', 'seed']);
    const jobs = (await app.admin.listJobs({})).items.map(({ name }) => name);
    expect(jobs).toContain('evals.seed-samples');
  });

  it('go on where they were when the server is started again, past one that was cancelled, and each is made once', async () => {
    await app.close();
    app = await startApp(pglite, { place, adminKey, sampleRuns: plan });
    await app.work();
    await app.seedRuns(app.projectId);
    const [first, second] = await runs();
    expect(await statuses()).toEqual(['completed', 'running']);
    await app.admin.cancelEvalRun({ runId: second!.runId });
    await vi.waitFor(async () => expect(app.said).toContainEqual(expect.stringContaining('3 sample')), patience);
    expect(await statuses()).toEqual(['completed', 'cancelled', 'completed']);
    expect((await runs())[0]).toEqual(first);
    expect((await runs())[2]!.flag).toBeUndefined();
  });

  it('are not made again, whoever asks for it', async () => {
    const jobsBefore = (await app.admin.listJobs({})).items.length;
    await app.seedRuns(app.projectId);
    expect((await app.admin.listJobs({})).items).toHaveLength(jobsBefore);
    expect(await statuses()).toEqual(['completed', 'cancelled', 'completed']);
  });

  it('are for nobody who has runs of their own', async () => {
    const { client, projectId } = await app.otherTenant('has its own');
    const { runId } = await client.startEvalRun({
      dataset: 'starter',
      subject: { kind: 'reference' },
      problems: [problem],
    });
    await app.seedRuns(projectId);
    const { items } = await client.listEvalRuns({});
    expect(items.map((run) => run.runId)).toEqual([runId]);
    expect((await client.listJobs({})).items.map(({ name }) => name)).not.toContain('evals.seed-samples');
  });
});
