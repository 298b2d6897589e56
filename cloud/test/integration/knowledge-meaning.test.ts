import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Ctx } from '../../src/context.ts';
import { expireEmbeddings } from '../../src/features/knowledge/meaning/expire.ts';
import { memoryOfPassages } from '../../src/features/knowledge/meaning/passages.ts';
import { segmentStore } from '../../src/features/knowledge/search/segment-store.ts';
import { visibleVersions } from '../../src/features/knowledge/search/visible-versions.ts';
import { dayMs } from '../../src/platform/day.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { embeddingBy } from '../support/embedding.ts';
import { describeOnEngines } from '../support/engines.ts';
import { bagOfWords, exactScan, type BagOfWords, type ExactScan } from '../support/meaning.ts';
import { gate } from '../support/queue.ts';
import { scriptedSource } from '../support/scripted-source.ts';
import { writeDocs, type WrittenDocs } from '../support/written-docs.ts';

const alike = { ship: 'vessel', automobile: 'car' };
const page = (title: string, text: string) => ({ path: `${title.toLowerCase()}.md`, text: `# ${title}\n\n${text}\n` });
const fleet = [
  page('Boats', 'A vessel floats and is steered by a rudder.'),
  page('Cars', 'A car rolls on four tyres.'),
  page('Kites', 'A string holds it against the wind.'),
];
/** Far more than are embedded in one call. */
const many = (count: number) =>
  Array.from({ length: count }, (_, at) => page(`P${String(at).padStart(3, '0')}`, `Only number ${at} says n${at}.`));
const patience = { timeout: 25_000, interval: 100 };

