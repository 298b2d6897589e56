import { describe, expect, it } from 'vitest';
import { baselineIn, differencesFrom } from '../../../src/retrieval/baseline.ts';
import { barsOf } from '../../../src/retrieval/bars.ts';
import type { LabelledQuery } from '../../../src/retrieval/queries.ts';
import { scoreQueries } from '../../../src/retrieval/score.ts';
import type { Searcher } from '../../../src/retrieval/searcher.ts';

const query = (id: string, more: Partial<LabelledQuery> = {}): LabelledQuery => ({
  id,
  query: `about ${id}`,
  kind: undefined,
  library: 'lib',
  version: undefined,
  labels: [{ page: `${id}.md`, grade: 3 }],
  ...more,
});

/** Answers with these paths by what is asked. */
const searcher = (answers: Record<string, string[]>, all?: string[]): Searcher => ({
  cannotAnswer: async (library) => (library === 'gone' ? 'there is no gone' : undefined),
  pagesOf: async () => all?.map((path) => ({ path, url: path })),
  search: async ({ query: text }) => ({
    pages: (answers[text.replace('about ', '')] ?? []).map((path) => ({ path, url: path })),
    note: undefined,
  }),
});

function score(queries: LabelledQuery[], from: Searcher) {
  let ms = 0;
  return scoreQueries(queries, from, { signal: new AbortController().signal, nowMs: () => (ms += 5) });
}

describe('scores of a search', () => {
  it('rank pages: a second passage of a page takes no place', async () => {
    const { all, queries } = await score([query('a')], searcher({ a: ['x.md', 'x.md', 'a.md'] }));
    expect(queries[0]!.pages).toEqual(['x.md', 'a.md']);
    expect(all).toMatchObject({ queries: 1, recallAt5: { mean: 1, interval: null }, mrrAt10: { mean: 0.5 } });
  });

  it('are means over queries, by kind and by library', async () => {
    const queries = [
      query('a', { kind: 'how' }),
      query('b', { kind: 'how', library: 'other' }),
      query('c', { kind: 'why' }),
    ];
    const scores = await score(queries, searcher({ a: ['a.md'], b: ['x.md', 'b.md'] }));
    expect(scores.all.mrrAt10.mean).toBe(0.5);
    expect(scores.kinds['how']).toMatchObject({ queries: 2, mrrAt10: { mean: 0.75 }, recallAt5: { mean: 1 } });
    expect(scores.kinds['why']!.recallAt5.mean).toBe(0);
    expect(scores.libraries).toMatchObject({ lib: { queries: 2 }, other: { queries: 1 } });
    expect(scores.latencyMs).toEqual({ p50: 5, p99: 5 });
    const [low, high] = scores.all.mrrAt10.interval!;
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
  });

  it('leave out what cannot be asked, and name labels that no page answers to, which stay missed', async () => {
    const labels = [
      { page: 'a.md', grade: 2 },
      { page: 'nowhere.md', grade: 1 },
    ];
    const scores = await score(
      [query('a', { labels }), query('b', { library: 'gone' })],
      searcher({ a: ['a.md'] }, ['a.md']),
    );
    expect(scores.leftOut).toEqual([{ id: 'b', why: 'there is no gone' }]);
    expect(scores.unknownLabels).toEqual([{ id: 'a', page: 'nowhere.md' }]);
    expect(scores.all).toMatchObject({ queries: 1, recallAt5: { mean: 0.5 } });
  });

  it('are refused where nothing can be asked', async () => {
    await expect(score([query('b', { library: 'gone' })], searcher({}))).rejects.toThrow(/there is no gone/);
  });

  it('differ from a baseline query by query', async () => {
    const queries = ['a', 'b', 'c'].map((id) => query(id));
    const before = await score(queries, searcher({ a: ['a.md'], b: ['x.md', 'b.md'], c: ['c.md'] }));
    const now = await score(queries.slice(0, 2), searcher({ a: ['a.md'], b: ['b.md'] }));
    const text = JSON.stringify(before);
    const differences = differencesFrom(baselineIn({ path: 'before.json', sha256: '', text }), now.queries);
    expect(differences).toMatchObject({ queries: 2, unpaired: ['c'], recallAt5: { mean: 0, interval: [0, 0] } });
    expect(differences.mrrAt10).toEqual({ mean: 0.25, interval: [0, 0.5] });
  });

  it('hold a bar that they reach, and not one above', async () => {
    const { all } = await score([query('a'), query('b')], searcher({ a: ['a.md'] }));
    const held = (recall: number) => barsOf(all, { recall, mrr: undefined }).map(({ isHeld }) => isHeld);
    expect([held(0.5), held(0.51)]).toEqual([[true], [false]]);
  });
});
