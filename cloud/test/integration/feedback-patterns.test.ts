import type { Pattern } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { asUnread, learnInMemory } from '../support/corrections/learn-in-memory.ts';
import { insertCorrections } from '../support/corrections/insert-corrections.ts';
import { planted, seededCorpus, type MadeCorrection } from '../support/corrections/seeded-corpus.ts';
import { smallCompare, smallReader } from '../support/corrections/small-reader.ts';
import { treeParser } from '../../src/features/feedback/learn/trees.ts';
import { describeOnEngines, silentLog } from '../support/engines.ts';

const parse = treeParser();

describeOnEngines('patterns', (engine) => {
  let app: TestApp;
  let reads = 0;
  /** The transaction after so many more fails at its end, as if the server had died. */
  let diesIn = Infinity;
  beforeAll(async () => {
    app = await startApp(engine, {
      wrap: (database) => ({
        ...database,
        asProject: (projectId, work) =>
          database.asProject(projectId, async (tx) => {
            const result = await work(tx);
            if (diesIn-- <= 0) throw new Error('died');
            return result;
          }),
      }),
      learning: {
        read: (...given) => {
          reads += 1;
          return smallReader(...given);
        },
        compare: smallCompare,
        describeDetector: (id) =>
          id === 'log-removed' ? { title: 'Logging removed', guidance: 'Do not log.' } : undefined,
      },
    });
  });
  afterAll(() => app.close());

  let names = 0;
  const tenant = () => app.otherTenant(`tenant ${names++}`);
  const capture = (projectId: string, corrections: Parameters<typeof insertCorrections>[1]) =>
    app.database.asProject(projectId, async (tx) => {
      const ids = await insertCorrections(tx, corrections);
      await app.learn.onCaptured(tx);
      return ids;
    });
  const dated = (corrections: readonly MadeCorrection[]) =>
    corrections.map((made, i) => ({ ...made, correctedAt: asUnread(made, i).correctedAt }));
  const learn = (projectId: string) => {
    const { signal } = new AbortController();
    return app.learn.jobs[0]!.run({ projectId }, { projectId: undefined, attempt: 1, signal, log: silentLog });
  };
  const told = ({ kind, language, title, support, changed, survived, lift, liftInterval }: Pattern) => ({
    name: `${kind} ${language} ${title}`,
    support,
    changed,
    survived,
    lift: lift?.toFixed(9),
    liftInterval: liftInterval?.map((end) => end.toFixed(9)),
  });
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

  it('are what people change again and again, the strongest first', async () => {
    const { client, projectId } = await tenant();
    const corpus = seededCorpus({ seed: 11, corrections: 300 });
    await capture(projectId, dated(corpus));
    expect(await client.listPatterns({})).toMatchObject({ items: [], learnedAt: null, waiting: 300 });
    await learn(projectId);

    const { items, waiting, learnedAt } = await client.listPatterns({ kind: 'template' });
    expect({ waiting, learned: learnedAt !== null }).toEqual({ waiting: 0, learned: true });
    const top = items.slice(0, planted.length).map(({ template, language }) => `${language} ${template?.before}`);
    expect(top.toSorted()).toEqual(planted.map(({ before, language }) => `${language} ${before}`).toSorted());
    for (const { lift, liftInterval, isPattern, whyNot } of items) {
      expect({ isPattern, whyNot }).toEqual({ isPattern: true, whyNot: null });
      expect(liftInterval![0]).toBeGreaterThan(1);
      expect(lift).toBeGreaterThan(liftInterval![0]);
    }
    const logging = (await client.listPatterns({ kind: 'detector' })).items.find(({ key }) => key === 'log-removed');
    expect(logging).toMatchObject({ title: 'Logging removed', guidance: 'Do not log.' });
  });

  it('are counted in the database as they are in memory', async () => {
    const { client, projectId } = await tenant();
    const corpus = seededCorpus({ seed: 12, corrections: 140, noise: 0.1 });
    await capture(projectId, dated(corpus));
    await learn(projectId);
    const { items } = await client.listPatterns({ all: true, limit: 500 });
    const expected = learnInMemory(corpus, parse).map(
      ({ kind, language, title, figures: { support, changed, survived, lift, liftInterval } }) => ({
        name: `${kind} ${language} ${title === 'log-removed' ? 'Logging removed' : title.replaceAll('-', kind === 'detector' ? ' ' : '-')}`,
        support,
        changed,
        survived,
        lift: lift?.toFixed(9),
        liftInterval: liftInterval?.map((end) => end.toFixed(9)),
      }),
    );
    expect(items.map(told).toSorted(byName)).toEqual(expected.toSorted(byName));
  });

  it('come out the same whether corrections come at once or one by one', async () => {
    const corpus = dated(seededCorpus({ seed: 13, corrections: 90 }));
    const [atOnce, oneByOne] = [await tenant(), await tenant()];
    await capture(atOnce.projectId, corpus);
    await learn(atOnce.projectId);
    for (let i = 0; i < corpus.length; i += 15) {
      await capture(oneByOne.projectId, corpus.slice(i, i + 15));
      await learn(oneByOne.projectId);
    }
    const of = async ({ client }: typeof atOnce) =>
      (await client.listPatterns({ all: true, limit: 500 })).items.map(told).toSorted(byName);
    expect(await of(oneByOne)).toEqual(await of(atOnce));
  });

  it('are the same after any death of the server', async () => {
    const corpus = dated(seededCorpus({ seed: 25, corrections: 60 }));
    const [calm, shaken] = [await tenant(), await tenant()];
    await capture(calm.projectId, corpus);
    await learn(calm.projectId);
    await capture(shaken.projectId, corpus);
    let deaths = 0;
    for (let lives = 0; ; lives++) {
      diesIn = lives % 20;
      const died = await learn(shaken.projectId).then(
        () => false,
        () => true,
      );
      diesIn = Infinity;
      if (died) deaths += 1;
      else break;
      if (lives > 100) throw new Error('it never got to its end');
    }
    const of = async ({ client }: typeof calm) =>
      (await client.listPatterns({ all: true, limit: 500 })).items.map(told).toSorted(byName);
    expect(deaths).toBeGreaterThan(2);
    expect(await of(shaken)).toEqual(await of(calm));
  });

  it('reads each correction once', async () => {
    const { projectId } = await tenant();
    await capture(projectId, seededCorpus({ seed: 14, corrections: 20 }));
    await learn(projectId);
    const before = reads;
    await learn(projectId);
    await capture(projectId, seededCorpus({ seed: 15, corrections: 3 }));
    await learn(projectId);
    expect(reads - before).toBe(3);
  });

  it('are told per type of task, language, model and repository', async () => {
    const { client, projectId } = await tenant();
    const corpus = seededCorpus({ seed: 16, corrections: 200 });
    await capture(projectId, corpus);
    await learn(projectId);
    const log = { kind: 'detector', language: 'typescript', all: true } as const;
    const find = async (filter: object) =>
      (await client.listPatterns({ ...log, ...filter })).items.find(({ key }) => key === 'log-removed');
    const changedIn = (is: (made: MadeCorrection) => boolean) =>
      corpus.filter((made) => is(made) && made.agent.includes('console.log') && !made.human.includes('console.log'))
        .length;

    const [all, ofBugfix] = [await find({}), await find({ taskType: 'bugfix' })];
    expect(all?.changed).toBe(changedIn(() => true));
    expect(ofBugfix).toMatchObject({ taskType: 'bugfix', changed: changedIn(({ taskType }) => taskType === 'bugfix') });
    expect(Object.fromEntries(all!.byModel.map(({ model, changed }) => [model, changed]))).toEqual({
      'model-1': changedIn(({ model }) => model === 'model-1'),
      'model-2': changedIn(({ model }) => model === 'model-2'),
    });
    const sum = (counts: { survived: number }[]) => counts.reduce((total, { survived }) => total + survived, 0);
    expect(sum(all!.byModel)).toBe(all!.survived);
    expect(await find({ model: 'model-1', repoId: 'acme/shop' })).toBeDefined();
    expect(await find({ model: 'model-9' })).toBeUndefined();
    expect(await find({ repoId: 'acme/none' })).toBeUndefined();
    expect(
      (await client.listPatterns({ language: 'python' })).items.every(({ language }) => language === 'python'),
    ).toBe(true);
  });

  it('shows what a pattern rests on, and where it was left', async () => {
    const { client, projectId } = await tenant();
    await capture(projectId, seededCorpus({ seed: 17, corrections: 80 }));
    await learn(projectId);
    const { items } = await client.listPatterns({ language: 'typescript' });
    const template = items.find(
      ({ kind, template: shown }) => kind === 'template' && shown?.before.startsWith('console.log'),
    );
    const seen = await client.getPattern({ id: template!.id });
    expect(seen.evidence).toHaveLength(Math.min(50, seen.support.corrections));
    for (const { before, after } of seen.evidence) {
      expect(before).toContain('console.log(');
      expect(after).not.toContain('console.log(');
    }
    expect(seen.counterexamples.length).toBeGreaterThan(0);
    for (const { text } of seen.counterexamples) expect(text).toMatch(/^console\.log\(/);
    const detector = items.find(({ key }) => key === 'log-removed');
    const { counterexamples, usedIn } = await client.getPattern({ id: detector!.id });
    expect(counterexamples.every(({ text }) => text.startsWith('console.log('))).toBe(true);
    expect({ some: counterexamples.length > 0, usedIn }).toEqual({ some: true, usedIn: [] });
  });

  it('says why something is no pattern yet', async () => {
    const { client, projectId } = await tenant();
    const twice = seededCorpus({ seed: 18, corrections: 60 }).filter(
      (made) => made.agent.includes('console.log') && !made.human.includes('console.log'),
    );
    await capture(projectId, twice.slice(0, 2));
    await learn(projectId);
    expect((await client.listPatterns({})).items).toEqual([]);
    const { items } = await client.listPatterns({ all: true });
    expect(items.find(({ key }) => key === 'log-removed')).toMatchObject({
      isPattern: false,
      whyNot: 'seen in 2 corrections, and 3 are needed',
      support: { corrections: 2 },
    });
  });

  it('do not count what a reviewer rejected, until she thinks again', async () => {
    const { client, projectId } = await tenant();
    const ids = await capture(projectId, seededCorpus({ seed: 19, corrections: 60 }));
    await learn(projectId);
    const state = async () => (await client.listPatterns({ all: true, limit: 500 })).items.map(told).toSorted(byName);
    const before = await state();
    const decide = async (status: string) => {
      await app.database.asProject(projectId, async (tx) => {
        for (const id of ids.slice(0, 30)) {
          await tx.sql.updateTable('feedback').set({ status }).where('id', '=', id).execute();
          await app.learn.onReviewed(tx, id);
        }
      });
      await learn(projectId);
    };
    await decide('rejected');
    const without = await state();
    const rest = await tenant();
    await capture(rest.projectId, seededCorpus({ seed: 19, corrections: 60 }).slice(30));
    await learn(rest.projectId);
    const expected = (await rest.client.listPatterns({ all: true, limit: 500 })).items.map(told).toSorted(byName);
    expect(without).toEqual(expected);
    await decide('accepted');
    expect(await state()).toEqual(before);
  });

  it('forget what was deleted, text and all', async () => {
    const { client, projectId } = await tenant();
    const corpus = seededCorpus({ seed: 20, corrections: 80 });
    await capture(projectId, corpus);
    await learn(projectId);
    const remove = async (users: string[]) => {
      await app.database.asProject(projectId, async (tx) => {
        await tx.sql.deleteFrom('feedback').where('user_id', 'in', users).execute();
        await app.learn.onForgotten(tx);
      });
      await learn(projectId);
    };
    await remove(['user-1', 'user-2']);
    const rest = await tenant();
    await capture(
      rest.projectId,
      corpus.filter(({ userId }) => !['user-1', 'user-2'].includes(userId)),
    );
    await learn(rest.projectId);
    const of = async (list: typeof client) =>
      (await list.listPatterns({ all: true, limit: 500 })).items.map(told).toSorted(byName);
    expect(await of(client)).toEqual(await of(rest.client));
    await remove(['user-3', 'user-4']);
    expect(await of(client)).toEqual([]);
    const left = await app.database.asProject(projectId, async ({ sql: trx }) => {
      const { rows } = await sql<{ n: number }>`
        select (select count(*) from feedback_shape) + (select count(*) from feedback_template)
          + (select count(*) from feedback_pattern) + (select count(*) from feedback_tally) as n`.execute(trx);
      return Number(rows[0]!.n);
    });
    expect(left).toBe(0);
  });

  it('name failures that come more often in one model than in others', async () => {
    const { client, projectId } = await tenant();
    const labelled = seededCorpus({ seed: 21, corrections: 120 }).map((made, i) => ({
      ...made,
      failure: made.model === 'model-1' && i % 3 > 0 ? 'tool_error' : i % 10 === 0 ? 'tool_error' : 'wrong_solution',
    }));
    await capture(projectId, labelled);
    await learn(projectId);
    const { items } = await client.listPatterns({ kind: 'failure' });
    expect(items[0]).toMatchObject({ failure: 'tool_error', title: 'tool error in the model model-1', language: null });
    const seen = await client.getPattern({ id: items[0]!.id });
    expect(seen).toMatchObject({ counterexamples: [], isPattern: true });
    expect(seen.evidence.length).toBeGreaterThan(0);
  });

  it('are read again by another edition of the readers', async () => {
    const { client, projectId } = await tenant();
    await capture(projectId, seededCorpus({ seed: 22, corrections: 30 }));
    await learn(projectId);
    const before = await client.listPatterns({ all: true, limit: 500 });
    await app.database.asProject(projectId, ({ sql: trx }) =>
      trx.updateTable('feedback').set({ read_edition: 0 }).where('project_id', '=', projectId).execute(),
    );
    const readBefore = reads;
    await learn(projectId);
    expect(reads - readBefore).toBe(30);
    expect((await client.listPatterns({ all: true, limit: 500 })).items.map(told).toSorted(byName)).toEqual(
      before.items.map(told).toSorted(byName),
    );
  });

  it('keep tenants apart', async () => {
    const { client, projectId } = await tenant();
    await capture(projectId, seededCorpus({ seed: 23, corrections: 60 }));
    await learn(projectId);
    const stranger = await tenant();
    expect((await stranger.client.listPatterns({ all: true })).items).toEqual([]);
    const [one] = (await client.listPatterns({})).items;
    await expect(stranger.client.getPattern({ id: one!.id })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('come page by page', async () => {
    const { client, projectId } = await tenant();
    await capture(projectId, seededCorpus({ seed: 24, corrections: 120 }));
    await learn(projectId);
    const whole = (await client.listPatterns({ all: true, limit: 500 })).items.map(({ id }) => id);
    const paged: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await client.listPatterns({ all: true, limit: 2, ...(cursor && { cursor }) });
      paged.push(...page.items.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(whole.length).toBeGreaterThan(4);
    expect(paged).toEqual(whole);
  });

  it('are learned soon after a capture, by the queue', async () => {
    const { client, projectId } = await tenant();
    await capture(projectId, seededCorpus({ seed: 26, corrections: 40 }));
    await app.work();
    await vi.waitFor(async () => expect((await client.listPatterns({})).learnedAt).not.toBeNull(), 30_000);
    expect((await client.listPatterns({})).items.length).toBeGreaterThan(0);
  });
});
