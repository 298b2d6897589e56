import { CompiledQuery } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPinecone } from '../../../test/support/pinecone-stand-in.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { openVectors } from '../../src/platform/vectors/open.ts';
import { pinecone } from '../../src/platform/vectors/pinecone.ts';
import type { Collection, StoredVector, Vectors } from '../../src/platform/vectors/vectors.ts';
import { describeOn, pglite, postgres, silentLog } from '../support/engines.ts';
import { makeProject } from '../support/projects.ts';

const dimensions = 8;
const surroundings = { clock: Date.now, log: silentLog };
const never = { signal: new AbortController().signal };
const ten = { limit: 10, ...never };

/** Of length 1, towards these axes. */
function towards(...axes: number[]) {
  const vector = new Float32Array(dimensions);
  for (const axis of axes) vector[axis]! += 1;
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

const named = (id: string, ...axes: number[]): StoredVector => ({ id, vector: towards(...axes) });
const idsOf = (found: { id: string }[]) => found.map(({ id }) => id);

interface World {
  vectors: Vectors;
  /** Two tenants. */
  mine: string;
  theirs: string;
}

/** What every engine does. */
function conformance(open: () => World) {
  let world: World;
  let collection: Collection;
  beforeEach(() => {
    world = open();
    collection = { projectId: world.mine, id: uuidv7(), space: 'a-model/8' };
  });

  it('finds the nearest first, as many as are wanted, and says how near they are', async () => {
    const { vectors } = world;
    await vectors.upsert(
      collection,
      [named('far', 2), named('near', 0, 1), named('same', 0), named('apart', 3)],
      never,
    );
    const found = await vectors.nearest(collection, towards(0), { limit: 2, ...never });
    expect(idsOf(found)).toEqual(['same', 'near']);
    expect(found[0]!.similarity).toBeCloseTo(1, 5);
    expect(found[1]!.similarity).toBeCloseTo(Math.SQRT1_2, 5);
    const [, , , opposite] = await vectors.nearest(
      collection,
      towards(2).map((value) => -value),
      ten,
    );
    expect(opposite).toEqual({ id: 'far', similarity: expect.closeTo(-1, 5) as number });
  });

  it('replaces vectors of the same id, of which a call has the last', async () => {
    const { vectors } = world;
    await vectors.upsert(collection, [named('a', 0), named('b', 1)], never);
    await vectors.upsert(collection, [named('a', 3), named('a', 2)], never);
    const found = await vectors.nearest(collection, towards(2), ten);
    expect(idsOf(found)).toHaveLength(2);
    expect(found[0]).toEqual({ id: 'a', similarity: expect.closeTo(1, 5) as number });
  });

  it('takes ids away, and bears with those that are not there', async () => {
    const { vectors } = world;
    await vectors.remove(collection, ['nobody'], never);
    await vectors.upsert(collection, [named('a', 0), named('b', 1)], never);
    await vectors.remove(collection, ['a', 'nobody'], never);
    expect(idsOf(await vectors.nearest(collection, towards(0), ten))).toEqual(['b']);
    await vectors.remove(collection, [], never);
    await vectors.upsert(collection, [], never);
  });

  it('takes all of a collection away, twice if need be, and no other', async () => {
    const { vectors } = world;
    const other = { ...collection, id: uuidv7() };
    await vectors.upsert(collection, [named('a', 0)], never);
    await vectors.upsert(other, [named('b', 0)], never);
    await vectors.drop(collection, never);
    await vectors.drop(collection, never);
    expect(await vectors.nearest(collection, towards(0), ten)).toEqual([]);
    expect(idsOf(await vectors.nearest(other, towards(0), ten))).toEqual(['b']);
  });

  it('has nothing in a collection that is not there', async () => {
    expect(await world.vectors.nearest(collection, towards(0), ten)).toEqual([]);
  });

  it('keeps spaces, projects and the public corpus apart, though the ids are the same', async () => {
    const { vectors, theirs } = world;
    const others = [
      { ...collection, space: 'another-model:latest/8' },
      { ...collection, projectId: theirs },
      { ...collection, projectId: null },
    ];
    await vectors.upsert(collection, [named('a', 0)], never);
    for (const other of others) expect(await vectors.nearest(other, towards(0), ten)).toEqual([]);
    for (const other of others) await vectors.upsert(other, [named('a', 1)], never);
    await vectors.remove(others[1]!, ['a'], never);
    await vectors.drop(others[2]!, never);
    expect(await vectors.nearest(collection, towards(0), ten)).toEqual([
      { id: 'a', similarity: expect.closeTo(1, 5) as number },
    ]);
    expect(idsOf(await vectors.nearest(others[0]!, towards(0), ten))).toEqual(['a']);
  });

  it('takes more than a request or a statement of it may hold, and forgets as many', { timeout: 120_000 }, async () => {
    const { vectors } = world;
    const many = Array.from({ length: 1_203 }, (_, at) => named(`chunk-${at}`, at % 7));
    await vectors.upsert(collection, [...many, named('the last', 7)], never);
    expect(await vectors.nearest(collection, towards(0), { limit: 2_000, ...never })).toHaveLength(1_204);
    await vectors.remove(
      collection,
      many.map(({ id }) => id),
      never,
    );
    expect(idsOf(await vectors.nearest(collection, towards(0), ten))).toEqual(['the last']);
  });

  it('does nothing for somebody who is gone', async () => {
    const { vectors } = world;
    const gone = { signal: AbortSignal.abort() };
    await expect(vectors.upsert(collection, [named('a', 0)], gone)).rejects.toThrow();
    await expect(vectors.nearest(collection, towards(0), { limit: 1, ...gone })).rejects.toThrow();
    expect(await vectors.nearest(collection, towards(0), ten)).toEqual([]);
  });

  it('answers the probe', async () => {
    await expect(world.vectors.ping()).resolves.toBeUndefined();
  });
}

describe('vectors in PGlite', () => {
  let database: Database;
  let world: World;
  let place: Awaited<ReturnType<typeof pglite.place>>;
  const reopen = (withVectors: boolean) => openDatabase({ ...place.choice, withVectors }, surroundings);
  const vectorsOf = (of: Database) =>
    openVectors({ embeddings: { dimensions }, index: undefined, database: of, ...surroundings });
  beforeAll(async () => {
    place = await pglite.place();
    database = await reopen(true);
    world = {
      vectors: (await vectorsOf(database)).vectors!,
      mine: await makeProject(database),
      theirs: await makeProject(database),
    };
  });
  afterAll(async () => {
    await database?.close();
    await place?.remove();
  });

  conformance(() => world);

  it('are kept apart by the database itself, whoever forgets to ask for his own', async () => {
    const { vectors, mine, theirs } = world;
    const collection = { projectId: mine, id: uuidv7(), space: 'a-model/8' };
    await vectors.upsert(collection, [named('a private one', 0)], never);
    await vectors.upsert({ ...collection, projectId: null }, [named('a public one', 0)], never);
    const seen = (id: string, statement: string) =>
      database.asProject(id, async ({ sql: trx }) => {
        const { rows } = await trx.executeQuery<{ id: string }>(rawQuery(statement, [collection.id]));
        return rows.map((row) => row.id).toSorted();
      });
    const read = 'select id from knowledge_vector where collection_id = $1';
    expect(await seen(mine, read)).toEqual(['a private one', 'a public one']);
    expect(await seen(theirs, read)).toEqual(['a public one']);
    const change = `update knowledge_vector set id = 'poisoned' where collection_id = $1 returning id`;
    const take = 'delete from knowledge_vector where collection_id = $1 returning id';
    for (const statement of [change, take]) expect(await seen(theirs, statement)).toEqual([]);
    for (const owner of [`'${mine}'`, 'null']) {
      const plant = `insert into knowledge_vector (project_id, collection_id, space, id, embedding)
        values (${owner}, $1, 'a-model/8', 'planted', '[1]') returning id`;
      await expect(seen(theirs, plant)).rejects.toThrow(/row-level security/);
    }
    expect(await seen(mine, read)).toEqual(['a private one', 'a public one']);
  });

  it('outlive a start without embeddings, and one after it', async () => {
    const collection = { projectId: null, id: uuidv7(), space: 'a-model/8' };
    await world.vectors.upsert(collection, [named('kept', 0)], never);
    await database.close();
    const without = await reopen(false);
    await expect(without.ping()).resolves.toBeUndefined();
    await without.close();
    database = await reopen(true);
    world = { ...world, vectors: (await vectorsOf(database)).vectors! };
    expect(idsOf(await world.vectors.nearest(collection, towards(0), ten))).toEqual(['kept']);
  });
});

describeOn(postgres, 'vectors without pgvector', (engine) => {
  it('are none, with what to do about it', async () => {
    const place = await engine.place();
    const database = await openDatabase(place.choice, surroundings);
    const opened = await openVectors({ embeddings: { dimensions }, index: undefined, database, ...surroundings });
    expect(opened).toEqual({
      reason: expect.stringMatching(/the database has no pgvector: install .*PINECONE_/) as string,
    });
    await database.close();
    // Nothing of it was left there.
    await (await openDatabase(place.choice, surroundings)).close();
    await place.remove();
  });

  it('are none where there are no embeddings', async () => {
    const opened = await openVectors({
      embeddings: undefined,
      index: { apiKey: 'a-fake-key', index: 'docs' },
      database: undefined as never,
      ...surroundings,
    });
    expect(opened).toEqual({ reason: expect.stringMatching(/no embeddings: set EMBEDDINGS_/) as string });
  });
});

describe('vectors in Pinecone', () => {
  const apiKey = 'pcsk_fake_0192';
  const index = 'docs';
  const collection = { projectId: uuidv7(), id: uuidv7(), space: 'a-model/8' };
  let service: Awaited<ReturnType<typeof startPinecone>>;
  beforeAll(async () => {
    service = await startPinecone({ apiKey, index, dimension: dimensions });
  });
  afterEach(() => service.trouble(undefined));
  afterAll(() => service?.stop());
  const at = (change: Partial<Parameters<typeof pinecone>[0]> = {}) =>
    pinecone({ apiKey, index, controllerUrl: service.url, dimensions, clock: Date.now, baseMs: 1, ...change });
  const opened = async (clock = Date.now) =>
    (
      await openVectors({
        embeddings: { dimensions },
        index: { apiKey, index, controllerUrl: service.url },
        database: undefined as never,
        clock,
        log: silentLog,
      })
    ).vectors!;

  let vectors: Vectors;
  beforeAll(async () => void (vectors = await opened()));
  conformance(() => ({ vectors, mine: uuidv7(), theirs: uuidv7() }));

  it('asks once where the index is', async () => {
    const [before, one] = [service.callsOf(`GET /indexes/${index}`).length, at()];
    for (let i = 0; i < 3; i++) await one.nearest(collection, towards(0), ten);
    expect(service.callsOf(`GET /indexes/${index}`)).toHaveLength(before + 1);
  });

  it('sends no more than 100 vectors at once, and less than 2 MB of large ones', async () => {
    const large = await startPinecone({ apiKey, index, dimension: 3_072 });
    const one = at({ controllerUrl: large.url, dimensions: 3_072 });
    const many = Array.from({ length: 150 }, (_, id) => ({
      id: `${id}`,
      vector: Float32Array.from({ length: 3_072 }, (__, axis) => -Math.cos(id + axis) / 39),
    }));
    await one.upsert(collection, many, never);
    const sent = large.callsOf('POST /vectors/upsert');
    expect(Math.max(...sent.map(({ bytes }) => bytes))).toBeLessThan(2_000_000);
    expect(Object.values(large.counts())).toEqual([150]);
    await large.stop();
    const before = service.callsOf('POST /vectors/upsert').length;
    await at().upsert(
      collection,
      Array.from({ length: 250 }, (_, id) => named(`${id}`, 0)),
      never,
    );
    expect(service.callsOf('POST /vectors/upsert')).toHaveLength(before + 3);
  });

  it('tries again what was refused for the rate or broke, a few times', async () => {
    service.trouble(({ what }, ordinal) =>
      what === 'POST /query' && ordinal % 2 === 0 ? { kind: 'refused', status: 429, retryAfter: '0' } : undefined,
    );
    await expect(at().nearest(collection, towards(0), ten)).resolves.toBeDefined();
    service.trouble(({ what }) => (what === 'POST /query' ? { kind: 'refused', status: 503 } : undefined));
    const before = service.callsOf('POST /query').length;
    await expect(at().nearest(collection, towards(0), ten)).rejects.toThrow('Pinecone answers 503: Too many requests');
    expect(service.callsOf('POST /query')).toHaveLength(before + 3);
  });

  it('is whole after a second call when the first broke half-way', async () => {
    const [one, half] = [at(), { ...collection, id: uuidv7() }];
    const many = Array.from({ length: 250 }, (_, id) => named(`${id}`, id % 8));
    let sent = 0;
    service.trouble(({ what }) =>
      what === 'POST /vectors/upsert' && ++sent > 1 ? { kind: 'refused', status: 500 } : undefined,
    );
    await expect(one.upsert(half, many, never)).rejects.toThrow('Pinecone answers 500');
    const count = async () => (await one.nearest(half, towards(0), { limit: 1_000, ...never })).length;
    expect(await count()).toBe(100);
    service.trouble(undefined);
    await one.upsert(half, many, never);
    expect(await count()).toBe(250);
  });

  it('does twice what it was not told that it was done', async () => {
    const [one, own] = [at(), { ...collection, id: uuidv7() }];
    let lost = 0;
    service.trouble(() => (lost++ % 2 === 1 ? { kind: 'lost' } : undefined));
    await one.upsert(own, [named('a', 0)], never);
    await one.drop(own, never);
    service.trouble(undefined);
    expect(await one.nearest(own, towards(0), ten)).toEqual([]);
  });

  it('waits no longer than it may', async () => {
    const one = at();
    await one.ping();
    service.trouble(() => ({ kind: 'never' }));
    const asked = one.nearest(collection, towards(0), { limit: 1, signal: AbortSignal.timeout(50) });
    await expect(asked).rejects.toThrow('Pinecone did not answer in time');
  });

  it('says no to an answer that is none', async () => {
    service.trouble(({ what }) => (what === 'POST /query' ? { kind: 'page' } : undefined));
    await expect(at().nearest(collection, towards(0), ten)).rejects.toThrow(/^Pinecone failed: /);
  });

  it('names the variables that do not fit each other, and sends nothing', async () => {
    const before = service.callsOf('POST /vectors/upsert').length;
    const other = at({ dimensions: 1_536 }).upsert(collection, [named('a', 0)], never);
    await expect(other).rejects.toThrow(/of 8 dimensions, .* have 1536: set EMBEDDINGS_DIMENSIONS, .* PINECONE_INDEX/);
    const absent = at({ index: 'absent' });
    await expect(absent.drop(collection, never)).rejects.toThrow(
      'Pinecone has no index "absent": look at PINECONE_INDEX',
    );
    const euclidean = await startPinecone({ apiKey, index, dimension: dimensions, metric: 'euclidean' });
    const apart = at({ controllerUrl: euclidean.url }).nearest(collection, towards(0), ten);
    await expect(apart).rejects.toThrow(/compares by euclidean, .* PINECONE_INDEX/);
    await euclidean.stop();
    expect(service.callsOf('POST /vectors/upsert')).toHaveLength(before);
  });

  it('keeps its key out of what it says', async () => {
    const secret = 'pcsk_wrong_key';
    await expect(at({ apiKey: secret }).ping()).rejects.toThrow(
      'Pinecone refuses the key (401): look at PINECONE_API_KEY',
    );
    const words = `somebody asks with ${apiKey}`;
    service.trouble(() => ({ kind: 'refused', status: 500, words }));
    await expect(at().ping()).rejects.toThrow('Pinecone answers 500: somebody asks with [secret]');
  });

  it('is left alone for a while after some failures, and is told of by the probe', async () => {
    let nowMs = 1_000_000;
    const spared = await opened(() => nowMs);
    const ask = (ms = 20_000) => spared.nearest(collection, towards(0), { limit: 1, signal: AbortSignal.timeout(ms) });
    await expect(ask()).resolves.toBeDefined();
    await expect(spared.ping()).resolves.toBeUndefined();
    service.trouble(() => ({ kind: 'never' }));
    for (let i = 0; i < 3; i++) await expect(ask(50)).rejects.toThrow('did not answer in time');
    const before = service.calls.length;
    for (let i = 0; i < 3; i++) await expect(ask()).rejects.toThrow('left alone');
    expect(service.calls).toHaveLength(before);
    service.trouble(() => ({ kind: 'refused', status: 500 }));
    await expect(spared.ping()).rejects.toThrow('Pinecone');
    service.trouble(undefined);
    nowMs += 5_001;
    await expect(ask()).resolves.toBeDefined();
  });
});

const rawQuery = (text: string, parameters: unknown[]) => CompiledQuery.raw(text, parameters);
