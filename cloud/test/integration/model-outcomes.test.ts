import { loadDataset } from '@whetstone/evals';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startOpenAiStandIn } from '../../../test/support/openai-stand-in.ts';
import { isOfModel, modelVerdicts } from '../../src/features/evals/runs/model-verdicts.ts';
import { runOutcomes } from '../../src/features/portfolio/record/run-outcomes.ts';
import { outcomeStore } from '../../src/features/portfolio/record/store-outcomes.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOn, describeOnEngines, pglite, silentLog } from '../support/engines.ts';
import { insertDataset, insertRunRow, insertSubject } from '../support/insert-rows.ts';
import type { MadeStatus } from '../support/eval-rows.ts';

const starter = await loadDataset('starter', { datasetsDir: '' });

const storedOf = (app: Pick<TestApp, 'database'>, model: string) =>
  app.database.asSystem(({ sql }) =>
    sql
      .selectFrom('outcome')
      .select(['id', 'source', 'task_id', 'attempt', 'outcome', 'cost_usd', 'time_ms', 'language', 'task_type', 'at'])
      .where('model', '=', model)
      .orderBy('task_id')
      .execute(),
  );

describeOnEngines('what eval runs find of a model', (engine) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine);
  });
  afterAll(() => app.close());

  const messages: { input: { runId: string; after: number }; projectId: string | undefined }[] = [];
  /** The real parts; messages are delivered by hand: late, twice, or at once. */
  const partsOf = ({ database }: Pick<TestApp, 'database'>, problemsAtOnce?: number) => {
    const parts = runOutcomes({
      database,
      queue: {
        async send(_, input, { tx, projectId } = {}) {
          tx!.afterCommit(() => void messages.push({ input: input as never, projectId }));
          return '';
        },
      },
      verdictsOfRun: modelVerdicts({ database, load: async () => starter }),
      store: outcomeStore({ onRecorded: async () => undefined }),
      problemsAtOnce,
    });
    const deliver = ({ input, projectId }: (typeof messages)[number]) =>
      parts.job.run(parts.job.input.parse(input), {
        projectId,
        attempt: 1,
        signal: new AbortController().signal,
        log: silentLog,
      });
    const drain = async (times = 1) => {
      for (let next = messages.shift(); next; next = messages.shift())
        for (let i = 0; i < times; i++) await deliver(next);
    };
    return { ...parts, drain, deliver };
  };

  interface Made {
    model: string;
    statuses: MadeStatus[];
    finishedAt: Date;
    costUsd?: number | null;
    purpose?: 'run' | 'rerun' | 'bisect' | 'gate' | 'seed';
    subject?: EvalRunRequest['subject'];
  }

  /** A run at its end, of the first problems of the starter set, each asked twice. */
  const endRun = async (parts: ReturnType<typeof partsOf>, made: Made, projectId = app.projectId) =>
    app.database.asProject(projectId, async (tx) => {
      const { statuses, model, finishedAt, costUsd = 0.25, purpose = 'run' } = made;
      const subject = made.subject ?? { kind: 'model' as const, model };
      const request: EvalRunRequest = { dataset: 'starter', subject };
      const ids = starter.problems.map(({ id }) => id);
      const runId = await insertRunRow(tx, {
        dataset_id: await insertDataset(tx, {
          name: 'starter',
          sha256: starter.sha256,
          problem_ids: JSON.stringify(ids),
          problem_count: ids.length,
        }),
        subject_id: await insertSubject(tx, { kind: subject.kind, label: model }),
        status: 'completed',
        purpose,
        request: JSON.stringify(request),
        finished_at: finishedAt,
      });
      await tx.sql
        .insertInto('eval_result')
        .values(
          statuses.flatMap((status, problem) =>
            [status, 'failed' as const].map((each, sample) => ({
              run_id: runId,
              problem,
              sample,
              project_id: projectId,
              status: each,
              detail: null,
              time_ms: 100 + problem,
              grade_ms: null,
              cost_usd: costUsd,
              input_tokens: 1_000,
              output_tokens: 100,
              answer_sha256: 'hash',
            })),
          ),
        )
        .execute();
      if (isOfModel({ purpose, request })) await parts.recordRun(tx, runId);
      return runId;
    });

  const taskOf = (place: number) => `starter/${starter.problems[place]!.id}`;

  it('is an outcome for each problem with a verdict, however often and in what pages the job is delivered', async () => {
    const parts = partsOf(app, 2);
    const statuses: MadeStatus[] = ['passed', 'failed', 'timeout', 'error', 'skipped', 'passed'];
    await endRun(parts, { model: 'paged', statuses, finishedAt: new Date('2026-02-01') });
    await parts.drain(2);
    const rows = await storedOf(app, 'paged');
    expect(rows.map((row) => [row.task_id, row.outcome])).toEqual(
      [
        [taskOf(0), 'solved'],
        [taskOf(1), 'failed'],
        [taskOf(2), 'failed'],
        [taskOf(5), 'solved'],
      ].toSorted(([a], [b]) => (a! < b! ? -1 : 1)),
    );
    const problem = starter.problems[0]!;
    expect(rows.find((row) => row.task_id === taskOf(0))).toMatchObject({
      source: 'run',
      attempt: null,
      cost_usd: 0.25,
      time_ms: 100,
      task_type: 'function',
      language: problem.kind === 'function' && problem.language,
      at: new Date('2026-02-01'),
    });
  });

  it('is that of its newest run, whatever comes first; other models keep theirs', async () => {
    const parts = partsOf(app);
    const at = (day: number) => new Date(Date.UTC(2026, 1, day));
    await endRun(parts, { model: 'newest', statuses: ['failed', 'passed'], finishedAt: at(1) });
    await endRun(parts, { model: 'beside', statuses: ['failed'], finishedAt: at(1) });
    await parts.drain();
    const before = await storedOf(app, 'newest');
    await endRun(parts, { model: 'newest', statuses: ['passed', 'passed'], finishedAt: at(3) });
    await endRun(parts, { model: 'newest', statuses: ['failed', 'failed'], finishedAt: at(2) });
    await parts.drain(2);
    const after = await storedOf(app, 'newest');
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(after.map((row) => [row.outcome, row.at])).toEqual([
      ['solved', at(3)],
      ['solved', at(3)],
    ]);
    expect(await storedOf(app, 'beside')).toMatchObject([{ outcome: 'failed' }]);
  });

  it('costs what is known of it: of one’s own host the list says nothing', async () => {
    const parts = partsOf(app);
    await endRun(parts, { model: 'gpt-4o-mini', statuses: ['passed'], finishedAt: new Date(), costUsd: null });
    await parts.drain();
    expect(await storedOf(app, 'gpt-4o-mini')).toMatchObject([{ cost_usd: null }]);
  });

  it('is not what reruns, bisects, gates, recorded answers or commands come to', async () => {
    const parts = partsOf(app);
    for (const purpose of ['rerun', 'bisect', 'gate'] as const)
      await endRun(parts, { model: 'other', statuses: ['passed'], finishedAt: new Date(), purpose });
    for (const subject of [{ kind: 'reference' }, { kind: 'command', command: 'true' }] as const)
      await endRun(parts, { model: 'other', statuses: ['passed'], finishedAt: new Date(), subject });
    expect(messages).toEqual([]);
  });

  it('is nothing of a run that is gone, was taken up again, or is another tenant’s', async () => {
    const parts = partsOf(app);
    const { projectId } = await app.otherTenant('runs elsewhere');
    const made = { model: 'nothing', statuses: ['passed' as const], finishedAt: new Date() };
    const runId = await endRun(parts, made);
    const [message] = messages.splice(0);
    await parts.deliver({ ...message!, projectId });
    await app.database.asSystem(async ({ sql }) => {
      await sql.updateTable('eval_run').set({ status: 'running', finished_at: null }).where('id', '=', runId).execute();
    });
    await parts.deliver(message!);
    await parts.deliver({ ...message!, input: { runId: '0190a1b2-0000-7000-8000-000000000000', after: -1 } });
    expect(await storedOf(app, 'nothing')).toEqual([]);
  });

  it('is in no experiment', async () => {
    const { client, projectId } = await app.otherTenant('experiments');
    await client.createFlag({ key: 'experiment', rolloutPercentage: 50 });
    const parts = partsOf(app);
    await endRun(parts, { model: 'm', statuses: ['passed', 'passed'], finishedAt: new Date() }, projectId);
    await parts.drain();
    expect(await storedOf(app, 'm')).toHaveLength(2);
    await client.recordExposures({
      exposures: [0, 1].map((place) => ({
        flag: 'experiment',
        variant: place === 0 ? 'on' : 'off',
        userId: `user-${place}`,
        taskId: taskOf(place),
      })),
    });
    const { variants } = await client.getExperiment({ key: 'experiment', metric: 'success' });
    expect(variants.map(({ outcomes }) => outcomes)).toEqual([0, 0]);
  });
});

