import { expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { acceptedCorrection, aCorrection, wholeFile } from '../support/corrections.ts';
import { insertDataset, insertRunRow, insertSubject } from '../support/insert-rows.ts';
import { describeOn, describeOnEngines, postgres, silentLog } from '../support/engines.ts';

/** Stands in everything that the person who asks to be forgotten has told, and in nothing else. */
const marker = 'zqmarkerzq';

const ofPerson = (n: number) => ({
  taskId: `${marker}-task-${n}`,
  taskType: `${marker}-type`,
  userId: 'user-1',
  userComment: `call ${marker} with true`,
  repoId: `acme/${marker}`,
  model: `${marker}-model`,
  guidanceVersion: `${marker}-g`,
  flags: { [`${marker}-flag`]: `${marker}-variant` },
  originalPatch: wholeFile(`src/${marker}-${n}.ts`, null, `const a${n} = ${marker}(b${n});\nlog(a${n});\n`),
  correctedPatch: wholeFile(`src/${marker}-${n}.ts`, null, `const a${n} = ${marker}(b${n}, true);\n`),
});

/** Tables in which something holds the marker. */
async function tablesWith({ database }: TestApp, what: string): Promise<string[]> {
  const { rows } = await database.execute(
    `select table_schema as schema, table_name as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const found: string[] = [];
  for (const { schema, name } of rows as { schema: string; name: string }[]) {
    const { rows: hits } = await database.execute(
      `select 1 from "${schema}"."${name}" as one where one::text ilike $1 limit 1`,
      [`%${what}%`],
    );
    if (hits.length > 0) found.push(name);
  }
  return found.toSorted();
}

/** A run over the data set of corrections, as it is now, that was answered with what the person wrote. */
async function anAnswerOver({ database, projectId }: TestApp, feedbackId: string) {
  await database.asProject(projectId, async (tx) => {
    const { name, sha256 } = await tx.sql
      .selectFrom('eval_task_set')
      .select(['name', 'sha256'])
      .where('is_current', '=', true)
      .executeTakeFirstOrThrow();
    const problems = JSON.stringify([`correction-${feedbackId}`]);
    const run_id = await insertRunRow(tx, {
      dataset_id: await insertDataset(tx, { name, sha256, problem_ids: problems, problem_count: 1 }),
      subject_id: await insertSubject(tx, {}),
      status: 'completed',
      request: JSON.stringify({ dataset: name, subject: { kind: 'reference' } }),
      problem_count: 1,
      sample_count: 1,
      started_at: tx.now,
      finished_at: tx.now,
    });
    const answer = { kind: 'patch', text: marker, usage: '{}', solve_ms: 1, sha256: 'x' };
    await tx.sql
      .insertInto('eval_answer')
      .values({ run_id, problem: 0, sample: 0, project_id: projectId, ...answer })
      .execute();
  });
}

const learn = (app: TestApp, projectId: string) =>
  app.learn.jobs[0]!.run(
    { projectId },
    { projectId: undefined, attempt: 1, signal: new AbortController().signal, log: silentLog },
  );

describeOnEngines('what is deleted of a person', (engine) => {
  it('is in no table, no pattern, no export, no example and no eval task any more', async () => {
    const app = await startApp(engine);
    try {
      const { admin: client, projectId } = app;
      const ids: string[] = [];
      for (let n = 0; n < 4; n++) ids.push(await acceptedCorrection(app, ofPerson(n)));
      const [first] = ids as [string];
      await client.reviewFeedback({ id: first, labels: [marker], note: `${marker} said so`, failure: 'other' });
      // What the receipt says of it names a path.
      const binary = aCorrection({
        ...ofPerson(9),
        originalPatch: `diff --git a/${marker} b/${marker}\nBinary files a/${marker} and b/${marker} differ\n`,
      });
      await client.captureFeedback(binary, { idempotencyKey: 'binary' });
      await client.recordSurvival({
        items: [{ session: marker, userId: 'user-1', lines: { kept: 1 }, agentLines: 1, covered: true }],
      });
      const other = await acceptedCorrection(app);
      await client.makeEvalTask({ id: other });
      await client.makeEvalTask({ id: first });
      await anAnswerOver(app, first);
      await learn(app, projectId);
      expect((await client.getExamples({ query: marker })).items).not.toEqual([]);
      expect(await tablesWith(app, marker)).toEqual(
        expect.arrayContaining([
          'eval_answer',
          'eval_task_set',
          'feedback',
          'feedback_hunk',
          'feedback_pattern',
          'feedback_shape',
          'feedback_survival',
          'feedback_template',
          'idempotency_key',
        ]),
      );

      expect(await client.deleteFeedbackOfUser({ userId: 'user-1' })).toMatchObject({ corrections: 5, survivals: 1 });
      expect(await client.getExamples({ query: marker })).toMatchObject({ items: [], considered: 1 });
      expect((await client.exportFeedback({})).items.map(({ id }) => id)).toEqual([other]);
      const datasets = (await client.listEvalDatasets({ limit: 500 })).items;
      expect(datasets.find(({ name }) => name === 'corrections')).toMatchObject({ problemCount: 1 });
      await learn(app, projectId);
      expect(await tablesWith(app, marker)).toEqual([]);
      // That there was something is known: to whoever sends it again, and to the run.
      for (const id of ids)
        expect(await tablesWith(app, id)).toEqual([...(id === first ? ['eval_dataset'] : []), 'idempotency_key']);
      expect((await client.listPatterns({ all: true })).items.map(({ support }) => support.corrections)).not.toContain(
        0,
      );

      // Sent again by an outbox that never heard the answer.
      expect(await client.captureFeedback(binary, { idempotencyKey: 'binary' })).not.toHaveProperty('problem');
      expect((await client.listFeedback({})).items.map(({ id }) => id)).toEqual([other]);
    } finally {
      await app.close();
    }
  });

  it('takes the data set with it whose last task it was', async () => {
    const app = await startApp(engine);
    try {
      const id = await acceptedCorrection(app, ofPerson(1));
      await app.admin.makeEvalTask({ id });
      await app.admin.deleteFeedbackOfUser({ userId: 'user-1' });
      const datasets = (await app.admin.listEvalDatasets({ limit: 500 })).items;
      expect(datasets.map(({ name }) => name)).not.toContain('corrections');
      await expect(app.admin.makeEvalTask({ id })).rejects.toMatchObject({ code: 'not_found' });
    } finally {
      await app.close();
    }
  });
});

describeOn(postgres, 'what is deleted of a person through another server', (engine) => {
  it('is shown by no server, and others take its place', async () => {
    const place = await engine.place();
    const here = await startApp(engine, { place });
    const there = await startApp(engine, { place, adminKey: here.adminKey });
    try {
      for (let n = 0; n < 60; n++)
        await acceptedCorrection(here, {
          ...ofPerson(n),
          correctedPatch: wholeFile(`src/${marker}-${n}.ts`, null, `other${n}(${n}, ${n * n}, 'some${n}')\n`),
        });
      const other = await acceptedCorrection(here, { userComment: 'call it with true' });
      const shownBy = async (app: TestApp) => (await app.admin.getExamples({ query: 'call it with true' })).items;
      expect(await shownBy(there)).toHaveLength(3);
      await here.admin.deleteFeedbackOfUser({ userId: 'user-1' });
      for (const app of [here, there]) expect((await shownBy(app)).map(({ id }) => id)).toEqual([other]);
    } finally {
      await there.close();
      await here.close();
      await place.remove();
    }
  });
});