describeOnEngines('searching by meaning', (engine) => {
  const { clock, advance } = testClock();
  let app: TestApp;
  let embeddings: BagOfWords;
  let vectors: ExactScan;
  let library: string;
  let names = 0;
  beforeAll(async () => {
    embeddings = bagOfWords({ alike });
    vectors = exactScan();
    app = await startApp(engine, { clock, knowledge: { meaning: { embeddings, vectors } } });
  });
  afterAll(() => app?.close());
  beforeEach(async () => {
    await app.database.asSystem(({ sql }) => sql.deleteFrom('knowledge_embedding').execute());
    library = `fleet-${names++}`;
    Object.assign(embeddings, { embedded: [], calls: 0, failure: undefined, gate: undefined, nonsense: undefined });
    Object.assign(vectors, { upserted: [], removed: [], asked: [], failure: undefined, gate: undefined });
    Object.assign(vectors, { failsAfter: undefined, poison: undefined });
    // Past whatever rest a failure in the test before has brought.
    advance(10_000);
  });

  const by = (options: { cutAfterMs?: number } = {}) =>
    embeddingBy(app, { embeddings, vectors }, { clock, ...options });
  const write = async (change: Partial<WrittenDocs> = {}) => {
    const id = await writeDocs(app.database, { library, version: '1.0.0', pages: fleet, ...change });
    advance(1_001);
    return id;
  };
  /** Written, with its vectors. */
  const made = async (change: Partial<WrittenDocs> = {}) => {
    const id = await write(change);
    await by().run(id, change.projectId);
    advance(1_001);
    return id;
  };
  const search = (query: string, change: object = {}, client = app.admin) =>
    client.searchKnowledge({ query, library, ...change });
  const paths = (answer: Awaited<ReturnType<typeof search>>) => answer.results.map(({ path }) => path);
  const collection = (id: string, projectId: string | null = null) => ({ projectId, id, space: embeddings.space });
  const listed = async (client = app.admin) =>
    (await client.listLibraries({})).items.find((each) => each.library === library)?.versions[0]?.vectors;

  it('finds what says the same in other words, once all vectors are there', async () => {
    const id = await write();
    const before = await search('ship');
    expect(before).toMatchObject({ mode: 'lexical', results: [] });
    expect(before.note).toBe('Searched by words alone: its vectors are still being made.');
    expect(await listed()).toEqual({ space: embeddings.space, ready: false, failure: null });

    await by().run(id);
    advance(1_001);
    const after = await search('ship');
    expect(after).toMatchObject({ mode: 'hybrid', note: null, library, versionAnswered: '1.0.0' });
    expect(after.results[0]).toMatchObject({ path: 'boats.md', relevance: 1, citationId: expect.any(String) });
    expect(await listed()).toEqual({ space: embeddings.space, ready: true, failure: null });
    expect(embeddings.embedded[0]).toBe('Boats\nBoats\n\n# Boats\n\nA vessel floats and is steered by a rudder.');
  });

  it('embeds a question once, however often it is asked', async () => {
    await made();
    const { calls } = embeddings;
    await search('how is a ship steered');
    await search('how is a ship steered', { limit: 1 });
    expect(embeddings.calls).toBe(calls + 1);
  });

  it('counts the names of passages as memory once they were needed, and makes them once', async () => {
    const id = await made({ pages: many(150) });
    const { projectId } = app;
    const ctx = { projectId, transaction: (work) => app.database.asProject(projectId, work) } as Ctx;
    const all = (await visibleVersions({ clock }).of(ctx)).versions;
    const version = all.find((each) => each.id === id)!;
    const store = segmentStore({ mostBytes: 2 ** 30 });
    const segment = (await store.of(ctx, version))!;
    const { bytes } = store.kept();
    const passages = await store.passages(version, segment);
    expect([...passages.keys()].toSorted()).toEqual(vectors.stored(collection(id)));
    expect(store.kept()).toEqual({ segments: 1, bytes: bytes + memoryOfPassages(passages) });
    expect(await store.passages(version, segment)).toBe(passages);

    const narrow = segmentStore({ mostBytes: bytes + 1 });
    const loaded = (await narrow.of(ctx, version))!;
    expect(await narrow.passages(version, loaded)).toEqual(passages);
    expect(narrow.kept()).toEqual({ segments: 0, bytes: 0 });
  });

  it('asks nothing of the services where nothing can be answered', async () => {
    await write();
    await search('ship');
    await app.admin.searchKnowledge({ query: 'ship', library: 'nobody-knows-it' });
    expect([embeddings.calls, vectors.asked]).toEqual([0, []]);
  });

  it('says of several libraries which were searched by words alone', async () => {
    await made({ library: `${library}-a` });
    await write({ library: `${library}-b` });
    const answer = await search(`rudder in ${library}-a and ${library}-b`, { library: undefined });
    expect(answer.mode).toBe('hybrid');
    expect(answer.note).toContain(`Searched ${library}-b 1.0.0 by words alone: its vectors are still being made.`);
    // The words of both libraries are the same; what one finds by its meaning alone stands behind them.
    expect(answer.results.slice(0, 2).map((result) => [result.library, result.path])).toEqual([
      [`${library}-a`, 'boats.md'],
      [`${library}-a`, expect.stringMatching(/cars|kites/)],
    ]);
  });

  describe('answers by words alone, and says why', () => {
    const unknown = 'f'.repeat(32);
    const never = new Promise<void>(() => undefined);
    const refused = new Error('connection refused');
    it.each<[string, string, () => void]>([
      ['the embeddings are down', 'the embeddings did not answer', () => (embeddings.failure = refused)],
      ['the embeddings hang', 'the embeddings did not answer in time', () => (embeddings.gate = never)],
      ['the vectors are down', 'the vectors did not answer', () => (vectors.failure = refused)],
      ['the vectors hang', 'the vectors did not answer in time', () => (vectors.gate = never)],
      ['the vectors are gone', 'made no sense', () => (vectors.poison = () => [])],
      [
        'a similarity is no number',
        'made no sense',
        () => (vectors.poison = ([one]) => [{ ...one!, similarity: NaN }]),
      ],
      ['only others are near', 'made no sense', () => (vectors.poison = () => [{ id: unknown, similarity: 1 }])],
      ['a vector has no numbers', 'made no sense', () => (embeddings.nonsense = new Float32Array(256).fill(NaN))],
      ['a vector is too short', 'made no sense', () => (embeddings.nonsense = new Float32Array(3))],
    ])('when %s', async (_, why, spoil) => {
      await made();
      spoil();
      const answer = await search(`rudder ${library}`);
      expect(answer).toMatchObject({ mode: 'lexical' });
      expect(answer.note).toMatch(new RegExp(`^Searched by words alone: .*${why}\\.$`));
      expect(paths(answer)).toEqual(['boats.md']);
    });
  });

  it('leaves out names that it does not know, and uses the others', async () => {
    await made();
    vectors.poison = (answer) => [{ id: 'x'.repeat(64), similarity: 1 }, ...answer];
    const answer = await search('ship');
    expect(answer.mode).toBe('hybrid');
    expect(paths(answer)[0]).toBe('boats.md');
  });

  it('searches by meaning again once the services are back', async () => {
    await made();
    embeddings.failure = new Error('away');
    for (const n of [1, 2, 3, 4]) expect((await search(`ship ${n}`)).mode).toBe('lexical');
    const { calls } = embeddings;
    await search('ship 5');
    expect(embeddings.calls).toBe(calls);
    embeddings.failure = undefined;
    advance(5_001);
    expect((await search('ship 5')).mode).toBe('hybrid');
  });

  it("never shows another project's documentation", async () => {
    const mine = await app.otherTenant('Meant');
    const theirs = await app.otherTenant('Others');
    const own = [page('Secret', 'The vessel of the king.')];
    await made({ pages: fleet });
    const id = await made({ projectId: mine.projectId, provenance: 'project', pages: own });
    expect(paths(await search('ship', {}, mine.client))).toEqual(['secret.md']);
    expect(vectors.stored(collection(id))).toBeUndefined();
    const secret = vectors.stored(collection(id, mine.projectId))!;

    vectors.asked.length = 0;
    expect(paths(await search('ship', {}, theirs.client))).not.toContain('secret.md');
    expect(vectors.asked.map(({ projectId }) => projectId)).toEqual([null]);
    vectors.poison = () => secret.map((name) => ({ id: name, similarity: 1 }));
    const poisoned = await search('ship', {}, theirs.client);
    expect(poisoned).toMatchObject({ mode: 'lexical', results: [] });
    expect(await listed(theirs.client)).toMatchObject({ ready: true });
  });

  describe('the vectors of a version', () => {
    it('are not made again where nothing changed, and of what changed only', async () => {
      const id = await made();
      expect([embeddings.embedded.length, vectors.upserted.length]).toEqual([3, 3]);
      await by().run(id);
      expect([embeddings.calls, vectors.upserted.length]).toEqual([1, 3]);
      const before = vectors.stored(collection(id))!;

      await write({ pages: [page('Boats', 'A vessel sinks.'), ...fleet.slice(1)] });
      expect(await search('ship')).toMatchObject({ mode: 'lexical' });
      await by().run(id);
      advance(1_001);
      expect(embeddings.embedded.slice(3)).toEqual(['Boats\nBoats\n\n# Boats\n\nA vessel sinks.']);
      expect(vectors.removed).toHaveLength(1);
      const after = vectors.stored(collection(id))!;
      expect(after.filter((name) => before.includes(name))).toHaveLength(2);
      expect(after).toHaveLength(3);
      expect((await search('ship')).results[0]!.snippet).toContain('sinks');
    });

    it('cost nothing where another version of its owner says the same, and nobody else pays for it', async () => {
      await made();
      const id = await made({ version: '2.0.0', pages: [...fleet, page('Trains', 'A train runs on rails.')] });
      expect(embeddings.embedded).toHaveLength(4);
      expect(vectors.stored(collection(id))).toHaveLength(4);
      const { projectId } = await app.otherTenant('Pays');
      await made({ projectId, version: '3.0.0' });
      expect(embeddings.embedded).toHaveLength(7);
    });

    it('go on where they were when a service went away, and nothing is paid for twice', async () => {
      const id = await write({ pages: many(250) });
      vectors.failsAfter = 100;
      await expect(by().run(id)).rejects.toThrow('the service went away');
      expect(await listed()).toEqual({
        space: embeddings.space,
        ready: false,
        failure: 'the embeddings or the vectors did not answer; the log of the server says more',
      });
      expect(embeddings.embedded).toHaveLength(200);
      vectors.failsAfter = undefined;
      await by().run(id);
      expect(await listed()).toMatchObject({ ready: true, failure: null });
      expect(embeddings.embedded).toHaveLength(250);
      expect(new Set(embeddings.embedded).size).toBe(250);
      expect(vectors.upserted).toHaveLength(250);
    });

    it('are left to another run when the time is up', async () => {
      const id = await write({ pages: many(250) });
      const hasty = by({ cutAfterMs: 0 });
      await hasty.run(id);
      expect(vectors.upserted).toHaveLength(100);
      expect(hasty.sent.map(({ versionId }) => versionId)).toEqual([id]);
      await hasty.run(id);
      await hasty.run(id);
      expect(await listed()).toMatchObject({ ready: true });
      expect(hasty.sent).toHaveLength(2);
      expect(embeddings.embedded).toHaveLength(250);
    });

    it('are the work of one at a time, and whoever was taken for dead writes nothing more', async () => {
      const id = await write({ pages: many(150) });
      const held = gate();
      vectors.gate = held.passed;
      const silent = by();
      const hanging = silent.run(id);
      await expect.poll(() => embeddings.embedded.length, patience).toBe(100);
      const early = by();
      await early.run(id);
      expect(early.sent).toMatchObject([{ versionId: id, startAfter: expect.any(Date) }]);

      vectors.gate = undefined;
      advance(10 * 60_000);
      await by().run(id);
      expect(await listed()).toMatchObject({ ready: true });
      held.open();
      await hanging;
      expect(embeddings.embedded).toHaveLength(150);
      expect(await listed()).toEqual({ space: embeddings.space, ready: true, failure: null });
      expect(vectors.stored(collection(id))).toHaveLength(150);
    });

    it('stop when the version has another content, and are made for that', async () => {
      const id = await write({ pages: many(150) });
      const held = gate();
      vectors.gate = held.passed;
      const late = by();
      const hanging = late.run(id);
      await expect.poll(() => embeddings.embedded.length, patience).toBe(100);
      await write();
      held.open();
      await hanging;
      expect(late.sent.map(({ versionId }) => versionId)).toEqual([id]);
      vectors.gate = undefined;
      await by().run(id);
      expect(vectors.stored(collection(id))).toHaveLength(103);
      expect(await listed()).toMatchObject({ ready: true });
    });

    it('are due where they are missing, until they are made, and go when the version is gone', async () => {
      const id = await write();
      expect(await by().due()).toContain(id);
      await by().run(id);
      expect(await by().due()).not.toContain(id);
      await app.database.asSystem(({ sql }) => sql.deleteFrom('knowledge_version').where('id', '=', id).execute());
      expect(await by().due()).toContain(id);
      vectors.failure = new Error('away');
      await expect(by().run(id)).rejects.toThrow('away');
      vectors.failure = undefined;
      await by().run(id);
      expect(vectors.stored(collection(id))).toBeUndefined();
      expect(await by().due()).not.toContain(id);
    });

    it('of another engine are made there, from what was paid for', async () => {
      const id = await made();
      const other = Object.assign(exactScan(), { engine: 'another scan' });
      const moved = embeddingBy(app, { embeddings, vectors: other }, { clock });
      expect(await moved.due()).toContain(id);
      await moved.run(id);
      expect(other.stored(collection(id))).toHaveLength(3);
      expect(embeddings.embedded).toHaveLength(3);
    });

    it('that nothing used for two months are paid for again', async () => {
      await made();
      advance(61 * dayMs);
      await expireEmbeddings({ database: app.database, signal: new AbortController().signal });
      await made({ version: '2.0.0' });
      expect(embeddings.embedded).toHaveLength(6);
    });
  });
});