/** Everything real but the model. */
describeOn(pglite, 'a run of a model', () => {
  it('leaves an outcome for each of its problems, once it has ended', { timeout: 120_000 }, async () => {
    const answers = new Map(
      starter.problems.flatMap((each) => (each.kind === 'function' ? [[each.prompt, each] as const] : [])),
    );
    const standIn = await startOpenAiStandIn({
      answer({ messages }) {
        const text = messages.map(({ content }) => content).join('\n');
        const [, problem] = [...answers].find(([prompt]) => text.includes(prompt))!;
        return { problemId: problem.id, text: `\`\`\`\n${problem.reference}\n\`\`\`` };
      },
    });
    const app = await startApp(pglite, { evals: { openai: { baseUrl: standIn.baseUrl } } });
    try {
      await app.work();
      const problems = starter.problems.slice(0, 3).map(({ id }) => id);
      await app.admin.startEvalRun({ dataset: 'starter', subject: { kind: 'model', model: 'asked' }, problems });
      await vi.waitFor(
        async () =>
          expect((await storedOf(app, 'asked')).map((row) => row.task_id)).toEqual(
            problems.map((id) => `starter/${id}`).toSorted(),
          ),
        { timeout: 90_000, interval: 200 },
      );
    } finally {
      await app.close();
      await standIn.stop();
    }
  });
});
