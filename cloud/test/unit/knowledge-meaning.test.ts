import { describe, expect, it } from 'vitest';
import { memoryOfPassages, passagesOf } from '../../src/features/knowledge/meaning/passages.ts';
import { nearestPassages } from '../../src/features/knowledge/meaning/nearest.ts';
import type { VisibleVersion } from '../../src/features/knowledge/search/visible-versions.ts';
import { bagOfWords, exactScan } from '../support/meaning.ts';

const secret = 'how do I leave without notice';

const version = (id: string, change: Partial<VisibleVersion> = {}): VisibleVersion => ({
  id,
  isOwn: false,
  library: id,
  version: '1.0.0',
  title: id,
  provenance: 'project',
  stamp: 's',
  chunks: 1,
  checkedAt: null,
  hasVectors: true,
  ...change,
});

async function world() {
  const embeddings = bagOfWords();
  const vectors = exactScan();
  const signal = new AbortController().signal;
  const [vector] = await embeddings.embed([secret], { signal });
  for (const projectId of [null, 'p'])
    await vectors.upsert(
      { projectId, id: 'a', space: embeddings.space },
      [{ id: `of ${projectId}`, vector: vector! }],
      {
        signal,
      },
    );
  embeddings.calls = 0;
  const said: unknown[][] = [];
  let nowMs = 0;
  const log = { warn: (...args: unknown[]) => void said.push(args) };
  const nearest = nearestPassages({ meaning: { embeddings, vectors }, clock: () => nowMs, log });
  return { embeddings, vectors, said, nearest, advance: (ms: number) => void (nowMs += ms) };
}

describe('what is near a question', () => {
  it("is asked of a project's own vectors for its own copy, and of the public ones for the others", async () => {
    const { nearest } = await world();
    const own = await nearest('p', secret, [version('a', { isOwn: true })]);
    expect(own).toEqual({ found: new Map([['a', ['of p']]]), missed: new Map() });
    expect((await nearest('p', secret, [version('a')])).found).toEqual(new Map([['a', ['of null']]]));
    const other = await nearest('q', secret, [version('a', { isOwn: true })]);
    expect(other).toEqual({ found: new Map(), missed: new Map([['a', 'nonsense']]) });
  });

  it('is asked of all copies side by side, and one that fails keeps no other from answering', async () => {
    const { nearest, vectors } = await world();
    const all = ['a', 'gone', 'not made'].map((id) => version(id, { hasVectors: id !== 'not made' }));
    expect(await nearest('p', secret, all)).toEqual({
      found: new Map([['a', ['of null']]]),
      missed: new Map([
        ['gone', 'nonsense'],
        ['not made', 'not made'],
      ]),
    });
    expect(vectors.asked.map(({ id }) => id)).toEqual(['a', 'gone']);
  });

  it('comes from memory for a question that was asked before, even where its vector came too late', async () => {
    const { nearest, embeddings } = await world();
    let open = () => {};
    embeddings.gate = new Promise((resolve) => (open = resolve));
    const first = await nearest('p', secret, [version('a')]);
    expect(first.missed).toEqual(new Map([['a', 'embeddings late']]));
    const second = nearest('p', secret, [version('a')]);
    open();
    expect((await second).found.size).toBe(1);
    embeddings.failure = new Error('away');
    expect((await nearest('p', secret, [version('a')])).found.size).toBe(1);
    expect(embeddings.calls).toBe(1);
  });

  it('is not waited for after three failures in a row, for five seconds', async () => {
    const { nearest, embeddings, advance } = await world();
    embeddings.failure = new Error('away');
    for (const n of [1, 2, 3, 4, 5])
      expect((await nearest('p', `${secret} ${n}`, [version('a')])).missed.get('a')).toBe('embeddings away');
    expect(embeddings.calls).toBe(3);
    advance(5_001);
    embeddings.failure = undefined;
    expect((await nearest('p', secret, [version('a')])).found.size).toBe(1);
  });

  it('leaves nothing of the question in the log, whatever the services say of it', async () => {
    const { nearest, embeddings, vectors, said } = await world();
    embeddings.failure = new TypeError(`cannot embed ${secret}`);
    await nearest('p', secret, [version('a')]);
    embeddings.failure = undefined;
    vectors.failure = new Error(`nothing is near ${secret}`);
    await nearest('p', secret, [version('a')]);
    expect(said).toEqual([[{ missed: 'embeddings away', error: 'TypeError' }, 'searching by words alone']]);
  });
});

describe('the passages of a segment', () => {
  const pages = ['Boats', 'Boats', 'Cars'].map((title) => ({ title }) as never);
  const chunk = (page: number, contentHash: string, trail: string[] = []) =>
    ({ page, contentHash, trail, text: contentHash }) as never;

  it('have a name each, which says where they stand and what they say, and the first place of two alike', async () => {
    const chunks = [chunk(0, 'x'), chunk(1, 'x'), chunk(2, 'x'), chunk(2, 'x', ['Tyres']), chunk(2, 'y')];
    const passages = await passagesOf({ pages, chunks });
    expect([...passages.values()]).toEqual([0, 2, 3, 4]);
    for (const name of passages.keys()) expect(name).toMatch(/^[0-9a-f]{32}$/);
    const elsewhere = await passagesOf({ pages: pages.toReversed(), chunks: [chunk(1, 'x')] });
    expect(passages.get([...elsewhere.keys()][0]!)).toBe(0);
  });

  it('take about a hundred bytes each', async () => {
    const chunks = Array.from({ length: 10_000 }, (_, at) => chunk(0, `text ${at}`));
    expect(memoryOfPassages(await passagesOf({ pages, chunks })) / 10_000).toBeLessThan(120);
  });
});