describeOnEngines('a server that searches by meaning', (engine) => {
  const web = { kind: 'web', url: 'https://docs.example/' } as const;
  const library = 'fleet';

  it(
    'makes vectors of what it takes, of what changed alone, and drops them with it',
    { timeout: 120_000 },
    async () => {
      const embeddings = bagOfWords({ alike });
      const vectors = exactScan();
      const source = scriptedSource(Object.fromEntries(fleet.map(({ path, text }) => [path, text])));
      const app = await startApp(engine, {
        knowledge: { openSource: { web: source.open }, meaning: { embeddings, vectors } },
      });
      const listed = async () =>
        (await app.admin.listLibraries({})).items.find((each) => each.library === library)?.versions[0];
      const ended = (id: string) =>
        expect
          .poll(async () => (await app.admin.listIngests({})).items.find((each) => each.id === id)?.status, patience)
          .toBe('done');
      const ready = () => expect.poll(async () => (await listed())?.vectors?.ready, patience).toBe(true);
      await app.work();
      const made = await app.admin.createSource({ library, version: '1.0.0', source: web });
      await ended(made.lastIngest!.id);
      await ready();
      expect(await app.admin.searchKnowledge({ query: 'ship', library })).toMatchObject({
        mode: 'hybrid',
        results: [{ path: 'boats.md' }],
      });
      const paid = embeddings.embedded.length;

      await ended((await app.admin.startIngest({ library, version: '1.0.0' })).id);
      source.pages['boats.md'] = '# Boats\n\nA vessel sinks.\n';
      await ended((await app.admin.startIngest({ library, version: '1.0.0' })).id);
      await expect
        .poll(() => embeddings.embedded.slice(paid), patience)
        .toEqual(['boats.md\nBoats\n\n# Boats\n\nA vessel sinks.']);
      await ready();

      await app.admin.deleteSource({ id: made.id, docs: true });
      await expect.poll(() => vectors.collections(), patience).toEqual([]);
      await app.close();
    },
  );

  it(
    'with a new model searches by words until its vectors are there, and forgets the old',
    { timeout: 120_000 },
    async () => {
      const place = await engine.place();
      const vectors = exactScan();
      const start = async (model: string, adminKey?: string) => {
        const embeddings = bagOfWords({ alike, model });
        const app = await startApp(engine, {
          place,
          ...(adminKey && { adminKey }),
          knowledge: { meaning: { embeddings, vectors } },
        });
        return { app, embeddings, by: embeddingBy(app, { embeddings, vectors }) };
      };
      const old = await start('old');
      const id = await writeDocs(old.app.database, { library, version: '1.0.0', pages: fleet });
      await old.by.run(id);
      expect(await old.app.admin.searchKnowledge({ query: 'ship', library })).toMatchObject({ mode: 'hybrid' });
      const { adminKey } = old.app;
      await old.app.close();

      const { app, by, embeddings } = await start('new', adminKey);
      const before = await app.admin.searchKnowledge({ query: 'ship', library });
      expect(before).toMatchObject({ mode: 'lexical', note: expect.stringContaining('still being made') });
      expect(vectors.collections()).toEqual([expect.stringContaining('old')]);
      expect(await by.due()).toEqual([id]);
      await by.run(id);
      await expect
        .poll(() => app.admin.searchKnowledge({ query: 'ship', library }), patience)
        .toMatchObject({ mode: 'hybrid', results: [{ path: 'boats.md' }] });
      expect(embeddings.embedded.filter((text) => text !== 'ship')).toHaveLength(3);
      expect(vectors.collections()).toEqual([expect.stringContaining('new')]);
      expect(await by.due()).toEqual([]);
      await app.close();

      const without = await startApp(engine, { place, adminKey });
      const answer = await without.admin.searchKnowledge({ query: 'rudder', library });
      expect(answer).toMatchObject({ mode: 'lexical', note: null });
      expect((await without.admin.listLibraries({})).items.find((each) => each.library === library)).toMatchObject({
        versions: [{ vectors: null }],
      });
      await without.close();
      await place.remove();
    },
  );
});
