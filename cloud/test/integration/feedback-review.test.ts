import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { feedbackSlice } from '../../src/features/feedback/feedback.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { acceptedCorrection, aCorrection, agentSum, humanSum, wholeFile } from '../support/corrections.ts';
import { describeOnEngines } from '../support/engines.ts';

const dayMs = 86_400_000;

describeOnEngines('the review of feedback', (engine) => {
  const { clock, advance } = testClock();
  let app: TestApp;
  let ann: TestApp['admin'];
  let bob: TestApp['admin'];
  beforeAll(async () => {
    app = await startApp(engine, { clock });
    const editor = async (name: string) => app.clientOf((await app.admin.createKey({ name, role: 'editor' })).secret);
    [ann, bob] = [await editor('ann'), await editor('bob')];
  });
  afterAll(() => app.close());
  const captured = async (change: Parameters<typeof aCorrection>[0] = {}) =>
    (await app.admin.captureFeedback(aCorrection(change))).id;

  it('lists the newest first, page by page, by every filter', async () => {
    const { client } = await app.otherTenant('filters');
    const capture = async (change: Parameters<typeof aCorrection>[0]) =>
      (await client.captureFeedback(aCorrection(change))).id;
    const first = await capture({ taskType: 'bugfix', repoId: 'acme/api', model: 'm-1', userComment: '100% sure' });
    const second = await capture({ taskType: 'refactor', kind: 'reject', language: 'python' });
    const third = await capture({
      originalPatch: wholeFile('x/y.ts', '', 'needle\n'),
      correctedPatch: wholeFile('x/y.ts', '', 'hay\n'),
    });
    await client.reviewFeedback({ id: second, labels: ['odd'], triage: 'deletion', status: 'rejected' });
    await client.reviewFeedback({ id: third, assignee: 'First admin key' });
    const ids = async (filter: Parameters<typeof client.listFeedback>[0]) =>
      (await client.listFeedback(filter)).items.map(({ id }) => id);
    expect(await ids({})).toEqual([third, second, first]);
    expect(await ids({ status: 'rejected' })).toEqual([second]);
    expect(await ids({ taskType: 'bugfix' })).toEqual([first]);
    expect(await ids({ repoId: 'acme/api' })).toEqual([first]);
    expect(await ids({ model: 'm-1' })).toEqual([first]);
    expect(await ids({ language: 'python' })).toEqual([second]);
    expect(await ids({ triage: 'deletion' })).toEqual([second]);
    expect(await ids({ kind: 'reject' })).toEqual([second]);
    expect(await ids({ label: 'odd' })).toEqual([second]);
    expect(await ids({ assignee: 'me' })).toEqual([third]);
    expect(await ids({ assignee: 'none' })).toEqual([second, first]);
    expect(await ids({ query: '100%' })).toEqual([first]);
    expect(await ids({ query: 'NEEDLE' })).toEqual([third]);
    expect(await ids({ query: 'x/y' })).toEqual([third]);
    expect(await ids({ query: '_' })).toEqual([]);
    expect(await ids({ pattern: first })).toEqual([]);
    const page = await client.listFeedback({ limit: 2 });
    expect(await ids({ limit: 2, cursor: page.nextCursor! })).toEqual([first]);
    expect(await client.feedbackSummary({})).toMatchObject({ corrections: 3, pending: 2, byTriage: { deletion: 1 } });
  });

  it('waits for no decision on what was kept, in the queue as in the summary', async () => {
    const { client } = await app.otherTenant('kept');
    const waits = (await client.captureFeedback(aCorrection())).id;
    const kept = (await client.captureFeedback(aCorrection({ kind: 'kept' }))).id;
    const ids = async (filter: Parameters<typeof client.listFeedback>[0]) =>
      (await client.listFeedback(filter)).items.map(({ id }) => id);
    expect(await ids({ status: 'pending' })).toEqual([waits]);
    expect(await client.feedbackSummary({})).toMatchObject({ corrections: 1, pending: 1 });
    expect(await ids({ status: 'pending', kind: 'kept' })).toEqual([kept]);
    expect(await ids({})).toEqual([kept, waits]);
  });

  it('writes down who decided, and when', async () => {
    const id = await captured();
    const decided = await ann.reviewFeedback({
      id,
      version: 1,
      status: 'accepted',
      labels: ['typing', 'typing'],
      note: 'a good one',
      failure: 'wrong_solution',
      triage: 'behaviour',
    });
    expect(decided).toMatchObject({
      version: 2,
      status: 'accepted',
      labels: ['typing'],
      failure: 'wrong_solution',
      triage: 'behaviour',
      reviewedBy: 'ann',
    });
    expect(Math.abs(Date.parse(decided.reviewedAt!) - clock())).toBeLessThan(60_000);
    expect(await app.admin.getFeedback({ id })).toMatchObject({ note: 'a good one' });
    await bob.reviewFeedback({ id, note: null });
    expect(await app.admin.getFeedback({ id })).toMatchObject({ note: null, reviewedBy: 'bob', version: 3 });
  });

  it('refuses a decision on what changed since it was looked at', async () => {
    const id = await captured();
    await ann.reviewFeedback({ id, status: 'rejected', version: 1 });
    await expect(bob.reviewFeedback({ id, status: 'accepted', version: 1 })).rejects.toMatchObject({
      code: 'conflict',
      extra: { currentVersion: 2 },
    });
  });

  it('keeps others out while somebody holds it, for a quarter of an hour', async () => {
    const id = await captured();
    const { lock } = await ann.reviewFeedback({ id, lock: true });
    expect(lock).toMatchObject({ by: 'ann' });
    await expect(bob.reviewFeedback({ id, status: 'accepted' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('"ann"'),
      extra: { lockedBy: 'ann', lockedUntil: lock!.until },
    });
    await expect(bob.reviewFeedback({ id, lock: true })).rejects.toMatchObject({ code: 'conflict' });
    expect(await ann.reviewFeedback({ id, lock: false })).toMatchObject({ lock: null, version: 1 });
    await bob.reviewFeedback({ id, lock: true });
    advance(15 * 60_000 + 1_000);
    expect(await ann.reviewFeedback({ id, lock: true })).toMatchObject({ lock: { by: 'ann' } });
  });

  it('lets one of two have it who lock at once', async () => {
    const id = await captured();
    const results = await Promise.allSettled([ann, bob].map((who) => who.reviewFeedback({ id, lock: true })));
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('lets one of two have their way who decide at once on the same version, the other sees what was decided', async () => {
    for (let round = 0; round < 5; round++) {
      const id = await captured();
      const results = await Promise.allSettled([
        ann.reviewFeedback({ id, version: 1, status: 'accepted' }),
        bob.reviewFeedback({ id, version: 1, status: 'rejected' }),
      ]);
      const [won, ...others] = results.filter(({ status }) => status === 'fulfilled');
      expect(others).toEqual([]);
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'conflict', extra: { currentVersion: 2 } },
      });
      const { status, reviewedBy } = (won as PromiseFulfilledResult<{ status: string; reviewedBy: string }>).value;
      expect(await app.admin.getFeedback({ id })).toMatchObject({ status, reviewedBy, version: 2 });
    }
  });

  it('lets whoever comes after decide where a lock has run out, and the one who held it no more', async () => {
    const id = await captured();
    await ann.reviewFeedback({ id, lock: true });
    advance(15 * 60_000 + 1_000);
    const results = await Promise.allSettled([
      ann.reviewFeedback({ id, lock: true, version: 1 }),
      bob.reviewFeedback({ id, lock: true, version: 1 }),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const { lock } = await app.admin.getFeedback({ id });
    const [holder, other] = lock!.by === 'ann' ? [ann, bob] : [bob, ann];
    await expect(other.reviewFeedback({ id, status: 'accepted' })).rejects.toMatchObject({ code: 'conflict' });
    await holder.reviewFeedback({ id, status: 'accepted' });
  });

  it('exports what was accepted, whole, as messages and as pairs, page by page', async () => {
    const { client } = await app.otherTenant('exporting');
    const own = { admin: client };
    await client.captureFeedback(aCorrection());
    const first = await acceptedCorrection(own, { userComment: 'no loops', taskType: 'refactor' });
    const second = await acceptedCorrection(own, { originalPatch: 'one diff', correctedPatch: [{ op: 1 }] });
    const whole = await client.exportFeedback({});
    expect(whole.items.map(({ id }) => id)).toEqual([second, first]);
    expect(whole.items[1]).toMatchObject({ hunks: [{ file: 'src/sum.ts' }], status: 'accepted' });
    const { items } = await client.exportFeedback({ format: 'preference' });
    expect(items).toEqual([
      { prompt: expect.any(String), chosen: '[{"op":1}]', rejected: 'one diff' },
      {
        prompt: 'Task (refactor): change src/sum.ts.\nLanguage: typescript.\nWhat to mind: no loops',
        chosen: `--- src/sum.ts\n${humanSum}`,
        rejected: `--- src/sum.ts\n${agentSum}`,
      },
    ]);
    const chat = await client.exportFeedback({ format: 'chat', limit: 1 });
    expect(chat.items[0]).toEqual({
      messages: [
        { role: 'system', content: expect.any(String) },
        { role: 'user', content: expect.any(String) },
        { role: 'assistant', content: '[{"op":1}]' },
      ],
    });
    const rest = await client.exportFeedback({ format: 'chat', limit: 1, cursor: chat.nextCursor! });
    expect(rest).toMatchObject({ items: [{ messages: expect.any(Array) }], nextCursor: null });
  });

  it('fills no page of an export with more than a few megabytes, hunks included', async () => {
    const { client } = await app.otherTenant('long hunks');
    const side = 'x'.repeat(60_000);
    const hunks = Array.from({ length: 16 }, () => ({
      file: 'a.ts',
      verdict: 'edited' as const,
      before: side,
      after: side,
    }));
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.push(await acceptedCorrection({ admin: client }, { hunks }));
    const first = await client.exportFeedback({ limit: 10 });
    expect(first.items.map(({ id }) => id)).toEqual([ids[3], ids[2]]);
    const rest = await client.exportFeedback({ limit: 10, cursor: first.nextCursor! });
    expect(rest).toMatchObject({ items: [{ id: ids[1] }, { id: ids[0] }], nextCursor: null });
  });

  it('sends an export as one JSON object a line', async () => {
    await acceptedCorrection(app);
    const answer = await app.call('GET', '/api/feedback/export?format=chat&limit=1', { key: app.adminKey });
    expect(answer.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
    expect(answer.headers.get('x-next-cursor')).toBeTruthy();
    const text = await answer.text();
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => Object.keys(JSON.parse(line) as object)),
    ).toEqual([['messages']]);
    const described = await (await app.call('GET', '/openapi.json')).json();
    expect(described).toMatchObject({
      paths: { '/api/feedback/export': { get: { responses: { 200: { content: { 'application/jsonl': {} } } } } } },
    });
  });

  it('deletes all of a user, also under the pseudonym, and names the guidance that rested on it', async () => {
    const { client, projectId } = await app.otherTenant('forgetting');
    const mine = (await client.captureFeedback(aCorrection({ userId: 'user-1' }))).id;
    await client.captureFeedback(aCorrection({ userId: pseudonymOfUser1 }));
    const other = (await client.captureFeedback(aCorrection({ userId: 'user-2' }))).id;
    const item = { session: 's', lines: { kept: 1 }, agentLines: 1, covered: true };
    await client.recordSurvival({ items: [{ ...item, userId: 'user-1' }, item] });
    const [hunk] = (await client.getFeedback({ id: mine })).hunks;
    await layPattern(app, projectId, hunk!.id);
    await layGuidance(app, projectId, mine);
    expect((await client.getFeedback({ id: mine })).usedIn).toEqual([{ guidanceVersion: 'g1', ruleId: 'r-1' }]);
    expect(await client.deleteFeedbackOfUser({ userId: 'user-1' })).toEqual({
      corrections: 2,
      survivals: 1,
      patternsRetired: 1,
      rulesAffected: [{ guidanceVersion: 'g1', ruleId: 'r-1' }],
    });
    expect((await client.listFeedback({})).items.map(({ id }) => id)).toEqual([other]);
    expect(await client.deleteFeedbackOfUser({ userId: 'user-1' })).toMatchObject({ corrections: 0, survivals: 0 });
  });

  it('forgets corrections after a year, unless guidance rests on them, and counts after 400 days', async () => {
    const { client, projectId } = await app.otherTenant('ageing');
    const used = (await client.captureFeedback(aCorrection())).id;
    await client.captureFeedback(aCorrection());
    await layGuidance(app, projectId, used);
    await client.recordSurvival({ items: [{ session: 's', lines: { kept: 1 }, agentLines: 1, covered: true }] });
    advance(366 * dayMs);
    const fresh = (await client.captureFeedback(aCorrection())).id;
    const signal = new AbortController().signal;
    const purge = () => Promise.all(retentions(app, clock).map(({ purge: each }) => each(clock(), { signal })));
    await purge();
    expect((await client.listFeedback({})).items.map(({ id }) => id)).toEqual([fresh, used]);
    const lines = async () => (await client.feedbackSummary({ timeRange: '365d' })).agentLines;
    expect(await survivals(app, projectId)).toBe(1);
    advance(40 * dayMs);
    await purge();
    expect(await survivals(app, projectId)).toBe(0);
    expect(await lines()).toBe(0);
  });

  it('makes an accepted correction a task that fails before and passes after', async () => {
    const id = await acceptedCorrection(app, { userComment: 'types, and no loop' });
    expect(await app.admin.makeEvalTask({ id })).toEqual({
      dataset: 'corrections',
      problem: `correction-${id}`,
      tasks: 1,
    });
    const next = await acceptedCorrection(app);
    expect(await app.admin.makeEvalTask({ id: next })).toMatchObject({ tasks: 2 });
    expect(await app.admin.makeEvalTask({ id: next })).toMatchObject({ tasks: 2 });
    const own = (await app.admin.listEvalDatasets({ limit: 500 })).items.find(({ name }) => name === 'corrections');
    expect(own).toMatchObject({ problemCount: 2, isAvailable: true, source: 'project' });
  });

  it('makes no task of what is rejected or deleted while the task is made', async () => {
    const tasks = async () =>
      (await app.admin.listEvalDatasets({ limit: 500 })).items.find(({ name }) => name === 'raced')?.problemCount ?? 0;
    const rejected = await acceptedCorrection(app);
    const deleted = await acceptedCorrection(app, { userId: 'user-3' });
    for (const [id, meanwhile] of [
      [rejected, () => ann.reviewFeedback({ id: rejected, status: 'rejected' })],
      [deleted, () => app.admin.deleteFeedbackOfUser({ userId: 'user-3' })],
    ] as const) {
      const made = app.admin.makeEvalTask({ id, dataset: 'raced' });
      await meanwhile();
      await expect(made).rejects.toMatchObject({ code: expect.stringMatching(/^(?:conflict|not_found)$/) });
      expect(await tasks()).toBe(0);
    }
  });

  it('makes a task whole or not at all, and then when it is asked again', async () => {
    let isDying = false;
    const dying = await startApp(engine, {
      wrap: (database) => ({
        ...database,
        asProject: (projectId, work) =>
          database.asProject(projectId, async (tx) => {
            const done = await work(tx);
            if (isDying && (await tx.sql.selectFrom('eval_task_set').select('name').execute()).length > 0)
              throw new Error('died before the commit');
            return done;
          }),
      }),
    });
    try {
      const id = await acceptedCorrection(dying);
      const own = async () => (await dying.admin.listEvalDatasets({ limit: 500 })).items.map(({ name }) => name);
      isDying = true;
      await expect(dying.admin.makeEvalTask({ id })).rejects.toMatchObject({ code: 'internal' });
      isDying = false;
      expect(await own()).not.toContain('corrections');
      expect(await dying.admin.getFeedback({ id })).toMatchObject({ status: 'accepted' });
      expect(await dying.admin.makeEvalTask({ id })).toMatchObject({ tasks: 1 });
    } finally {
      await dying.close();
    }
  });

  it('says why no task can be made of a correction', async () => {
    const pending = await captured();
    await expect(app.admin.makeEvalTask({ id: pending })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('accept it'),
    });
    const ops = await acceptedCorrection(app, { originalPatch: [1], correctedPatch: [2] });
    await expect(app.admin.makeEvalTask({ id: ops })).rejects.toMatchObject({ code: 'conflict' });
    const layout = await acceptedCorrection(app, {
      originalPatch: wholeFile('a.ts', null, "const a = 'b'\n"),
      correctedPatch: wholeFile('a.ts', null, '// said\nconst a =\n  "b";\n'),
    });
    await expect(app.admin.makeEvalTask({ id: layout })).rejects.toMatchObject({
      message: expect.stringContaining('layout or comments'),
    });
    const ofGit = await acceptedCorrection(app, {
      originalPatch: wholeFile('.git/hooks/x.ts', null, 'a\n'),
      correctedPatch: wholeFile('.git/hooks/x.ts', null, 'b\n'),
    });
    await expect(app.admin.makeEvalTask({ id: ofGit })).rejects.toMatchObject({
      message: expect.stringContaining('does not lie in a repository'),
    });
  });
});

/** As clients write it. */
const pseudonymOfUser1 = 'anon-b54c596d8ffec9ce98a645ec3d5302a0';

const retentions = ({ database, queue }: TestApp, clock: () => number) =>
  feedbackSlice({
    database,
    queue,
    log: { warn: () => undefined },
    rulesOn: async () => [],
    clock,
    compare: () => ({ files: [], problem: undefined }),
    taskTypesOf: async () => new Map(),
    addEvalTask: () => Promise.reject(new Error('not asked for')),
    removeEvalTasks: () => Promise.reject(new Error('not asked for')),
  }).retentions;

async function survivals({ database }: TestApp, projectId: string): Promise<number> {
  const { rows } = await database.execute(
    'select count(*)::integer as n from feedback_survival where project_id = $1',
    [projectId],
  );
  return rows[0]!['n'] as number;
}

/** A pattern that rests on one hunk. */
async function layPattern({ database }: TestApp, projectId: string, hunkId: string) {
  const id = uuidv7();
  await database.execute(
    `insert into feedback_pattern (id, project_id, kind, key, language, task_type, title, figures, is_pattern, rank,
       first_at, last_at, learned_at)
     values ($1, $2, 'detector', 'print-removed', '', '', 'Prints are removed', '{}', true, 1, now(), now(), now())`,
    [id, projectId],
  );
  await database.execute('insert into feedback_pattern_hunk (project_id, pattern_id, hunk_id) values ($1, $2, $3)', [
    projectId,
    id,
    hunkId,
  ]);
}

async function layGuidance({ database }: TestApp, projectId: string, feedbackId: string) {
  await database.execute(
    `insert into guidance (project_id, number, content_hash, tokens, rules, status, created_by, created_at)
     values ($1, 1, 'x', 1, $2, 'draft', 'ann', now())`,
    [projectId, JSON.stringify([{ id: 'r-1', text: 'No prints', feedbackIds: [feedbackId] }])],
  );
}
